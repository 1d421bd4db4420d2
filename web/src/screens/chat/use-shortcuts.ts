import { useEffect } from "react";
import type { Client } from "../../client/client.ts";
import { unreadIn } from "../../client/unread.ts";
import { useClient } from "../../client/use-client.ts";
import { markRoomsRead } from "../../features/messages/messages.tsx";

interface Shortcuts {
  room: number | null;
  onOpenRoom: (room: number) => void;
  onSwitcher: () => void;
  onHelp: () => void;
}

/** KEYS-1. Keys that work wherever the focus is. */
export function useShortcuts({ room, onOpenRoom, onSwitcher, onHelp }: Shortcuts): void {
  const client = useClient();
  useEffect(() => {
    const goBy = (step: number, isUnread: boolean) => () => {
      const next = neighbourOf(client, room, step, isUnread);
      if (next !== undefined) onOpenRoom(next);
    };
    const acts = new Map([
      ["Command k", onSwitcher],
      ["Command /", onHelp],
      ["Alt ArrowDown", goBy(1, false)],
      ["Alt ArrowUp", goBy(-1, false)],
      ["Alt Shift ArrowDown", goBy(1, true)],
      ["Alt Shift ArrowUp", goBy(-1, true)],
      ["Escape", () => readOpen(client, room)],
      ["F6", () => nextRegion(false)],
      ["Shift F6", () => nextRegion(true)],
    ]);
    const pressed = (event: KeyboardEvent) => {
      const act = acts.get(nameOf(event));
      if (!act || event.defaultPrevented || (event.key === "Escape" && closesSomething(event))) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [client, room, onOpenRoom, onSwitcher, onHelp]);
}

/** Escape is first of all whatever is open over the page, or what was typed to search. */
function closesSomething({ target }: KeyboardEvent): boolean {
  if (document.querySelector("dialog[open], [role=menu], [popover]:popover-open")) return true;
  return target instanceof HTMLInputElement && target.value !== "";
}

/** READ-5. The room that is open is read to its end. */
function readOpen(client: Client, room: number | null): void {
  const view = client.view.getState();
  const held = view.state.rooms.get(room ?? 0);
  if (held && unreadIn(held, view).unread > 0) markRoomsRead(client, [held]);
}

function nameOf({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): string {
  // Where the slash is, is the keyboard's affair: some need Shift for it.
  const isShift = shiftKey && key !== "/";
  const held = [(ctrlKey || metaKey) && "Command", altKey && "Alt", isShift && "Shift"].filter(Boolean);
  return [...held, key.length === 1 ? key.toLowerCase() : key].join(" ");
}

/** Rooms, messages, composer, details: round and round. */
function nextRegion(isBack: boolean): void {
  const regions = [...document.querySelectorAll<HTMLElement>("nav, [role=log], form textarea, aside")].filter(
    (region) => region.offsetParent !== null,
  );
  const at = regions.findIndex((region) => region.contains(document.activeElement));
  const next = regions[(at + (isBack ? -1 : 1) + regions.length) % regions.length];
  const inside = next?.matches("nav, aside")
    ? next.querySelector<HTMLElement>("[aria-current], a, button, input")
    : next;
  inside?.focus();
}

/** The room above or below in the list, round and round; or the next of them with something unread. */
function neighbourOf(
  client: Client,
  room: number | null,
  step: number,
  isUnread: boolean,
): number | undefined {
  const links = [...document.querySelectorAll<HTMLAnchorElement>("a[data-room]")];
  const all = links.map((link) => Number(link.dataset.room));
  const view = client.view.getState();
  const hasNews = (each: number) => {
    const held = view.state.rooms.get(each);
    return held !== undefined && unreadIn(held, view).unread > 0;
  };
  const ordered = all.map(
    (_, count) => all[(all.indexOf(room ?? -1) + step * (count + 1) + all.length * 2) % all.length],
  );
  return ordered.find((each) => each !== undefined && each !== room && (!isUnread || hasNews(each)));
}
