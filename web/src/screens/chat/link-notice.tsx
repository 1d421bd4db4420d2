import clsx from "clsx";
import { useEffect, useState } from "react";
import { useView } from "../../client/use-client.ts";
import { useText } from "../../ui/text.ts";

/** Milliseconds of trouble before it is worth a word. */
const patience = 3_000;

/** Says how the connection is once it has been away for a while, and what works meanwhile. */
export function LinkNotice() {
  const t = useText();
  const link = useView((view) => view.link);
  const isKept = useView((view) => view.isOutboxKept);
  const isTroubled = link.status !== "ready";
  const [isShown, setIsShown] = useState(false);
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isTroubled) return setIsShown(false);
    const timer = setTimeout(() => setIsShown(true), patience);
    return () => clearTimeout(timer);
  }, [isTroubled]);
  useEffect(() => {
    if (!isShown) return;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [isShown]);
  const seconds = link.status === "waiting" ? Math.max(0, Math.ceil((link.until - now) / 1_000)) : 0;
  const notKept = isKept ? "" : t("link.notKept");
  // The countdown is for the eye: nobody wants to hear each second of it.
  return (
    <div className={clsx("bg-note px-4 py-1.5 text-center text-sm", !isShown && notKept === "" && "sr-only")}>
      <span role="status">{isShown ? t("link.trying") : notKept}</span>{" "}
      {isShown && seconds > 0 && <span aria-hidden>{t("link.waiting", { seconds })}</span>}
    </div>
  );
}
