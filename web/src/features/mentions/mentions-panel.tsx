import type { Message } from "@parley/protocol/messages";
import { AtSign } from "lucide-react";
import { useView } from "../../client/use-client.ts";
import { Link } from "../../ui/address.tsx";
import { Button } from "../../ui/button.tsx";
import { plainWords } from "../../ui/markdown.ts";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { fullTime } from "../../ui/times.ts";
import { wordsOf } from "../files/files.tsx";
import { PersonAvatar, usePersonName } from "../users/users.tsx";
import { useMentions } from "./use-mentions.ts";

interface MentionsPanelProps {
  /** A room's name as it is shown. */
  roomName: (room: number) => string;
}

/** What mentions the person, the newest first. Each entry leads to its message. */
export function MentionsPanel({ roomName }: MentionsPanelProps) {
  const t = useText();
  const { messages, next, error, more } = useMentions();
  return (
    <>
      {!messages && <Problem error={error} />}
      <ol className="flex flex-col gap-2 empty:hidden">
        {messages?.map((message) => (
          <li key={message.id}>
            <Entry listed={message} room={roomName(message.room)} />
          </li>
        ))}
      </ol>
      {messages?.length === 0 && !next && (
        <div className="flex flex-col items-center gap-3 py-10 text-center text-soft">
          <AtSign aria-hidden size={36} />
          <p>{t("inbox.noneMentions")}</p>
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

function Entry({ listed, room }: { listed: Message; room: string }) {
  const t = useText();
  // What is held is as it is now: changed, or deleted while the list is open.
  const message = useView(({ state }) => state.rooms.get(listed.room)?.messages.get(listed.id) ?? listed);
  const name = usePersonName(message.sender);
  const { id, in_thread, reply_to, deleted_at } = message;
  const thread = in_thread ? `/threads/${reply_to}` : "";
  return (
    <Link
      href={`/rooms/${message.room}${thread}?message=${id}`}
      className="flex gap-3 rounded-xl border bg-raised p-3 hover:bg-hover"
    >
      <PersonAvatar user={message.sender} />
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-baseline gap-x-2 text-sm">
          <b className="font-semibold">{name}</b>
          <span dir="auto" className="text-accent">
            {room}
          </span>
          <time dateTime={message.created_at} className="text-xs text-soft">
            {fullTime(message.created_at)}
          </time>
        </span>
        <span
          dir="auto"
          className={`line-clamp-4 text-sm break-words ${deleted_at ? "text-soft italic" : ""}`}
        >
          {deleted_at ? t("message.deleted") : wordsOf(t, message, plainWords)}
        </span>
      </span>
    </Link>
  );
}
