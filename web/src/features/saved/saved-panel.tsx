import { Bookmark, BookmarkX } from "lucide-react";
import { useClient, useView } from "../../client/use-client.ts";
import { Link } from "../../ui/address.tsx";
import { notify } from "../../ui/announcer.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { plainWords } from "../../ui/markdown.ts";
import { Problem, wordsFor } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { fullTime } from "../../ui/times.ts";
import { wordsOf } from "../files/files.tsx";
import { PersonAvatar, usePersonName } from "../users/users.tsx";
import { type SavedEntry, useSaved } from "./use-saved.ts";

interface SavedPanelProps {
  /** A room's name as it is shown; empty for a room in which the person is not. */
  roomName: (room: number) => string;
}

/** What the person keeps at hand. Each entry leads to its message. */
export function SavedPanel({ roomName }: SavedPanelProps) {
  const t = useText();
  const { entries, next, error, more } = useSaved();
  return (
    <div className="mx-auto flex w-full max-w-3xl flex-col gap-3 px-4 py-4">
      {!entries && <Problem error={error} />}
      <ol className="flex flex-col gap-2 empty:hidden">
        {entries?.map((entry) => (
          <li key={entry.message.id}>
            <Entry entry={entry} room={roomName(entry.message.room)} />
          </li>
        ))}
      </ol>
      {entries?.length === 0 && !next && <Nothing />}
      {next && (
        <Button look="quiet" onClick={() => void more()}>
          {t("list.more")}
        </Button>
      )}
    </div>
  );
}

function Nothing() {
  const t = useText();
  return (
    <div className="flex flex-col items-center gap-3 py-10 text-center text-soft">
      <Bookmark aria-hidden size={36} />
      <p>{t("saved.none")}</p>
      <Link href="/" className="text-accent underline">
        {t("settings.back")}
      </Link>
    </div>
  );
}

function Entry({ entry, room }: { entry: SavedEntry; room: string }) {
  const t = useText();
  const client = useClient();
  const { id } = entry.message;
  // What is held is as it is now: changed, or deleted while the list is open.
  const message = useView(
    ({ state }) => state.rooms.get(entry.message.room)?.messages.get(id) ?? entry.message,
  );
  const name = usePersonName(message.sender);
  const set = (on: boolean) =>
    client.personal.saved.set(id, on).catch((error: unknown) => notify(wordsFor(error, t)));
  const remove = async () => {
    await set(false);
    notify(t("saved.removed"), { label: t("saved.undo"), run: () => void set(true) });
  };
  const isGone = message.deleted_at !== undefined;
  return (
    <article className="flex gap-1 rounded-xl border bg-raised hover:bg-hover">
      <Link
        href={`/rooms/${message.room}?message=${id}`}
        className="flex min-w-0 flex-1 gap-3 rounded-xl p-3"
      >
        <PersonAvatar user={message.sender} />
        <span className="min-w-0 flex-1">
          <span className="flex flex-wrap items-baseline gap-x-2 text-sm">
            <b className="font-semibold">{name}</b>
            <span dir="auto" className="text-accent">
              {room || t("saved.notInRoom")}
            </span>
            <time dateTime={message.created_at} className="text-xs text-soft">
              {fullTime(message.created_at)}
            </time>
          </span>
          <span dir="auto" className={`line-clamp-4 text-sm break-words ${isGone ? "text-soft italic" : ""}`}>
            {isGone ? t("message.deleted") : wordsOf(t, message, plainWords)}
          </span>
        </span>
      </Link>
      <IconButton label={t("saved.remove")} icon={BookmarkX} className="m-2" onClick={() => void remove()} />
    </article>
  );
}
