import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import { messageType } from "@parley/protocol/messages";
import type { Hit } from "@parley/protocol/search";
import type { Actor } from "../../context.ts";
import type { Sql } from "../../schema/tables.ts";
import { accessOwnRoom } from "../access/access.ts";
import { messagesFor } from "../messages/messages.ts";
import { factsWanted, hitIn } from "./search-hits.ts";
import { planOf, written } from "./search-plan.ts";
import { parseQuery, type Query } from "./search-query.ts";
import {
  type Candidates,
  clippedIds,
  isQueueLongerThan,
  keptIds,
  queuedCandidates,
  roomsOf,
} from "./search-rows.ts";
import { type Walk, type Walked, walkIndex } from "./search-walk-rows.ts";

/** Messages of the queue that are looked at, the newest. */
const queueTail = 1_000;
/** Texts that one call looks at; whoever goes on gets the next. */
const mostTexts = 2_000;
/** Texts that are read at once. */
const batchMost = 256;
/** Messages that one call takes out of the index, and at once, most of which may not be the person's. */
const mostLooked = 16_384;
const walkMost = 4_096;
/** Rooms that are named to the index, and that are listed to it; somebody in more is left to the join. */
const mostNamed = { sqlite: 256, postgres: 64 } as const;
const mostListed = 2_048;
/** Any moment is before it: 9999-12-31. */
const never = 253_402_214_400_000;

type Input = Checked<"message.search">;
type Answer = Output<"message.search">;

/** SEARCH-1 to SEARCH-5, SEARCH-9, SEARCH-10. */
export async function searchMessages(sql: Sql, actor: Actor, input: Input): Promise<Answer> {
  requireWish(input);
  const below = belowOf(input);
  if (input.room !== undefined) await accessOwnRoom(sql, actor.user, input.room);
  const query = parseQuery(input.text ?? "");
  const candidates = candidatesFor(actor, input);
  const isWordless = query.wanted.length + query.unwanted.length === 0 && input.text !== undefined;
  const isEmpty = isWordless || candidates.after >= candidates.before;
  const rooms = input.room === undefined ? await roomsOf(sql, actor.user, mostListed + 1) : [input.room];
  const complete = !(await isQueueLongerThan(sql, queueTail));
  if (isEmpty || rooms.length === 0) return { hits: [], next: null, complete };
  const kind = (["saved", "pinned"] as const).find((each) => input.is?.includes(each));
  if (kind) {
    const source = keptSource(sql, kind, candidates);
    return { ...(await lookThrough(sql, { input, query, below, queued: [], source })), complete };
  }
  const walk = {
    match: matchFor(sql, { input, query, rooms, candidates }),
    rooms: rooms.length > mostListed ? null : rooms,
    ...{ after: candidates.after, before: candidates.before },
  };
  // First the queue: what is moved into the index meanwhile is seen in both, and never in neither.
  const queued = await queuedCandidates(sql, candidates, { tail: queueTail, below });
  const source = indexSource(sql, walk, candidates);
  return { ...(await lookThrough(sql, { input, query, below, queued, source })), complete };
}

function requireWish(input: Input): void {
  const { room: _, cursor: __, limit: ___, ...wishes } = input;
  if (Object.values(wishes).every((wish) => wish === undefined)) {
    throw new ChatError("invalid", "say what to look for");
  }
}

function belowOf({ cursor }: Input): number {
  const below = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
  if (Number.isSafeInteger(below) && below >= 1) return below;
  throw new ChatError("invalid", "this cursor is not from this list");
}

function candidatesFor(actor: Actor, input: Input): Candidates {
  return {
    user: actor.user,
    room: input.room ?? 0,
    from: input.from ?? 0,
    type: input.type ?? "",
    after: input.after === undefined ? -1 : Date.parse(input.after),
    before: input.before === undefined ? never : Date.parse(input.before),
  };
}

interface Sought {
  input: Input;
  query: Query;
  rooms: readonly number[];
  candidates: Candidates;
}

function matchFor({ engine }: Sql, { input, query, rooms, candidates }: Sought): string {
  const plan = planOf(query, {
    rooms: rooms.length > mostNamed[engine] ? [] : rooms,
    ...{ from: input.from, mentions: input.mentions, facts: factsWanted(input) },
    type: input.type ? [input.type] : messageType.options,
    after: input.after === undefined ? undefined : candidates.after,
    before: input.before === undefined ? undefined : candidates.before,
  });
  return written(plan, engine);
}

type Source = (step: { below: number; wanted: number }) => Promise<Walked>;

function indexSource(sql: Sql, walk: Walk, candidates: Candidates): Source {
  return async (step) => {
    const walked = await walkIndex(sql, walk, step);
    return { ...walked, ids: await clippedIds(sql, candidates, walked.ids) };
  };
}

/** What somebody saved, or what is pinned, is in lists of its own, which are short. */
function keptSource(sql: Sql, kind: "saved" | "pinned", candidates: Candidates): Source {
  return async ({ below, wanted }) => {
    const ids = await keptIds(sql, kind, { ...candidates, below, limit: wanted });
    return { ids, floor: ids.length < wanted ? 0 : (ids.at(-1) ?? 0), looked: ids.length };
  };
}

interface Looked {
  input: Input;
  query: Query;
  below: number;
  queued: readonly number[];
  source: Source;
}

/** SEARCH-4. Reads candidates from the newest on until the page is full, all are read, or it has been enough. */
async function lookThrough(sql: Sql, looked: Looked): Promise<Omit<Answer, "complete">> {
  const { input, query, queued, source } = looked;
  const hits: Hit[] = [];
  let { below } = looked;
  let wanted = input.limit + 1;
  for (let texts = 0, seen = 0; texts < mostTexts && seen < mostLooked; ) {
    const walked = await source({ below, wanted });
    const { ids, floor } = firstOf(
      newestFirst(walked.ids, queued, { below, from: walked.floor }),
      walked.floor,
    );
    const messages = await messagesFor(sql, ids);
    for (const id of ids) {
      const hit = hitIn(messages.get(id), input, query);
      if (hit && hits.length === input.limit) return { hits, next: String(below) };
      if (hit) hits.push(hit);
      below = id;
    }
    if (floor === 0) return { hits, next: null };
    below = floor;
    texts += ids.length;
    seen += walked.looked;
    wanted = Math.min(wanted * 2, walkMost);
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

/** As many as are read at once, and down to where these are all. */
function firstOf(ids: readonly number[], floor: number): { ids: readonly number[]; floor: number } {
  const some = ids.slice(0, batchMost);
  return { ids: some, floor: some.length < ids.length ? (some.at(-1) ?? floor) : floor };
}
