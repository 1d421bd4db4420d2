import { ChatError } from "@parley/protocol/errors";
import type { Account } from "@parley/protocol/users";
import type { Actor, Context, Tx } from "../../context.ts";
import type { KeptFile } from "../../platform/files.ts";
import { emitToUser } from "../logs/logs.ts";
import { actorOf, type From } from "../sessions/sessions.ts";
import { accountRow, toAccount } from "../users/users.ts";
import { avatarsAmong, updateAvatar } from "./avatars-rows.ts";

/** Pixels of each side of a kept picture, and at most of an original. */
const side = 256;
const most = 4_096;
/** Bytes of randomness in a name: who knows it may see the picture, and nobody guesses it. */
const nameBytes = 16;
const nameForm = /^[A-Za-z0-9_-]{22}$/;
/** Milliseconds after which a picture that nobody has is nobody's: it may have been put there a moment ago. */
const lostAfter = 3_600_000;
/** Names looked for at once. */
const chunk = 200;

/** AVATAR-1, AVATAR-2. Makes the middle of a picture the caller's own; the one before it goes. */
export async function setAvatar(context: Context, call: From & { body?: Uint8Array }): Promise<Account> {
  const actor = actorOf(call);
  const { body } = call;
  if (!body || body.length === 0) throw new ChatError("invalid", "the body is empty: it must be a picture");
  context.throttles.pictures.take(String(actor.user));
  const picture = await context.images.square(body, { side, most });
  const name = Buffer.from(context.randomBytes(nameBytes)).toString("base64url");
  await context.avatars.put(name, picture);
  try {
    return await replaceAvatar(context, actor, name);
  } catch (error) {
    await discardAvatar(context, name);
    throw error;
  }
}

/** AVATAR-2. Takes the caller's picture away. */
export async function removeAvatar(context: Context, call: From): Promise<Account> {
  return replaceAvatar(context, actorOf(call), null);
}

/** AVATAR-4. The picture of this name, for anyone who knows it. */
export async function avatarByName({ avatars }: Context, name: string): Promise<KeptFile> {
  const picture = nameForm.test(name) ? await avatars.get(name) : null;
  if (!picture) throw new ChatError("not_found", "there is no such picture");
  return picture;
}

/** AVATAR-5. Deletes pictures that nobody has: a stop between two steps leaves one behind. */
export async function forgetLostAvatars(context: Context): Promise<void> {
  let names: string[] = [];
  const sweep = async () => {
    if (names.length === 0) return;
    const kept = await avatarsAmong(context.database, names);
    for (const name of names) if (!kept.has(name)) await context.avatars.delete(name);
    names = [];
  };
  for await (const { name, at } of context.avatars.list()) {
    if (context.clock.now() - at < lostAfter) continue;
    names.push(name);
    if (names.length >= chunk) await sweep();
  }
  await sweep();
}

async function replaceAvatar(context: Context, actor: Actor, avatar: string | null): Promise<Account> {
  const { before, account } = await context.writer.write((tx) => storeAvatar(tx, actor, avatar));
  if (before !== null && before !== avatar) await discardAvatar(context, before);
  return account;
}

async function storeAvatar(
  tx: Tx,
  actor: Actor,
  avatar: string | null,
): Promise<{ before: string | null; account: Account }> {
  const { avatar: before } = await accountRow(tx.sql, actor.user);
  if (before === avatar) return { before, account: toAccount(await accountRow(tx.sql, actor.user)) };
  await tx.sql.run(updateAvatar({ user: actor.user, avatar, at: tx.now }));
  await emitToUser(tx, actor.user, { kind: "user.updated" });
  return { before, account: toAccount(await accountRow(tx.sql, actor.user)) };
}

/** What cannot be deleted now is found by the sweep. */
export async function discardAvatar({ avatars, logger }: Context, name: string): Promise<void> {
  await avatars.delete(name).catch((error: unknown) => logger.warn("avatar.not_deleted", { error }));
}
