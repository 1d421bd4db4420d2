import { CircleAlert, Clock } from "lucide-react";
import { useView } from "../../client/use-client.ts";
import { Link } from "../../ui/address.tsx";
import { comingTime } from "../../ui/coming-times.ts";
import { useText } from "../../ui/text.ts";
import { byTime } from "./scheduled-rules.ts";

/** How much is yet to be sent to a room, and what could not be; it leads to the list. */
export function RoomLine({ room }: { room: number }) {
  const t = useText();
  const scheduled = useView((view) => view.scheduled);
  const own = byTime(scheduled).filter((each) => each.room === room);
  const failed = own.filter(({ state }) => state === "failed").length;
  const [next] = own.filter(({ state }) => state === "waiting");
  const waiting = own.length - failed;
  const Icon = failed > 0 ? CircleAlert : Clock;
  return (
    <Link
      href={`/scheduled?room=${room}`}
      className="mb-1 flex min-h-6 items-center gap-2 rounded-lg px-2 py-1 text-sm text-soft hover:bg-hover pointer-coarse:min-h-11"
    >
      <Icon aria-hidden size={16} className={failed > 0 ? "shrink-0 text-danger" : "shrink-0"} />
      <span className="min-w-0 truncate">
        {failed > 0 && <span className="text-danger">{t("later.failedCount", { count: failed })} </span>}
        {next && t("later.waitingCount", { count: waiting, time: comingTime(next.send_at) })}
      </span>
    </Link>
  );
}
