import { useEffect, useState } from "react";

/** Milliseconds that a browser's timer can count, at most. */
const longest = 2 ** 31 - 1;

/** Whether a moment has come; whoever shows something until then is drawn anew. */
export function useOver(at: string | undefined): boolean {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const left = at === undefined ? 0 : Date.parse(at) - Date.now();
    if (!(left > 0)) return;
    const timer = setTimeout(() => setTurn(turn + 1), Math.min(left, longest));
    return () => clearTimeout(timer);
  }, [at, turn]);
  return at !== undefined && Date.parse(at) <= Date.now();
}
