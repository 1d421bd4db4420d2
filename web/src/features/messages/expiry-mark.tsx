import { Clock } from "lucide-react";
import { useEffect, useState } from "react";
import { timeLeft } from "../../ui/coming-times.ts";
import { useText } from "../../ui/text.ts";
import { fullTime } from "../../ui/times.ts";

const minute = 60_000;
/** Milliseconds that a browser's timer can count, at most. */
const longest = 2 ** 31 - 1;

/** How long a message is there still. */
export function ExpiryMark({ at }: { at: string }) {
  const t = useText();
  const [now, setNow] = useState(Date.now);
  const left = Date.parse(at) - now;
  useEffect(() => {
    if (left <= 0) return;
    // Seconds are counted in the last minute alone.
    const step = left > minute ? Math.min(left - minute, left % minute || minute) : 1_000;
    const timer = setTimeout(() => setNow(Date.now()), Math.min(step, longest));
    return () => clearTimeout(timer);
  }, [left]);
  return (
    <span title={fullTime(at)} className="flex items-center gap-1 text-xs text-soft">
      <Clock aria-hidden size={12} />
      <span className="sr-only">{t("expiry.left")}</span> {timeLeft(Math.max(left, 0))}
    </span>
  );
}
