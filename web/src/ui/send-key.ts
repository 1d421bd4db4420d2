import { create } from "zustand";

const storageKey = "parley-send-key";

/** `enter` sends and Shift + Enter makes a new line, or with `modified` the other way round. */
export type SendKey = "enter" | "modified";

export const useSendKey = create<{ key: SendKey }>(() => ({ key: load() }));

function load(): SendKey {
  try {
    return localStorage.getItem(storageKey) === "modified" ? "modified" : "enter";
  } catch {
    return "enter";
  }
}

export function chooseSendKey(key: SendKey): void {
  useSendKey.setState({ key });
  try {
    localStorage.setItem(storageKey, key);
  } catch {
    // Where nothing may be kept it holds for this page.
  }
}

interface Pressed {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
}

/** Whether this key sends what is written. */
export function sends({ key, shiftKey, ctrlKey, metaKey }: Pressed): boolean {
  if (key !== "Enter") return false;
  if (ctrlKey || metaKey) return true;
  return shiftKey === (useSendKey.getState().key === "modified");
}
