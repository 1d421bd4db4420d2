/** A message that a person has deleted and the server has not been asked to. Plain data: it outlives the page. */
export interface DeletionEntry {
  user: number;
  message: number;
  /** When it is asked for: milliseconds since 1970. */
  at: number;
}

/** Written at once: the page may be gone the moment after. */
export interface DeletionStorage {
  all(): DeletionEntry[];
  put(entry: DeletionEntry): void;
  remove(entry: DeletionEntry): void;
}

/** Deletions that last as long as the process. */
export function memoryDeletions(): DeletionStorage {
  let entries: DeletionEntry[] = [];
  return {
    all: () => entries,
    put(entry) {
      entries = [...without(entries, entry), entry];
    },
    remove(entry) {
      entries = without(entries, entry);
    },
  };
}

/** Deletions that survive reload, tab close and browser restart; where nothing may be kept, as long as the page lives. */
export function browserDeletions(key = "parley-deletions"): DeletionStorage {
  const memory = memoryDeletions();
  const all = (): DeletionEntry[] => {
    try {
      return JSON.parse(localStorage.getItem(key) ?? "[]") as DeletionEntry[];
    } catch {
      return memory.all();
    }
  };
  const write = (entries: DeletionEntry[]) => {
    try {
      localStorage.setItem(key, JSON.stringify(entries));
    } catch {
      // What could not be written is in memory.
    }
  };
  return {
    all,
    put(entry) {
      memory.put(entry);
      write([...without(all(), entry), entry]);
    },
    remove(entry) {
      memory.remove(entry);
      write(without(all(), entry));
    },
  };
}

function without(entries: readonly DeletionEntry[], { user, message }: DeletionEntry): DeletionEntry[] {
  return entries.filter((entry) => entry.user !== user || entry.message !== message);
}
