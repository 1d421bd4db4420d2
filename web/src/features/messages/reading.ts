import { create } from "zustand";

const storageKey = "parley-reading";

/** How a person reads on this device. */
export interface ReadingChoice {
  /** Where a room with something new opens. */
  enter: "unread" | "end";
  /** What marks messages as read: that they were on the screen, the end of the room, or only the person's word. */
  mark: "automatic" | "end" | "hand";
}

const standard: ReadingChoice = { enter: "unread", mark: "automatic" };

export const useReadingChoice = create<ReadingChoice>(load);

function load(): ReadingChoice {
  try {
    const kept = JSON.parse(localStorage.getItem(storageKey) ?? "{}") as Partial<ReadingChoice>;
    return { ...standard, ...kept };
  } catch {
    return standard;
  }
}

/** READ-4. Holds for this device, at once. */
export function changeReading(change: Partial<ReadingChoice>): void {
  useReadingChoice.setState(change);
  try {
    localStorage.setItem(storageKey, JSON.stringify(useReadingChoice.getState()));
  } catch {
    // Where nothing may be kept it holds for this page.
  }
}
