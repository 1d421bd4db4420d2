import type { Message } from "@parley/protocol/messages";
import { timeline } from "@parley/protocol/state";
import { type Client, createClient } from "@parley/web/client/client";
import { type Environment, platformEnvironment } from "@parley/web/client/environment";
import { memoryOutbox } from "@parley/web/client/outbox-memory";
import type { OutboxStorage } from "@parley/web/client/outbox-storage";
import type { View } from "@parley/web/client/view";
import { admin } from "./server.ts";

/** Milliseconds; only a hang is as long as this. */
const patience = 60_000;

export const passwords = { alice: "a stable of horses", bob: "a battery of staples" } as const;
export type Name = keyof typeof passwords;

/** Comes back soon: chance only spreads a crowd. */
export function eager(change: Partial<Environment> = {}): Environment {
  return { ...platformEnvironment(), random: () => 0.02, ...change };
}

/** Accounts for alice and bob, by name. */
export async function makeAccounts(url: string): Promise<Record<Name, number>> {
  const client = createClient({ url, storage: memoryOutbox() });
  await client.session.signIn(admin.username, admin.password);
  const make = async (username: Name) => {
    const { user } = await client.call("user.create", { username, password: passwords[username] });
    return user.id;
  };
  const ids = { alice: await make("alice"), bob: await make("bob") };
  await client.session.signOut();
  return ids;
}

export interface SignInOptions {
  storage?: OutboxStorage;
  environment?: Environment;
}

/** A person on a device of their own, connected. */
export async function signIn(url: string, name: Name, options: SignInOptions = {}): Promise<Client> {
  const { storage = memoryOutbox(), environment = eager() } = options;
  const client = createClient({ url, storage, environment });
  await client.session.signIn(name, passwords[name]);
  client.start();
  await until(client, ({ link }) => link.status === "ready");
  return client;
}

/** Waits for what a person sees. */
export function until(client: Client, isSo: (view: View) => boolean): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = client.view.subscribe((view) => isSo(view) && resolve());
  const tooLate = setTimeout(() => reject(new Error(`this never came: ${isSo}`)), patience);
  if (isSo(client.view.getState())) resolve();
  return promise.finally(() => {
    stop();
    clearTimeout(tooLate);
  });
}

/** What a person sees of a room. */
export function messagesOf(client: Client, room: number): readonly Message[] {
  const held = client.view.getState().state.rooms.get(room);
  return held ? timeline(held) : [];
}

export function textsOf(client: Client, room: number): string[] {
  return messagesOf(client, room).map(({ text }) => text);
}

export function untilTexts(client: Client, room: number, texts: readonly string[]): Promise<void> {
  return until(client, () => texts.every((text) => textsOf(client, room).includes(text)));
}
