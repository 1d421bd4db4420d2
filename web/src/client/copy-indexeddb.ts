import type { Message } from "@parley/protocol/messages";
import type { User } from "@parley/protocol/users";
import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from "idb";
import {
  type Copy,
  type CopyHeader,
  type CopyRoom,
  type CopyStorage,
  type KeptPage,
  type KeptRoom,
  keeping,
} from "./copy-storage.ts";
import { messagesOf, writeRoom } from "./copy-writing.ts";

export interface CopySchema extends DBSchema {
  header: { key: "header"; value: CopyHeader };
  people: { key: "people"; value: readonly User[] };
  rooms: { key: number; value: { room: CopyRoom; newest: number } };
  messages: { key: [room: number, seq: number]; value: Message; indexes: { id: number } };
}

/** Raised with every change of what is kept: a copy of another form is dropped. */
const version = 1;
const stores = ["header", "people", "rooms", "messages"] as const;

/** A copy that survives reload, tab close and browser restart. */
export function indexedDbCopy(name = "parley-copy"): CopyStorage {
  let opening: Promise<IDBPDatabase<CopySchema>> | undefined;
  const close = () => {
    opening = undefined;
  };
  const database = () => {
    opening ??= open(name, close);
    return opening;
  };
  return {
    read: async () => readAll(await database()),
    older: async (epoch, place) => readOlder(await database(), epoch, place),
    async write({ header, rooms, present, people }) {
      const tx = (await database()).transaction(stores, "readwrite");
      const kept = await tx.objectStore("header").get("header");
      if (kept?.account.id !== header.account.id || kept.epoch !== header.epoch) {
        await tx.objectStore("rooms").clear();
        await tx.objectStore("messages").clear();
        if (kept?.account.id !== header.account.id) await tx.objectStore("people").clear();
      }
      await tx.objectStore("header").put(header, "header");
      if (people) await tx.objectStore("people").put(people, "people");
      for (const change of rooms) await writeRoom(tx, change);
      if (present) {
        const gone = (await tx.objectStore("rooms").getAllKeys()).filter((room) => !present.has(room));
        for (const room of gone) {
          await tx.objectStore("rooms").delete(room);
          await tx.objectStore("messages").delete(messagesOf(room));
        }
      }
      await tx.done;
    },
    async clear() {
      const tx = (await database()).transaction(stores, "readwrite");
      await Promise.all([...stores.map((store) => tx.objectStore(store).clear()), tx.done]);
    },
  };
}

async function open(name: string, closed: () => void): Promise<IDBPDatabase<CopySchema>> {
  const attempt = () =>
    openDB<CopySchema>(name, version, {
      upgrade(db) {
        for (const store of [...db.objectStoreNames]) db.deleteObjectStore(store);
        db.createObjectStore("header");
        db.createObjectStore("people");
        db.createObjectStore("rooms");
        db.createObjectStore("messages").createIndex("id", "id");
      },
      blocking(_current, _wanted, event) {
        closed();
        (event.target as IDBDatabase).close();
      },
      terminated: closed,
    });
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== "VersionError") throw error;
    await deleteDB(name);
    return attempt();
  }
}

async function readAll(db: IDBPDatabase<CopySchema>): Promise<Copy | undefined> {
  const tx = db.transaction(stores);
  const header = await tx.objectStore("header").get("header");
  if (!header) return undefined;
  const people = (await tx.objectStore("people").get("people")) ?? [];
  const records = await tx.objectStore("rooms").getAll();
  const shown = records.sort((one, other) => lastMoved(other.room) - lastMoved(one.room));
  const rooms = shown.map(async ({ room, newest }, place): Promise<KeptRoom> => {
    if (!room.loaded || place >= keeping.restoredRooms)
      return { room: { ...room, loaded: false }, messages: [] };
    const messages = await tx.objectStore("messages").getAll(messagesOf(room.room.id, newest));
    const oldest = messages[0]?.seq;
    const isMoreKept = oldest !== undefined && (room.before === null || room.before < oldest);
    const first =
      isMoreKept && (await tx.objectStore("messages").getKey(messagesBefore(room.room.id, oldest)));
    return { room: first ? { ...room, before: oldest } : room, messages };
  });
  return { header, people, rooms: await Promise.all(rooms) };
}

async function readOlder(
  db: IDBPDatabase<CopySchema>,
  epoch: string,
  { room, before, limit }: { room: number; before: number; limit: number },
): Promise<KeptPage | undefined> {
  const tx = db.transaction(stores);
  const header = await tx.objectStore("header").get("header");
  const kept = await tx.objectStore("rooms").get(room);
  if (header?.epoch !== epoch || !kept?.room.loaded) return undefined;
  const messages: Message[] = [];
  let cursor = await tx.objectStore("messages").openCursor(messagesBefore(room, before), "prev");
  for (; cursor && messages.length < limit; cursor = await cursor.continue()) messages.unshift(cursor.value);
  const oldest = messages[0]?.seq;
  if (oldest === undefined) return undefined;
  return { messages, head: kept.room.position, before: cursor ? oldest : kept.room.before };
}

function messagesBefore(room: number, seq: number): IDBKeyRange {
  return IDBKeyRange.bound([room], [room, seq], false, true);
}

function lastMoved({ room }: CopyRoom): number {
  return Date.parse(room.last_message_at ?? room.created_at);
}
