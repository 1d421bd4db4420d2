import type { Contact, NewContact } from "@parley/protocol/cards";
import type { Checked } from "@parley/protocol/contract";
import type { Tx } from "../../context.ts";
import { putJob } from "../../platform/jobs.ts";
import { fromBody } from "../../schema/bodies.ts";
import type { Sql } from "../../schema/tables.ts";
import { stickerFor } from "../stickers/stickers.ts";
import { accountRow } from "../users/users.ts";
import { countedTallies, deleteVotes, namedTallies } from "./extras-rows.ts";
import {
  contactExtra,
  type Extra,
  locationExtra,
  pollExtra,
  type StoredExtra,
  type StoredPoll,
  stickerExtra,
  storedExtra,
  type Tally,
} from "./extras-rules.ts";
import { formatVcard, parseVcard } from "./vcards.ts";

export { type Extra, type StoredPoll, shownExtra, storedExtra, type Tally } from "./extras-rules.ts";

/** The job that closes a poll whose time is over; its subject is the message. */
export const closingJob = "poll.close";

/** POLL-1, CARD-1, CARD-4, CARD-5, STICKER-4. What a new message holds beside words and files; null for nothing. */
export async function extraOf(tx: Tx, input: Checked<"message.send">, at: number): Promise<Extra | null> {
  if (input.poll) return pollExtra(input.poll, at);
  if (input.location) return locationExtra(input.location);
  if (input.sticker !== undefined) return stickerExtra(await stickerFor(tx.sql, input.sticker));
  if (input.contact) return contactExtra(await contactOf(tx.sql, input.contact));
  return null;
}

async function contactOf(sql: Sql, given: NewContact): Promise<Contact> {
  if ("user" in given) {
    const { id, display_name: name } = await accountRow(sql, given.user);
    return { user: id, name };
  }
  const contact = "vcard" in given ? parseVcard(given.vcard) : given;
  return { ...contact, vcard: formatVcard(contact) };
}

/** POLL-8. What a message holds for another one that says the same: a poll as it stands, and closed. */
export async function forwardedExtra(
  sql: Sql,
  row: { id: number; type: string; body: Uint8Array; extra: string | null },
  at: number,
): Promise<Extra | null> {
  if (row.extra === null) return null;
  const { poll, ...rest } = storedExtra(row.extra);
  const stored: StoredExtra = poll ? { poll: await resultOf(sql, row, { poll, at }) } : rest;
  return { type: row.type as Extra["type"], text: fromBody(row.body), stored };
}

async function resultOf(
  sql: Sql,
  row: { id: number; extra: string | null },
  { poll, at }: { poll: StoredPoll; at: number },
): Promise<StoredPoll> {
  const tally = (await talliesOf(sql, [row])).get(row.id);
  const votes = poll.options.map((_, place) => tally?.votes.get(place) ?? 0);
  const result = poll.result ?? { votes, voters: tally?.voters ?? 0 };
  return { ...poll, result, closed_at: poll.closed_at ?? at };
}

/** POLL-5. How the polls among these messages stand; one whose result was written down has no other. */
export async function talliesOf(
  sql: Sql,
  rows: readonly { id: number; extra: string | null }[],
): Promise<Map<number, Tally>> {
  const polls = rows.flatMap(({ id, extra }) => {
    const poll = extra === null ? undefined : storedExtra(extra).poll;
    return poll && !poll.result ? [{ id, isNamed: !poll.anonymous }] : [];
  });
  const named = polls.filter(({ isNamed }) => isNamed).map(({ id }) => id);
  const others = polls.filter(({ isNamed }) => !isNamed).map(({ id }) => id);
  return new Map([...(await namedTallies(sql, named)), ...(await countedTallies(sql, others))]);
}

/** POLL-6. A new poll is closed at its time. */
export async function closeAt(
  tx: Tx,
  { id, room, extra }: { id: number; room: number; extra: Extra },
): Promise<void> {
  const { poll } = extra.stored;
  if (!poll || poll.closes_at === null || poll.closed_at !== null) return;
  await putJob(tx.sql, { kind: closingJob, subject: id, lane: room, at: poll.closes_at });
}

/** POLL-9. Nothing is left of who chose what. */
export async function dropExtra(tx: Tx, message: number): Promise<void> {
  await tx.sql.run(deleteVotes({ message }));
}
