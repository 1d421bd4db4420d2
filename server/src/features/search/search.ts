import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import { type Message, messageType } from "@parley/protocol/messages";
import type { Hit } from "@parley/protocol/search";
import type { Actor } from "../../context.ts";
import type { Sql } from "../../schema/tables.ts";
import { accessOwnRoom } from "../access/access.ts";
import { messagesFor } from "../messages/messages.ts";
import { hasLink } from "../search-index/search-index.ts";
import { matchesIn } from "./search-matches.ts";
import { planOf, written } from "./search-plan.ts";
import { parseQuery, type Query } from "./search-query.ts";
import {
  type Candidates,
  indexedCandidates,
  isQueueLongerThan,
  queuedCandidates,
  roomsOf,
} from "./search-rows.ts";

/** Messages of the queue that are looked at, the newest. */
const queueTail = 1_000;
/** Texts that one call looks at; whoever goes on gets the next. */
const mostTexts = 2_000;
/** Texts that are read at once. */
const batchMost = 256;
/** Rooms that are named to the index; for somebody who is in more it is left to the join. */
const mostRooms = 256;
/** Any moment is before it: 9999-12-31. */
const never = 253_402_214_400_000;

type Input = Checked<"message.search">;
type Answer = Output<"message.search">;

/** SEARCH-1 to SEARCH-5. */
export async function searchMessages(sql: Sql, actor: Actor, input: Input): Promise<Answer> {
  requireWish(input);
  if (input.room !== undefined) await accessOwnRoom(sql, actor.user, input.room);
  const query = parseQuery(input.text ?? "");
  const candidates = candidatesFor(actor, input);
  const isWordless = query.wanted.length + query.unwanted.length === 0 && input.text !== undefined;
  const isEmpty = isWordless || candidates.after >= candidates.before;
  const rooms = input.room === undefined ? await roomsOf(sql, actor.user, mostRooms + 1) : [input.room];
  const complete = !(await isQueueLongerThan(sql, queueTail));
  if (isEmpty || rooms.length === 0) return { hits: [], next: null, complete };
  const plan = planOf(query, {
    rooms: rooms.length > mostRooms ? [] : rooms,
    ...{ from: input.from, mentions: input.mentions, has: input.has },
    type: input.type ? [input.type] : messageType.options,
    after: input.after === undefined ? undefined : candidates.after,
    before: input.before === undefined ? undefined : candidates.before,
  });
  const match = written(plan, sql.engine);
  // First the queue: what is moved into the index meanwhile is seen in both, and never in neither.
  const queued = await queuedCandidates(sql, candidates, queueTail);
  const page = await lookThrough(sql, { input, query, queued, candidates: { ...candidates, match } });
  return { ...page, complete };
}

function requireWish(input: Input): void {
  const { text, from, mentions, before, after, has, type } = input;
  const wishes = [text, from, mentions, before, after, has, type];
  if (wishes.every((wish) => wish === undefined)) throw new ChatError("invalid", "say what to look for");
}

function candidatesFor(actor: Actor, input: Input): Omit<Candidates, "limit"> {
  const below = input.cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(input.cursor);
  if (!Number.isSafeInteger(below) || below < 1) {
    throw new ChatError("invalid", "this cursor is not from this list");
  }
  return {
    user: actor.user,
    room: input.room ?? 0,
    from: input.from ?? 0,
    type: input.type ?? "",
    after: input.after === undefined ? -1 : Date.parse(input.after),
    before: input.before === undefined ? never : Date.parse(input.before),
    below,
  };
}

interface Looked {
  input: Input;
  query: Query;
  queued: readonly number[];
  candidates: Omit<Candidates, "limit"> & { match: string };
}

/** SEARCH-4. Reads candidates from the newest on until the page is full, all are read, or it has been enough. */
async function lookThrough(sql: Sql, looked: Looked): Promise<Omit<Answer, "complete">> {
  const { input, query, queued, candidates } = looked;
  const hits: Hit[] = [];
  let { below } = candidates;
  let size = input.limit + 1;
  for (let texts = 0; texts < mostTexts; ) {
    size = Math.min(size, batchMost);
    const indexed = await indexedCandidates(sql, { ...candidates, below, limit: size });
    const ids = newestFirst(indexed.ids, queued, { below, from: indexed.floor });
    const messages = await messagesFor(sql, ids);
    for (const id of ids) {
      const hit = hitIn(messages.get(id), input, query);
      if (hit && hits.length === input.limit) return { hits, next: String(below) };
      if (hit) hits.push(hit);
      below = id;
    }
    if (indexed.floor === 0) return { hits, next: null };
    below = indexed.floor;
    texts += ids.length;
    size *= 2;
  }
  return { hits, next: String(below) };
}

/** Both lists as one, of ids that are smaller than `below` and not smaller than `from`. */
function newestFirst(
  indexed: readonly number[],
  queued: readonly number[],
  { below, from }: { below: number; from: number },
): number[] {
  const within = queued.filter((id) => id < below && id >= from);
  return [...new Set([...indexed, ...within])].sort((one, other) => other - one);
}

/** SPEECH-4. A message is found by what is said in its files as well; highlights are those of the text. */
function matchesInAll({ text, files = [] }: Message, query: Query): Hit["highlights"] | null {
  const heard = files.flatMap(({ transcript }) => transcript?.text ?? []);
  if (heard.length === 0) return matchesIn(text, query);
  const found = matchesIn([text, ...heard].join("\n"), query);
  return found?.filter(([, end]) => end <= text.length) ?? null;
}

function hitIn(message: Message | undefined, { mentions, has }: Input, query: Query): Hit | null {
  if (!message || message.deleted_at !== undefined) return null;
  if (mentions !== undefined && !message.mentions?.includes(mentions)) return null;
  if (has === "link" && !hasLink(message.text)) return null;
  const highlights = matchesInAll(message, query);
  return highlights && { message, highlights };
}
