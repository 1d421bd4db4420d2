import { limits } from "@parley/protocol/limits";
import type { Message } from "@parley/protocol/messages";
import { MessagesSquare } from "lucide-react";
import { newAnswers } from "../../client/thread-news.ts";
import { useView } from "../../client/use-client.ts";
import { Link } from "../../ui/address.tsx";
import { Button } from "../../ui/button.tsx";
import { plainWords } from "../../ui/markdown.ts";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { fullTime } from "../../ui/times.ts";
import { wordsOf } from "../files/files.tsx";
import { PersonAvatar, usePersonName } from "../users/users.tsx";
import { type ThreadEntry, useThreads } from "./use-threads.ts";

interface ThreadsPanelProps {
  /** A room's name as it is shown. */
  roomName: (room: number) => string;
}

/** The threads that the person follows. Each entry leads to what is new there. */
export function ThreadsPanel({ roomName }: ThreadsPanelProps) {
  const t = useText();
  const { entries, next, error, more } = useThreads();
  return (
    <>
      {!entries && <Problem error={error} />}
      <ol className="flex flex-col gap-2 empty:hidden">
        {entries?.map((entry) => (
          <li key={entry.place.message}>
            <Entry entry={entry} room={roomName(entry.place.room)} />
          </li>
        ))}
      </ol>
      {entries?.length === 0 && !next && (
        <div className="flex flex-col items-center gap-3 py-10 text-center text-soft">
          <MessagesSquare aria-hidden size={36} />
          <p>{t("inbox.noneThreads")}</p>
        </div>
      )}
      {next && (
        <Button look="quiet" onClick={() => void more()}>
          {t("list.more")}
        </Button>
      )}
    </>
  );
}

function Entry({ entry, room }: { entry: ThreadEntry; room: string }) {
  const t = useText();
  const { parent, newest } = entry;
  const fresh = useView((view) => newAnswers(view.threads?.get(parent.id) ?? entry.place, view).length);
  const first = useView((view) => newAnswers(view.threads?.get(parent.id) ?? entry.place, view)[0]?.message);
  const name = usePersonName(parent.sender);
  const at = parent.replied_at ?? parent.created_at;
  return (
    <Link
      href={`/rooms/${parent.room}/threads/${parent.id}${first === undefined ? "" : `?message=${first}`}`}
      className="flex gap-3 rounded-xl border bg-raised p-3 hover:bg-hover"
    >
      <PersonAvatar user={parent.sender} />
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-baseline gap-x-2 text-sm">
          <b className="font-semibold">{name}</b>
          <span dir="auto" className="text-accent">
            {room}
          </span>
          <time dateTime={at} className="text-xs text-soft">
            {fullTime(at)}
          </time>
        </span>
        <span dir="auto" className="line-clamp-2 text-sm break-words">
          {wordsOf(t, parent, plainWords)}
        </span>
        <span className="mt-1 flex items-center gap-2 text-sm text-soft">
          {newest ? <Newest message={newest} /> : t("thread.none")}
        </span>
      </span>
      {fresh > 0 && (
        <span className="h-5 shrink-0 rounded-full bg-accent px-2 text-xs leading-5 font-semibold text-on-accent">
          {t("thread.fresh", { count: fresh < limits.threadUnread ? fresh : `${limits.threadUnread}+` })}
        </span>
      )}
    </Link>
  );
}

function Newest({ message }: { message: Message }) {
  const t = useText();
  const name = usePersonName(message.sender);
  return (
    <span dir="auto" className="min-w-0 truncate">
      {t("timeline.said", { name, text: wordsOf(t, message, plainWords) })}
    </span>
  );
}
