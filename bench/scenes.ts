/** Who is in which room before a run starts; the floors and the server are given the same. */
export interface Scene {
  name: string;
  /** A connection an entry: the rooms it opens, numbered from 1. Messages go to the first. */
  connections: number[][];
  /** Messages that room 1 holds before the run. */
  messages: number;
  /** Their time is over when the run begins. */
  ended?: boolean;
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
