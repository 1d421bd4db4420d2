import { changedBy, subjectsOf } from "@parley/protocol/apply-changes";
import { tailOf } from "@parley/protocol/live";
import type { IDBPTransaction } from "idb";
import type { CopySchema } from "./copy-indexeddb.ts";
import { type CopyRoom, keeping, type RoomChange } from "./copy-storage.ts";

type Transaction = IDBPTransaction<CopySchema, ("header" | "people" | "rooms" | "messages")[], "readwrite">;

/** Messages of a room sent at an event or after it. */
export function messagesOf(room: number, from = 0): IDBKeyRange {
  return IDBKeyRange.bound([room, from], [room, []]);
}

/** KEPT-2. Brings what is kept of a room to where it is held: in one transaction, so that positions never lead. */
export async function writeRoom(tx: Transaction, change: RoomChange): Promise<void> {
  const { room, newest } = change;
  const { id } = room.room;
  const kept = await tx.objectStore("rooms").get(id);
  if (!room.loaded) {
    // Another tab has read more of it: its messages are right as of their own position.
    const isMoreKept = kept?.room.loaded === true && kept.room.position <= room.room.head;
    const { described, doubtful, known } = room;
    const next = isMoreKept ? { ...kept.room, room: room.room, described, doubtful, known } : room;
    if (!isMoreKept) await tx.objectStore("messages").delete(messagesOf(id));
    await tx.objectStore("rooms").put({ room: next, newest: isMoreKept ? kept.newest : newest }, id);
    return;
  }
  const isContinued = kept !== undefined && continues(change, kept.room);
  const messages = tx.objectStore("messages");
  if (!isContinued) await messages.delete(messagesOf(id));
  const before = isContinued ? earlier(kept.room.before, room.before) : room.before;
  if (isContinued) await applyMissed(tx, change, kept.room.position, before);
  const puts = isContinued && isSince(change, kept.room) ? change.changed : [...change.held.values()];
  for (const message of puts) await messages.put(message, [id, message.seq]);
  const oldest = await pruned(tx, id);
  await tx.objectStore("rooms").put({ room: { ...room, before: oldest ?? before }, newest }, id);
}

/** Whether the events from what is kept to what is held are all known, and it is the same history. */
function continues(change: RoomChange, kept: CopyRoom): boolean {
  const { room, recent } = change;
  const missed = room.position - kept.position;
  const isJoined = room.before === null || room.before <= kept.position + 1;
  if (!kept.loaded || !isJoined || missed < 0 || missed > recent.length) return false;
  if (isSince(change, kept)) return true;
  const last = recent.at(-missed - 1);
  const tail = missed === 0 ? room.tail : last && tailOf(last.at);
  return tail !== undefined && tail !== null && tail === kept.tail;
}

/** Nobody else has kept anything since. */
function isSince({ since }: RoomChange, kept: CopyRoom): boolean {
  return since !== undefined && since.position === kept.position && since.tail === kept.tail;
}

/** What happened to messages that are kept and not held any more. */
async function applyMissed(
  tx: Transaction,
  { room, recent, held }: RoomChange,
  position: number,
  before: number | null,
): Promise<void> {
  const missed = room.position - position;
  const messages = tx.objectStore("messages");
  for (const [index, event] of (missed > 0 ? recent.slice(-missed) : []).entries()) {
    const seq = position + 1 + index;
    for (const subject of subjectsOf(event).filter((id) => !held.has(id))) {
      const kept = await messages.index("id").get(subject);
      if (kept) await messages.put(changedBy(kept, seq, event), [kept.room, kept.seq]);
      else if (event.kind === "message.sent" && event.message.id === subject && seq >= (before ?? 0)) {
        await messages.put(event.message, [event.message.room, seq]);
      }
    }
  }
}

/** Lets the oldest go where there are too many; the answer is where those begin that stay. */
async function pruned(tx: Transaction, room: number): Promise<number | undefined> {
  const messages = tx.objectStore("messages");
  const count = await messages.count(messagesOf(room));
  if (count <= keeping.messages + keeping.slack) return undefined;
  const cursor = await messages.openCursor(messagesOf(room));
  const first = await cursor?.advance(count - keeping.messages);
  if (!first) return undefined;
  const [, seq] = first.key;
  await messages.delete(IDBKeyRange.bound([room], [room, seq], false, true));
  return seq;
}

function earlier(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : Math.min(one, other);
}
