/** Who is in which room before a run starts; the floors and the server are given the same. */
export interface Scene {
  name: string;
  /** A connection an entry: the rooms it opens, numbered from 1. Messages go to the first. */
  connections: number[][];
  /** Messages that room 1 holds before the run. */
  messages: number;
  /** Their time is over when the run begins. */
  ended?: boolean;
  /** What is said in the last room: of so many messages one. */
  elsewhere?: number;
}

function scene(name: string, connections: number, roomsOf: (index: number) => number[], messages = 0): Scene {
  return { name, connections: Array.from({ length: connections }, (_, index) => roomsOf(index)), messages };
}

function roomsOfSize(size: number): (index: number) => number[] {
  return (index) => [Math.floor(index / size) + 1];
}

export const SLOW_READERS = 500;
const SENDERS = 8;

export const oneRoom = scene("one-room", 500, () => [1]);
export const smallRooms = scene("small-rooms", 500, roomsOfSize(5));
export const fiveThousand = scene("five-thousand", 5_000, roomsOfSize(50));
export const tenThousand = scene("ten-thousand", 10_000, roomsOfSize(50));

/** The second room is the senders' and every ninth reader's: those are the ones that may be slow. */
export const someSlow = scene("some-slow", 5_000, (index) =>
  index < SENDERS || index % 9 === 0 ? [1, 2] : [1],
);

export function history(messages: number): Scene {
  return scene(`history-${messages}`, 16, () => [1], messages);
}

export const fewPeople = scene("few-people", 100, roomsOfSize(5));

export function endedHistory(messages: number): Scene {
  return { ...history(messages), name: `ended-${messages}`, ended: true };
}

/** One message of a thousand is in a room of its own, where the last connections are, and only they. */
const SELDOM = 1_000;
const READERS = 16;

export function searched(messages: number): Scene {
  const rooms = (index: number) => [index < READERS ? 1 : 2];
  return { ...scene(`searched-${messages}`, READERS * 2, rooms, messages), elsewhere: SELDOM };
}

/** What is looked for: common, rare and old words, two of them, in few rooms, of one person. `found` on the first page. */
export interface Question {
  name: string;
  query: string;
  found: number;
  /** The line of the first who asks. */
  asker?: number;
}

const page = 50;
export const questions: readonly Question[] = [
  { name: "common", query: "text=message", found: page },
  { name: "rare", query: "text=walrus", found: 10 },
  { name: "old", query: "text=sextant", found: page },
  { name: "old and rare", query: "text=quokka", found: 10 },
  { name: "nowhere", query: "text=narwhal", found: 0 },
  { name: "common and rare", query: "text=message+walrus", found: 10 },
  { name: "old and rare of two", query: "text=sextant+message+quokka", found: 10 },
  { name: "few rooms", query: "text=message", found: page, asker: READERS },
  { name: "few rooms, old", query: "text=sextant", found: page, asker: READERS },
  { name: "from, old", query: "text=sextant&from=5", found: page },
];

/** The words of a message by its number, beside those that all have. */
export function wordsOf(index: number, messages: number): string {
  const words = [
    index % (messages / 10) === 7 ? "walrus" : "",
    index < messages / 2 ? "sextant" : "",
    index < messages / 1_000 && index % (messages / 10_000) === 7 ? "quokka" : "",
  ];
  return words.filter((word) => word !== "").join(" ");
}
