import { limits } from "@parley/protocol/limits";
import type { Actor, Context, Tx } from "@parley/server/src/context.ts";
import { addMember } from "@parley/server/src/features/members/members.ts";
import { sendMessage } from "@parley/server/src/features/messages/messages.ts";
import { createRoom } from "@parley/server/src/features/rooms/rooms.ts";
import { startSession } from "@parley/server/src/features/sessions/sessions.ts";
import { addUser, namesOf } from "@parley/server/src/features/users/users.ts";

import { type Scene, wordsOf } from "./scenes.ts";

/** Changes that one savepoint makes: fewer, larger ones are quicker. */
const CHANGES_AT_ONCE = 500;
const LARGEST_GROUP = 100;
const TEXT_LENGTH = 120;

interface Person {
  actor: Actor;
  token: string;
}

/** Carries out `change` for every number below `count`, in order. */
async function each(
  context: Context,
  count: number,
  change: (tx: Tx, index: number) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < count; from += CHANGES_AT_ONCE) {
    await context.writer.write(async (tx) => {
      for (let index = from; index < Math.min(count, from + CHANGES_AT_ONCE); index += 1)
        await change(tx, index);
    });
  }
}

async function signInPeople(context: Context, count: number): Promise<Person[]> {
  const password = Buffer.from(context.randomBytes(24)).toString("base64url");
  const password_hash = await context.passwords.hash(password);
  const actors: Actor[] = [];
  await each(context, count, async (tx, index) => {
    const username = `person${index}`;
    const user = await addUser(tx, {
      ...namesOf({ username }),
      ...{ password_hash, must_change_password: false },
      role: index === 0 ? "admin" : "user",
    });
    actors.push(await startSession(tx, context, { user: user.id, device: "bench", address: "127.0.0.1" }));
  });
  return Promise.all(actors.map(async (actor) => ({ actor, token: await context.tokens.signAccess(actor) })));
}

async function fillRoom(context: Context, name: string, people: Person[]): Promise<number> {
  const [owner, ...others] = people.map(({ actor }) => actor);
  if (!owner) throw new Error(`nobody is in ${name}`);
  const kind = people.length <= LARGEST_GROUP ? "group" : "channel";
  const input = { kind, name, topic: "", public: false, members: [] } as const;
  const room = await context.writer.write((tx) => createRoom(tx, owner, { ...input, members: [] }));
  await each(context, others.length, async (tx, index) => {
    const user = others[index]?.user;
    if (user !== undefined) await addMember(tx, owner, { room: room.id, user, role: "member" });
  });
  return room.id;
}

interface History {
  room: number;
  authors: readonly Person[];
}

/** Like the load generator's own messages, each holds one `~`. */
async function writeHistory(
  context: Context,
  histories: { usual: History; seldom?: History | undefined },
  { messages, elsewhere, ended = false }: Scene,
): Promise<void> {
  await each(context, messages, async (tx, index) => {
    const isSeldom = elsewhere !== undefined && index % elsewhere === 0;
    const { room, authors } = (isSeldom && histories.seldom) || histories.usual;
    const author = authors[index % authors.length]?.actor;
    if (!author) throw new Error("a history needs somebody who wrote it");
    const words = elsewhere === undefined ? "" : wordsOf(index, messages);
    const text = `~ message ${index} of a long talk ${words} `.padEnd(TEXT_LENGTH, ".");
    const end = ended ? { delete_after: limits.deleteAfterMax } : {};
    await sendMessage(tx, author, { room, text, client_id: `history-${index}`, ...end });
  });
}

/** Makes a scene's people, rooms and messages, and answers a line of the load generator's file for each connection. */
export async function stage(context: Context, scene: Scene): Promise<string[]> {
  const { connections, messages } = scene;
  const people = await signInPeople(context, connections.length);
  const rooms = new Map<number, History>();
  for (const number of [...new Set(connections.flat())].toSorted((a, b) => a - b)) {
    const authors = people.filter((_, index) => connections[index]?.includes(number));
    rooms.set(number, { room: await fillRoom(context, `room ${number}`, authors), authors });
  }
  const usual = rooms.get(1);
  const seldom = [...rooms.values()].at(-1);
  if (usual && messages > 0) await writeHistory(context, { usual, seldom }, scene);
  return people.map(({ token }, index) => {
    const opened = connections[index]?.map((number) => rooms.get(number)?.room);
    return `${token} ${opened?.join(",")}`;
  });
}
