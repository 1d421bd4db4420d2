import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { UploadEntry, UploadStorage } from "./uploads-storage.ts";

interface Schema extends DBSchema {
  uploads: { key: string; value: UploadEntry; indexes: { user: number } };
  bytes: { key: string; value: Blob };
}

const stores = ["uploads", "bytes"] as const;

/** Files that survive reload, tab close and browser restart until they are sent. */
export function indexedDbUploads(name = "parley-uploads"): UploadStorage {
  let opening: Promise<IDBPDatabase<Schema>> | undefined;
  const database = () => {
    opening ??= openDB<Schema>(name, 1, {
      upgrade(db) {
        db.createObjectStore("uploads", { keyPath: "key" }).createIndex("user", "user");
        db.createObjectStore("bytes");
      },
      terminated: () => {
        opening = undefined;
      },
    });
    return opening;
  };
  const remove = async (keys: readonly string[]) => {
    const tx = (await database()).transaction(stores, "readwrite");
    const gone = keys.flatMap((key) => stores.map((store) => tx.objectStore(store).delete(key)));
    await Promise.all([...gone, tx.done]);
  };
  return {
    remove,
    all: async (user) => (await database()).getAllFromIndex("uploads", "user", user),
    get: async (key) => (await database()).get("uploads", key),
    bytes: async (key) => (await database()).get("bytes", key),
    async put(entry, bytes) {
      const tx = (await database()).transaction(stores, "readwrite", { durability: "strict" });
      const writes: Promise<unknown>[] = [tx.objectStore("uploads").put(entry)];
      if (bytes) writes.push(tx.objectStore("bytes").put(bytes, entry.key));
      await Promise.all([...writes, tx.done]);
    },
    clear: async (user) => remove(await (await database()).getAllKeysFromIndex("uploads", "user", user)),
  };
}
