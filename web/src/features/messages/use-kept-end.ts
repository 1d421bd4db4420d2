import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";

/** Pixels from the end within which what is new is followed. */
const nearEnd = 60;

/** A short list whose end stays in sight while the person is there, and which stands still while earlier rows come in. */
export function useKeptEnd(scroller: RefObject<HTMLElement | null>, first: string | undefined) {
  const isPinned = useRef(true);
  const before = useRef({ first, height: 0 });
  useLayoutEffect(() => {
    const area = scroller.current;
    if (!area) return;
    const grown = area.scrollHeight - before.current.height;
    if (!isPinned.current && before.current.first !== first) area.scrollTop += grown;
    before.current = { first, height: area.scrollHeight };
  });
  useEffect(() => {
    const area = scroller.current;
    if (!area) return;
    const toEnd = () => {
      if (isPinned.current) area.scrollTop = area.scrollHeight;
    };
    let last = area.scrollTop;
    // More may have come in before the scroll to what was the end is told: only going back leaves the end.
    const moved = () => {
      if (area.scrollHeight - area.scrollTop - area.clientHeight < nearEnd) isPinned.current = true;
      else if (area.scrollTop < last) isPinned.current = false;
      last = area.scrollTop;
    };
    const resized = new ResizeObserver(toEnd);
    resized.observe(area);
    if (area.firstElementChild) resized.observe(area.firstElementChild);
    area.addEventListener("scroll", moved, { passive: true });
    return () => {
      resized.disconnect();
      area.removeEventListener("scroll", moved);
    };
  }, [scroller]);
  return () => {
    isPinned.current = true;
    if (scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight;
  };
}
