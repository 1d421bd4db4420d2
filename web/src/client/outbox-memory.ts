import type { OutboxEntry, OutboxStorage } from "./outbox-storage.ts";

/** An outbox that lasts as long as the process. */
export function memoryOutbox(): OutboxStorage {
  const entries = new Map<string, OutboxEntry>();
  return {
    async all(user) {
      return [...entries.values()].filter((entry) => entry.user === user);
    },
    async put(entry) {
      entries.set(entry.client_id, structuredClone(entry));
    },
    async remove(clientId) {
      entries.delete(clientId);
    },
    async clear(user) {
      for (const entry of entries.values()) if (entry.user === user) entries.delete(entry.client_id);
    },
  };
}
