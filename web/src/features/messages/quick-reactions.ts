import { create } from "zustand";

const storageKey = "parley-reactions";
const first = ["👍", "❤️", "😂"];
const shown = 3;

/** EMOJI-1. The reactions this person used last, on this device. */
const useRecent = create<{ quick: string[] }>(() => ({ quick: load() }));

export function useQuickReactions() {
  const { quick } = useRecent();
  return { quick, used };
}

function used(emoji: string): void {
  const quick = [emoji, ...useRecent.getState().quick.filter((each) => each !== emoji)].slice(0, shown);
  useRecent.setState({ quick });
  try {
    localStorage.setItem(storageKey, JSON.stringify(quick));
  } catch {
    // Where nothing may be kept, the page's own memory does.
  }
}

function load(): string[] {
  try {
    const kept = JSON.parse(localStorage.getItem(storageKey) ?? "[]") as unknown;
    const words = Array.isArray(kept) ? kept.filter((each) => typeof each === "string") : [];
    return [...new Set([...words, ...first])].slice(0, shown);
  } catch {
    return first;
  }
}
