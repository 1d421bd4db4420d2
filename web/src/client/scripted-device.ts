import { type RoomState, timeline } from "@parley/protocol/state";
import { type Client, createClient } from "./client.ts";
import { indexedDbCopy } from "./copy-indexeddb.ts";
import type { CopyStorage } from "./copy-storage.ts";
import { memoryOutbox } from "./outbox-memory.ts";
import { settled } from "./scripted-network.ts";
import { connected, ScriptedServer } from "./scripted-server.ts";

/* For tests: a device that keeps what was read on it. */

/** Whatever the database was asked has happened. */
export async function stored(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await settled();
}

export function held(client: Client): RoomState {
  const room = client.view.getState().state.rooms.get(7);
  if (!room) throw new Error("the room is not held");
  return room;
}

export function texts(client: Client): string[] {
  return timeline(held(client)).map(({ text }) => text);
}

/** Alice has opened the room and what she read of it is kept. */
export async function read(
  count: number,
  server = new ScriptedServer(),
  copy: CopyStorage = indexedDbCopy(),
) {
  server.grow(count);
  const all = await connected({}, server, { copy });
  all.client.open(7);
  await settled();
  await all.network.pass(1_000);
  await stored();
  return all;
}

/** The page is loaded anew; the server says nothing yet. */
export async function restarted(
  { room, epoch }: ScriptedServer,
  copy: CopyStorage = indexedDbCopy(),
  storage = memoryOutbox(),
) {
  const server = Object.assign(new ScriptedServer(), { room, epoch });
  const { network } = server;
  const client = createClient({ url: "http://server", storage, environment: network, copy });
  const isRestored = await client.restore();
  return { server, network, client, isRestored };
}

export function unreachable(server: ScriptedServer): void {
  server.network.answer = () => Promise.reject(new TypeError("connection refused"));
}
