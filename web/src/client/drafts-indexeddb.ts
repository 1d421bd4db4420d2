import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { type DraftEntry, type DraftStorage, draftKey } from "./drafts-storage.ts";

interface Schema extends DBSchema {
  drafts: { key: [user: number, key: string]; value: DraftEntry };
}

/** Drafts that survive reload, tab close and browser restart. */
export function indexedDbDrafts(name = "parley-drafts"): DraftStorage {
  let opening: Promise<IDBPDatabase<Schema>> | undefined;
  const database = () => {
    opening ??= openDB<Schema>(name, 1, {
      upgrade: (db) => void db.createObjectStore("drafts"),
      terminated: () => {
        opening = undefined;
      },
    });
    return opening;
  };
  const allOf = (user: number) => IDBKeyRange.bound([user], [user, []]);
  return {
    all: async (user) => (await database()).getAll("drafts", allOf(user)),
    async put(entry) {
      const tx = (await database()).transaction("drafts", "readwrite");
      const putting = tx.store.put(entry, [entry.user, draftKey(entry.room, entry.reply_to)]);
      // It is often the last that a page does: once it is told that this is all, the browser needs it no more.
      tx.commit();
      await Promise.all([putting, tx.done]);
    },
    remove: async (user, key) => (await database()).delete("drafts", [user, key]),
    clear: async (user) => (await database()).delete("drafts", allOf(user)),
  };
}
