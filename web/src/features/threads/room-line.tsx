import { MessagesSquare } from "lucide-react";
import { threadNews } from "../../client/thread-news.ts";
import { useView } from "../../client/use-client.ts";
import { Link } from "../../ui/address.tsx";
import { useText } from "../../ui/text.ts";

/** In how many threads of a room there is something new: it leads to the one, or to the list of all. */
export function RoomLine({ room }: { room: number }) {
  const t = useText();
  const count = useView((view) => threadNews(room, view).threads.length);
  const first = useView((view) => threadNews(room, view).threads[0]?.message);
  return (
    <Link
      href={count === 1 ? `/rooms/${room}/threads/${first}` : "/inbox/threads"}
      className="mb-1 flex min-h-6 items-center gap-2 rounded-lg px-2 py-1 text-sm text-accent hover:bg-hover pointer-coarse:min-h-11"
    >
      <MessagesSquare aria-hidden size={16} className="shrink-0" />
      <span className="min-w-0 truncate">{t("rooms.threads", { count })}</span>
    </Link>
  );
}
