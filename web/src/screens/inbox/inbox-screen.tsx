import clsx from "clsx";
import { ArrowLeft } from "lucide-react";
import { useClient, useView } from "../../client/use-client.ts";
import { MentionsPanel } from "../../features/mentions/mentions.tsx";
import { roomNameIn } from "../../features/rooms/rooms.tsx";
import { ThreadsPanel } from "../../features/threads/threads.tsx";
import { Link } from "../../ui/address.tsx";
import { useText } from "../../ui/text.ts";
import { UnreadRooms } from "./unread-rooms.tsx";

const parts = ["unread", "mentions", "threads"] as const;

/** What waits for the person: unread rooms, what mentions them, and the threads that they follow. Each has an address. */
export function InboxScreen({ part: param }: { part: string | undefined }) {
  const t = useText();
  const client = useClient();
  const part = parts.find((each) => each === param) ?? "unread";
  const rooms = useView(({ state }) => state.rooms);
  const nameOf = (room: number) => {
    const held = rooms.get(room);
    return held ? roomNameIn(client.view.getState(), held, t) : "";
  };
  return (
    <main className="flex h-full flex-col">
      <header className="flex h-14 shrink-0 items-center gap-2 px-3">
        <Link
          href="/"
          aria-label={t("settings.back")}
          className="inline-flex size-9 items-center justify-center rounded-lg text-soft hover:bg-hover pointer-coarse:size-11"
        >
          <ArrowLeft aria-hidden size={20} className="rtl:-scale-x-100" />
        </Link>
        <h1 className="text-lg font-semibold">{t("inbox.title")}</h1>
      </header>
      <nav aria-label={t("inbox.title")} className="shrink-0 border-b px-3">
        <ul className="flex gap-1">
          {parts.map((each) => (
            <li key={each}>
              <Link
                href={`/inbox/${each}`}
                aria-current={each === part ? "page" : undefined}
                className={clsx(
                  "inline-flex min-h-10 items-center border-b-2 px-3 text-sm pointer-coarse:min-h-11",
                  each === part
                    ? "border-accent font-semibold"
                    : "border-transparent text-soft hover:text-ink",
                )}
              >
                {t(`inbox.${each}`)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex w-full max-w-3xl flex-col gap-3 px-4 py-4">
          {part === "unread" && <UnreadRooms />}
          {part === "mentions" && <MentionsPanel roomName={nameOf} />}
          {part === "threads" && <ThreadsPanel roomName={nameOf} />}
        </div>
      </div>
    </main>
  );
}
