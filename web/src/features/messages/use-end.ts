import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useReadingChoice } from "./reading.ts";
import type { Row } from "./timeline-rows.ts";
import { useKeptPlace } from "./use-kept-place.ts";
import type { List } from "./use-timeline.ts";

/** Pixels from the end within which new messages are followed. */
const nearEnd = 60;
/** By which a person scrolls: what moves the list otherwise must not take them away from the end. */
const byHand = ["wheel", "touchmove", "pointerdown", "pointermove", "keydown"] as const;
/** Milliseconds for which the list may move by what a hand has done: a slow device shows it late, and a flick rolls on. */
const handLasts = 10_000;

/** Whether somebody does what scrolls upwards: a press does so on the bar alone, and while it is held. */
function scrolls(event: Event, area: HTMLElement): boolean {
  if (event instanceof WheelEvent) return event.deltaY < 0;
  if (!(event instanceof PointerEvent)) return true;
  if (event.type === "pointermove") return event.buttons !== 0;
  return event.target === area && (event.offsetX < 0 || event.offsetX >= area.clientWidth);
}

interface EndOf {
  room: number;
  list: List;
  scroller: RefObject<HTMLDivElement | null>;
  rows: readonly Row[];
  /** Whether the end of the rows is the room's: else it is only the end of what is held of its past. */
  isLive: boolean;
  /** Whether it is known where the person had read to. */
  isKnown: boolean;
  /** Whether there was something new. */
  hasNews: boolean;
}

/** TIME-5. Keeps the end in sight while the person is there: only their own scrolling takes them away from it. */
export function useEnd({ room, list, scroller, rows, isLive, isKnown, hasNews }: EndOf) {
  const pinned = useRef(true);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const [unseen, setUnseen] = useState(0);
  const { restore, giveUp } = useKeptPlace({ room, list, scroller, rows, pinned });
  const toEnd = useCallback(() => {
    giveUp();
    pinned.current = true;
    setIsAtEnd(true);
    setUnseen(0);
    if (scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight;
  }, [scroller, giveUp]);
  const hasBegun = useRef(false);
  useFirstPlace({ list, rows, isLive, isKnown, hasNews, pinned, hasBegun, restore });
  /** Somebody goes to another place: neither the end nor the line of what is new calls them back. */
  const leaveEnd = useCallback(() => {
    giveUp();
    pinned.current = false;
    hasBegun.current = true;
    setIsAtEnd(false);
  }, [giveUp]);
  useLayoutEffect(() => {
    if (!isLive) {
      pinned.current = false;
      setIsAtEnd(false);
    }
  }, [isLive]);
  const lastKey = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    const key = rows.at(-1)?.key;
    const isNews = lastKey.current !== undefined && key !== lastKey.current;
    lastKey.current = key;
    if (pinned.current) toEnd();
    else if (isNews && isLive) setUnseen((count) => count + 1);
  }, [rows, isLive, toEnd]);
  useEffect(() => {
    const area = scroller.current;
    if (!area) return;
    let handUntil = 0;
    let top = area.scrollTop;
    const moved = ({ timeStamp }: Event) => {
      const isUpwards = area.scrollTop < top;
      top = area.scrollTop;
      const atEnd = isLive && area.scrollHeight - area.scrollTop - area.clientHeight < nearEnd;
      if (atEnd) {
        pinned.current = true;
        setUnseen(0);
        if (!isUpwards) handUntil = 0;
      } else if (isUpwards && timeStamp < handUntil) pinned.current = false;
      setIsAtEnd(pinned.current);
    };
    const touched = (event: Event) => {
      if (scrolls(event, area)) handUntil = event.timeStamp + handLasts;
    };
    // The composer grows, the keyboard of a phone comes up, a row is measured: the end stays in sight.
    const resized = new ResizeObserver(() => {
      if (pinned.current) area.scrollTop = area.scrollHeight;
    });
    resized.observe(area);
    if (area.firstElementChild) resized.observe(area.firstElementChild);
    area.addEventListener("scroll", moved, { passive: true });
    for (const kind of byHand) area.addEventListener(kind, touched, { passive: true });
    return () => {
      resized.disconnect();
      area.removeEventListener("scroll", moved);
      for (const kind of byHand) area.removeEventListener(kind, touched);
    };
  }, [scroller, isLive]);
  const follows = useCallback(() => pinned.current, []);
  return { isAtEnd, toEnd, leaveEnd, follows, unseen };
}

interface FirstPlaceOf extends Omit<EndOf, "scroller" | "room"> {
  restore: () => boolean;
  pinned: RefObject<boolean>;
  hasBegun: RefObject<boolean>;
}

/** Where a room is entered: at the line of what is new where the person wants that, else where they were, or at the end. */
function useFirstPlace(of: FirstPlaceOf): void {
  const { list, rows, isLive, isKnown, hasNews, pinned, hasBegun, restore } = of;
  useLayoutEffect(() => {
    if (hasBegun.current || rows.length === 0 || !isKnown) return;
    hasBegun.current = true;
    const { enter } = useReadingChoice.getState();
    const line = enter === "end" ? -1 : rows.findIndex(({ kind }) => kind === "new");
    if (line >= 0) {
      pinned.current = false;
      list.scrollToIndex(Math.max(0, line - 1), { align: "start" });
    } else if (!hasNews && restore()) pinned.current = false;
    else if (!isLive) list.scrollToIndex(0, { align: "start" });
  });
}
