import type { KeyboardEvent } from "react";

/*
 * KEYS-2. The list of messages is one stop for the keyboard; within it the arrows go from message to message. The row
 * that has the focus stays mounted however far the list is scrolled, so that the focus is not lost.
 */

const article = "article[tabindex]";

/** The index of the row that an element is in. */
export function indexOf(element: Element): number | null {
  const index = element.closest<HTMLElement>("[data-index]")?.dataset.index;
  return index === undefined ? null : Number(index);
}

export function withRow(indexes: number[], index: number | null): number[] {
  if (index === null || indexes.includes(index)) return indexes;
  return [...indexes, index].sort((one, other) => one - other);
}

export function moveByMessage(event: KeyboardEvent<HTMLElement>, toEnd: () => void): void {
  const list = event.currentTarget;
  const target = event.target as Element;
  // Within a row the arrows are the row's.
  if (target !== list && !target.matches(article)) return;
  if (event.key === "End") {
    event.preventDefault();
    return toEnd();
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  const rows = [...list.querySelectorAll<HTMLElement>(article)];
  const at = rows.indexOf(target as HTMLElement);
  const next = at < 0 ? lastInSight(list, rows) : rows[at + step];
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function lastInSight(list: HTMLElement, rows: readonly HTMLElement[]): HTMLElement | undefined {
  const { bottom } = list.getBoundingClientRect();
  return rows.findLast((row) => row.getBoundingClientRect().top < bottom);
}
