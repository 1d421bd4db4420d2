import { useCallback, useEffect, useRef, useState } from "react";
import { navigate } from "../../ui/address.tsx";

/** Where a panel stands beside the room: else it covers it. */
export const besideRoom = "(width >= 64rem)";

/** What is open beside a room: its details or a thread, one at a time. A thread has an address. */
export function usePanels(room: number, thread: number | null) {
  const [isDetails, setOpen] = useState(false);
  const closeThread = useCallback(() => navigate(`/rooms/${room}`), [room]);
  const setIsDetails = (isOpen: boolean) => {
    if (isOpen) closeThread();
    setOpen(isOpen);
  };
  useEffect(() => {
    if (thread !== null) setOpen(false);
  }, [thread]);
  useFocusBack(thread);
  return { isDetails, setIsDetails, closeThread };
}

/** A thread that closes gives the focus back to the message that it belongs to. */
function useFocusBack(thread: number | null): void {
  const last = useRef(thread);
  useEffect(() => {
    const closed = thread === null ? last.current : null;
    last.current = thread;
    if (closed === null || document.activeElement !== document.body) return;
    const row = `article[data-message="${closed}"]`;
    const around = [`${row} [data-thread]`, row, "form textarea"];
    const target = around.map((each) => document.querySelector<HTMLElement>(each)).find((each) => each);
    target?.focus({ preventScroll: true });
  }, [thread]);
}
