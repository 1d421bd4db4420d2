import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from "react";
import { useClient } from "../../client/use-client.ts";
import type { Row } from "./timeline-rows.ts";
import type { List } from "./use-timeline.ts";

/** Where somebody was in a room: a message, and the pixels from the top of what is in sight to its own. */
interface Place {
  message: number;
  offset: number;
}

/** Of rooms that were left elsewhere than at their end, for as long as the page lives. */
const places = new Map<number, Place>();
const mostPlaces = 200;
/** Frames in which rows may still be measured, and be of another height than was thought. */
const mostFrames = 30;
/** Frames in a row in which nothing had to be moved. */
const calmFrames = 3;
const beforeEnd = 200;

interface KeptPlaceOf {
  room: number;
  list: List;
  scroller: RefObject<HTMLDivElement | null>;
  rows: readonly Row[];
  /** Whether the person is at the end, where no place need be kept. */
  pinned: RefObject<boolean>;
}

/** TIME-7. Keeps where somebody is when they leave a room; `restore` leads there, if there is such a place. */
export function useKeptPlace({ room, list, scroller, rows, pinned }: KeptPlaceOf) {
  const client = useClient();
  const wanted = useRef<Place | null>(null);
  const callOff = useRef<() => void>(() => undefined);
  const latest = useRef(rows);
  useLayoutEffect(() => {
    latest.current = rows;
    const place = wanted.current;
    if (!place || indexOf(rows, place.message) < 0) return;
    wanted.current = null;
    callOff.current = hold({ list, scroller, latest, place });
  });
  useLayoutEffect(() => {
    const area = scroller.current;
    return () => {
      places.delete(room);
      const place = area && !pinned.current ? placeIn(list, latest.current, area) : undefined;
      if (place) places.set(room, place);
      const [oldest] = places.keys();
      if (places.size > mostPlaces && oldest !== undefined) places.delete(oldest);
    };
  }, [room, list, scroller, pinned]);
  useEffect(() => () => callOff.current(), []);
  /** Somebody goes elsewhere. */
  const giveUp = useCallback(() => {
    wanted.current = null;
    callOff.current();
  }, []);
  return {
    /** False when there is none. */
    restore: (): boolean => {
      const place = places.get(room);
      if (!place) return false;
      if (indexOf(latest.current, place.message) >= 0) {
        callOff.current = hold({ list, scroller, latest, place });
        return true;
      }
      wanted.current = place;
      const area = scroller.current;
      // Meanwhile neither at the beginning, before which more is asked for, nor at the end, which would be followed.
      if (area) area.scrollTop = area.scrollHeight - area.clientHeight - beforeEnd;
      client.show(room, { around: place.message }).catch(() => {
        // It is gone, or cannot be fetched now: the end is as good a place as any.
        wanted.current = null;
        pinned.current = true;
      });
      return true;
    },
    giveUp,
  };
}

function indexOf(rows: readonly Row[], message: number): number {
  return rows.findIndex((row) => row.kind === "message" && row.message.id === message);
}

/** The first message in sight. */
function placeIn(list: List, rows: readonly Row[], area: HTMLElement): Place | undefined {
  const top = area.scrollTop;
  const first = list.getVirtualItemForOffset(top)?.index ?? 0;
  for (let index = first; index < rows.length; index++) {
    const row = rows[index];
    const start = list.measurementsCache[index]?.start;
    if (row?.kind === "message" && start !== undefined)
      return { message: row.message.id, offset: start - top };
  }
  return undefined;
}

interface HoldOf extends Pick<KeptPlaceOf, "list" | "scroller"> {
  latest: RefObject<readonly Row[]>;
  place: Place;
}

/** Puts a row where it was, and again while rows around it turn out to be of other heights. */
function hold({ list, scroller, latest, place }: HoldOf): () => void {
  let frame = 0;
  let calm = 0;
  let request = 0;
  const look = () => {
    const area = scroller.current;
    frame += 1;
    if (!area || frame > mostFrames || calm >= calmFrames) return;
    // By its message each time: an older page that comes in meanwhile moves every index.
    const index = indexOf(latest.current, place.message);
    const row = area.querySelector(`[data-index="${index}"]`);
    const moved = row
      ? row.getBoundingClientRect().top - area.getBoundingClientRect().top - place.offset
      : null;
    if (moved === null && index >= 0) list.scrollToIndex(index, { align: "start" });
    else if (moved === null) return;
    else if (Math.abs(moved) > 0.5) area.scrollTop += moved;
    calm = moved !== null && Math.abs(moved) <= 1 ? calm + 1 : 0;
    request = requestAnimationFrame(look);
  };
  look();
  return () => cancelAnimationFrame(request);
}
