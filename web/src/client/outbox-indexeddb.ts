import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { OutboxEntry, OutboxStorage } from "./outbox-storage.ts";

interface Schema extends DBSchema {
  outbox: { key: string; value: OutboxEntry; indexes: { user: number } };
}

/** An outbox that survives reload, tab close and browser restart. */
export function indexedDbOutbox(name = "parley"): OutboxStorage {
  let opening: Promise<IDBPDatabase<Schema>> | undefined;
  const database = () => {
    opening ??= openDB<Schema>(name, 1, {
      upgrade: (db) =>
        void db.createObjectStore("outbox", { keyPath: "client_id" }).createIndex("user", "user"),
      terminated: () => {
        opening = undefined;
      },
    });
    return opening;
  };
  return {
    all: async (user) => (await database()).getAllFromIndex("outbox", "user", user),
    async put(entry) {
      const tx = (await database()).transaction("outbox", "readwrite", { durability: "strict" });
      await Promise.all([tx.store.put(entry), tx.done]);
    },
    remove: async (clientId) => (await database()).delete("outbox", clientId),
    async clear(user) {
      const tx = (await database()).transaction("outbox", "readwrite");
      const keys = await tx.store.index("user").getAllKeys(user);
      await Promise.all([...keys.map((key) => tx.store.delete(key)), tx.done]);
    },
  };
}
