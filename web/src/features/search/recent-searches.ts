import { create } from "zustand";

const storageKey = "parley-searches";
const most = 8;

type ByPerson = Record<string, string[]>;

/** SEARCH-12. What was searched for on this device, the last first; each person's own. */
const useRecent = create<{ all: ByPerson }>(() => ({ all: load() }));

export function useRecentSearches(user: number): string[] {
  return useRecent(({ all }) => all[user]) ?? none;
}
const none: string[] = [];

export function rememberSearch(user: number, words: string): void {
  const earlier = useRecent.getState().all[user] ?? none;
  keep(user, [words, ...earlier.filter((each) => each !== words)].slice(0, most));
}

export function forgetSearches(user: number): void {
  keep(user, []);
}

function keep(user: number, searches: string[]): void {
  const all = { ...useRecent.getState().all, [user]: searches };
  useRecent.setState({ all });
  try {
    localStorage.setItem(storageKey, JSON.stringify(all));
  } catch {
    // Where nothing may be kept, the page's own memory does.
  }
}

function load(): ByPerson {
  try {
    const kept = JSON.parse(localStorage.getItem(storageKey) ?? "{}") as unknown;
    const entries = Object.entries(kept ?? {}).filter(([, searches]) => Array.isArray(searches));
    return Object.fromEntries(
      entries.map(([user, searches]: [string, unknown[]]) => [
        user,
        searches.filter((each): each is string => typeof each === "string").slice(0, most),
      ]),
    );
  } catch {
    return {};
  }
}
