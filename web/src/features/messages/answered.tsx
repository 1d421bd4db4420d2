import type { Message } from "@parley/protocol/messages";
import { CornerUpLeft, MessagesSquare } from "lucide-react";
import { useView } from "../../client/use-client.ts";
import { plainWords } from "../../ui/markdown.ts";
import { useOver } from "../../ui/over.ts";
import { useText } from "../../ui/text.ts";
import { wordsOf } from "../files/files.tsx";
import { usePersonName } from "../users/users.tsx";
import type { RowActions } from "./message-row.tsx";

interface AnsweredProps {
  message: Message;
  /** What it answers. */
  answered: number;
  actions: Pick<RowActions, "goTo" | "thread">;
}

/** What a message of the room answers, and the way to the thread that it stands in as well. */
export function Answered({ message, answered, actions }: AnsweredProps) {
  const t = useText();
  return (
    <span className="flex items-center gap-1">
      <Quote id={answered} room={message.room} onGo={actions.goTo} />
      <button
        type="button"
        title={t("thread.ofAnswer")}
        aria-label={t("thread.ofAnswer")}
        onClick={() => actions.thread(answered)}
        className="inline-flex size-6 shrink-0 items-center justify-center rounded text-soft hover:bg-hover hover:text-ink pointer-coarse:size-11"
      >
        <MessagesSquare aria-hidden size={14} />
      </button>
    </span>
  );
}

/** The message that this one answers, in a line. */
export function Quote({ id, room, onGo }: { id: number; room: number; onGo: (message: number) => void }) {
  const t = useText();
  const target = useView(({ state }) => state.rooms.get(room)?.messages.get(id));
  return (
    <button
      type="button"
      onClick={() => onGo(id)}
      className="mb-0.5 flex min-h-6 min-w-0 items-center gap-1.5 rounded text-start text-sm text-soft hover:text-ink"
    >
      <CornerUpLeft aria-hidden size={14} className="shrink-0 rtl:-scale-x-100" />
      <span className="sr-only">{t("message.answerTo")}</span>
      {target ? <QuotedLine message={target} /> : <span>{t("message.earlier")}</span>}
    </button>
  );
}

export function QuotedLine({ message }: { message: Message }) {
  const t = useText();
  const isOver = useOver(message.expires_at);
  const name = usePersonName(message.sender);
  return (
    <span dir="auto" className="truncate">
      <b className="font-semibold">{name}</b>{" "}
      {message.deleted_at || isOver ? t("message.deleted") : wordsOf(t, message, plainWords)}
    </span>
  );
}
