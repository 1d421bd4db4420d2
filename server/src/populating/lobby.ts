import type { Context, Tx } from "../context.ts";
import { sendMessage } from "../features/messages/messages.ts";
import { setReaction } from "../features/reactions/reactions.ts";
import { markRead } from "../features/receipts/receipts.ts";
import { createRoom, directRoom } from "../features/rooms/rooms.ts";
import { addUser, namesOf } from "../features/users/users.ts";
import { Chance } from "./random.ts";
import { someText } from "./texts.ts";

const named = ["admin", "alice", "bob", "carol"];
const reactions = ["👍", "❤️", "😂", "🎉", "👀"];
const channels = ["lobby", "announcements", "events", "help", "garden", "music", "photos"];
/** Operations that wait at once: they share commits. */
const together = 256;

export interface Lobby {
  people: number;
  messages: number;
  seed: number;
  password: string;
  told: (done: number) => void;
}

interface Place {
  room: number;
  people: number[];
  /** How much is said here, against the other rooms. */
  weight: number;
}

/** Fills an empty store with people, rooms and messages, through the same verbs that people use. */
export async function fillLobby(context: Context, lobby: Lobby): Promise<void> {
  const chance = new Chance(lobby.seed);
  const people = await addPeople(context, lobby);
  const places = await addRooms(context, people, chance);
  await addMessages(context, lobby, { places, chance });
  await markMostRead(context, places, chance);
}

async function addPeople(context: Context, lobby: Lobby): Promise<number[]> {
  const password_hash = await context.passwords.hash(lobby.password);
  const ids: number[] = [];
  for (let index = 0; index < lobby.people; index++) {
    const username = named[index] ?? `member-${index + 1}`;
    const display_name = username[0]?.toUpperCase() + username.slice(1).replace("-", " ");
    const account = {
      ...namesOf({ username, email: `${username}@example.org`, display_name }),
      role: index === 0 ? ("admin" as const) : ("user" as const),
      password_hash,
      must_change_password: false,
    };
    ids.push((await context.writer.write((tx) => addUser(tx, account))).id);
  }
  return ids;
}

async function addRooms(context: Context, people: number[], chance: Chance): Promise<Place[]> {
  const [admin = 0, alice = 0, bob = 0] = people;
  const places: Place[] = [];
  const open = async (by: number, room: Parameters<typeof createRoom>[2], weight: number) => {
    const made = await context.writer.write((tx) => createRoom(tx, { user: by, session: 0 }, room));
    places.push({ room: made.id, people: [by, ...room.members.filter((each) => each !== by)], weight });
  };
  for (const [index, name] of channels.entries()) {
    const members = index === 0 ? people : people.filter(() => chance.happens(0.6));
    const room = {
      kind: "channel" as const,
      name,
      topic: `All about ${name}`,
      public: true,
      members: members.slice(0, 100),
    };
    await open(admin, room, index === 0 ? 60 : 5);
  }
  await open(alice, { kind: "channel", name: "design", topic: "", public: false, members: [bob] }, 4);
  await open(
    bob,
    { kind: "group", name: "Saturday trip", topic: "", public: false, members: people.slice(0, 8) },
    4,
  );
  for (const [one, other] of [
    [alice, bob],
    [admin, alice],
    [admin, bob],
  ] as const) {
    const made = await context.writer.write((tx) =>
      directRoom(tx, { user: one, session: 0 }, { user: other }),
    );
    places.push({ room: made.id, people: [one, other], weight: 2 });
  }
  return places;
}

async function addMessages(
  context: Context,
  lobby: Lobby,
  on: { places: Place[]; chance: Chance },
): Promise<void> {
  const { places, chance } = on;
  const weighted = places.flatMap((place) => Array.from({ length: place.weight }, () => place));
  for (let sent = 0; sent < lobby.messages; ) {
    const count = Math.min(together, lobby.messages - sent);
    await Promise.all(
      Array.from({ length: count }, () => {
        const place = chance.one(weighted);
        return context.writer.write(say(place, chance));
      }),
    );
    sent += count;
    lobby.told(sent);
  }
}

function say(place: Place, chance: Chance): (tx: Tx) => Promise<void> {
  const user = chance.one(place.people);
  const text = someText(chance);
  const mentions = chance.happens(0.03) ? [chance.one(place.people)] : [];
  const reacting = chance.happens(0.05)
    ? { user: chance.one(place.people), emoji: chance.one(reactions) }
    : null;
  const id = Array.from({ length: 4 }, () => chance.below(2 ** 32).toString(16)).join("-");
  return async (tx) => {
    const input = { room: place.room, text, mentions, client_id: id };
    const message = await sendMessage(tx, { user, session: 0 }, input);
    if (!reacting) return;
    const on = { message: message.id, emoji: reacting.emoji, on: true };
    await setReaction(tx, { user: reacting.user, session: 0 }, on);
  };
}

/** Most people have read nearly everything. */
async function markMostRead(context: Context, places: Place[], chance: Chance): Promise<void> {
  for (const { room, people } of places) {
    for (const user of people.filter(() => chance.happens(0.8))) {
      const seq = Number.MAX_SAFE_INTEGER;
      await context.writer.write((tx) => markRead(tx, { user, session: 0 }, { room, seq }));
    }
  }
}
