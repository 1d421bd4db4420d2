import type { Contact, Location } from "@parley/protocol/cards";
import type { Message } from "@parley/protocol/messages";
import type { NewPoll, Poll } from "@parley/protocol/polls";
import type { Sticker } from "@parley/protocol/stickers";
import { isoTime } from "../../platform/clock.ts";

/** How a poll stands: of each option that was chosen how often it was, and by whom unless that is nobody's business. */
export interface Tally {
  voters: number;
  votes: ReadonlyMap<number, number>;
  users?: ReadonlyMap<number, readonly number[]>;
}

export interface StoredPoll {
  question: string;
  options: string[];
  several: boolean;
  anonymous: boolean;
  /** Milliseconds since 1970 UTC. */
  closes_at: number | null;
  closed_at: number | null;
  /** How it stood when it was forwarded: nobody votes here. */
  result?: { votes: number[]; voters: number };
}

/** What a message holds beside words and files, as it is stored: one of these. */
export interface StoredExtra {
  poll?: StoredPoll;
  location?: Location;
  contact?: Contact;
  sticker?: Sticker;
}

/** The same before it is stored, and in words: what is searched, and what is shown where there is no place for more. */
export interface Extra {
  type: "poll" | "location" | "contact" | "sticker";
  text: string;
  stored: StoredExtra;
}

export function storedExtra(extra: string): StoredExtra {
  return JSON.parse(extra);
}

/** What a message shows of it. */
export function shownExtra(extra: string, tally?: Tally): Pick<Message, keyof StoredExtra> {
  const { poll, ...rest } = storedExtra(extra);
  return poll ? { poll: toPoll(poll, tally) } : rest;
}

const nobody: Tally = { voters: 0, votes: new Map(), users: new Map() };

/** POLL-5. */
function toPoll(stored: StoredPoll, tally: Tally = nobody): Poll {
  const { question, several, anonymous, closes_at, closed_at, result } = stored;
  const isNamed = !anonymous && !result;
  return {
    question,
    options: stored.options.map((text, place) => ({
      text,
      votes: result ? (result.votes[place] ?? 0) : (tally.votes.get(place) ?? 0),
      ...(isNamed && { users: [...(tally.users?.get(place) ?? [])] }),
    })),
    ...(several && { several: true as const }),
    ...(anonymous && { anonymous: true as const }),
    voters: (result ?? tally).voters,
    ...(closes_at !== null && { closes_at: isoTime(closes_at) }),
    ...(closed_at !== null && { closed_at: isoTime(closed_at) }),
  };
}

/** POLL-1. */
export function pollExtra(input: NewPoll, at: number): Extra {
  const { several, anonymous, close_after } = input;
  const question = input.question.trim();
  const options = input.options.map((option) => option.trim());
  const closes_at = close_after === undefined ? null : at + close_after * 1_000;
  const text = `📊 ${question}\n${options.map((option, place) => `${place + 1}. ${option}`).join("\n")}`;
  const poll = { question, options, several, anonymous, closes_at, closed_at: null };
  return { type: "poll", text, stored: { poll } };
}

/** CARD-1. To five places, about a metre: what is more says nothing about a place. */
export function locationExtra({ latitude, longitude, accuracy, label }: Location): Extra {
  const location: Location = {
    latitude: rounded(latitude),
    longitude: rounded(longitude),
    ...(accuracy !== undefined && { accuracy: Math.round(accuracy) }),
    ...(label !== undefined && { label }),
  };
  const degrees = `${location.latitude}, ${location.longitude}`;
  const text = `📍 ${label === undefined ? degrees : `${label} (${degrees})`}`;
  return { type: "location", text, stored: { location } };
}

function rounded(degrees: number): number {
  // No -0.
  return Math.round(degrees * 1e5) / 1e5 + 0;
}

/** CARD-4. */
export function contactExtra(contact: Contact): Extra {
  const { name, org, phones = [], emails = [] } = contact;
  const lines = [`👤 ${name}`, ...(org === undefined ? [] : [org]), ...phones, ...emails];
  return { type: "contact", text: lines.join("\n"), stored: { contact } };
}

/** STICKER-4. In words it is what is to be seen. */
export function stickerExtra(sticker: Sticker): Extra {
  return { type: "sticker", text: sticker.name, stored: { sticker } };
}
