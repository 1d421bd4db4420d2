import type { Message } from "@parley/protocol/messages";
import clsx from "clsx";
import { AlertCircle, Check, CheckCheck, Clock, CornerUpLeft, MessagesSquare, Pin } from "lucide-react";
import { type KeyboardEvent, memo, useMemo } from "react";
import type { OutboxEntry } from "../../client/outbox-storage.ts";
import { useClient, useView } from "../../client/use-client.ts";
import { Boundary } from "../../ui/boundary.tsx";
import { plainWords } from "../../ui/markdown.ts";
import { useOver } from "../../ui/over.ts";
import { useText } from "../../ui/text.ts";
import { clockTime, dateAndTime, dayNumber, fullTime } from "../../ui/times.ts";
import { EntryFiles, wordsOf } from "../files/files.tsx";
import { PersonAvatar, usePersonName } from "../users/users.tsx";
import { Answered, Quote } from "./answered.tsx";
import { ExpiryMark } from "./lazy-expiry-mark.tsx";
import { isExtra, WaitingExtra } from "./lazy-message-extra.tsx";
import { MessageActions } from "./message-actions.tsx";
import { Content } from "./message-content.tsx";
import { Parts, Provenance } from "./message-parts.tsx";
import { type MentionNames, MessageText } from "./message-text.tsx";
import { Reactions } from "./reactions.tsx";
import { threadOf } from "./timeline-rows.ts";

/** What a row can ask of the screen around it. */
export interface RowActions {
  reply: (message: Message) => void;
  /** Opens the thread of a message. */
  thread: (message: number) => void;
  edit: (message: Message) => void;
  remove: (message: Message) => void;
  history: (message: Message) => void;
  receipts: (message: Message) => void;
  profile: (user: number) => void;
  goTo: (message: number) => void;
  rewrite: (entry: OutboxEntry) => void;
  /** Marks it and all after it unread, for oneself. */
  unread: (message: Message) => void;
  forward: (message: Message) => void;
  remind: (message: Message) => void;
  report: (message: Message) => void;
  /** Asks for a day to go to, beginning with this one; left out where there is no going to. */
  date?: ((at: string | number) => void) | undefined;
}

const frame = "group relative flex gap-3 px-4 hover:bg-hover/60 focus-within:bg-hover/60";

interface MessageRowProps {
  message: Message;
  isHead: boolean;
  isMine: boolean;
  actions: RowActions;
  isMarked?: boolean;
  /** The message whose thread it is shown in: neither it nor the answers to it say so there. */
  parent?: number | undefined;
}

export const MessageRow = memo(function MessageRow({
  message,
  isHead,
  isMine,
  actions,
  isMarked = false,
  parent,
}: MessageRowProps) {
  const t = useText();
  const deletion = useView(({ deletions }) => deletions.get(message.id));
  // EXPIRE-6
  const isOver = useOver(message.expires_at);
  const isDeleted = message.deleted_at !== undefined || deletion !== undefined || isOver;
  const name = usePersonName(message.sender);
  const gone = t(isOver ? "message.expired" : "message.deleted");
  const words = isDeleted ? gone : wordsOf(t, message, plainWords);
  const label = t("message.label", { name, text: words, time: clockTime(message.created_at) });
  return (
    <article
      tabIndex={-1}
      aria-label={label}
      onKeyDown={(event) => pressed(event, message, isMine, actions)}
      data-message={message.id}
      className={clsx(frame, isHead ? "pt-2 pb-0.5" : "py-0.5", isMarked && "bg-note! transition-colors")}
    >
      <Margin message={message} isHead={isHead} onProfile={actions.profile} />
      <div className="min-w-0 flex-1">
        {message.pinned_at && (
          <p className="flex items-center gap-1 text-xs text-accent">
            <Pin aria-hidden size={12} /> {t("pins.mark")}
          </p>
        )}
        {message.forwarded && <Provenance forwarded={message.forwarded} />}
        {isHead && <Author message={message} onProfile={actions.profile} />}
        {message.reply_to !== undefined && message.reply_to !== parent && (
          <Answered message={message} answered={message.reply_to} actions={actions} />
        )}
        {parent !== undefined && message.reply_to === parent && !message.in_thread && (
          <p className="flex items-center gap-1 text-xs text-soft">
            <CornerUpLeft aria-hidden size={12} className="rtl:-scale-x-100" /> {t("thread.alsoInRoom")}
          </p>
        )}
        <Boundary of={message} instead={() => <p className="whitespace-pre-wrap">{message.text}</p>}>
          {isDeleted ? (
            <p className="text-soft italic">
              {gone} {deletion === "asked" && <UndoDelete message={message.id} />}
            </p>
          ) : (
            <Content message={message} onProfile={actions.profile} />
          )}
          {!isDeleted && <Parts message={message} isMine={isMine} />}
        </Boundary>
        {!isDeleted && message.edited_at && (
          <button
            type="button"
            className="within-words min-h-6 text-xs text-soft hover:underline"
            title={fullTime(message.edited_at)}
            onClick={() => actions.history(message)}
          >
            {t("message.edited")}
          </button>
        )}
        {!isDeleted && message.expires_at && <ExpiryMark at={message.expires_at} />}
        {!isDeleted && message.reactions && <Reactions message={message} reactions={message.reactions} />}
        {message.id !== parent && <ThreadLink message={message} onOpen={actions.thread} />}
      </div>
      {isMine && !isDeleted && <Receipt message={message} onShow={() => actions.receipts(message)} />}
      {!isDeleted && <MessageActions message={message} isMine={isMine} actions={actions} />}
    </article>
  );
});

function UndoDelete({ message }: { message: number }) {
  const t = useText();
  const client = useClient();
  return <SmallButton label={t("message.undoDelete")} onClick={() => client.deletions.undo(message)} />;
}

/** KEYS-3. Single keys on the message that has the focus. */
function pressed(event: KeyboardEvent, message: Message, isMine: boolean, actions: RowActions): void {
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.toLowerCase();
  if (key === "t") actions.thread(threadOf(message));
  else if (message.deleted_at) return;
  else if (key === "r") actions.reply(message);
  else if (key === "e" && isMine) actions.edit(message);
  else if (key === "c") void navigator.clipboard.writeText(message.text);
  else return;
  event.preventDefault();
}

function Margin({
  message,
  isHead,
  onProfile,
}: Pick<MessageRowProps, "message" | "isHead"> & { onProfile: (user: number) => void }) {
  if (isHead) {
    return (
      <button
        type="button"
        tabIndex={-1}
        aria-hidden
        className="within-words mt-0.5 h-9 shrink-0 rounded-full compact:hidden"
        onClick={() => onProfile(message.sender)}
      >
        <PersonAvatar user={message.sender} />
      </button>
    );
  }
  return (
    <time
      dateTime={message.created_at}
      className="w-9 shrink-0 pt-1 text-end text-[0.65rem] leading-5 tracking-tighter whitespace-nowrap text-soft opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 compact:hidden"
    >
      {clockTime(message.created_at)}
    </time>
  );
}

function Author({ message, onProfile }: { message: Message; onProfile: (user: number) => void }) {
  const name = usePersonName(message.sender);
  return (
    <div className="flex items-baseline gap-2">
      <button
        type="button"
        dir="auto"
        className="within-words truncate text-sm leading-6 font-semibold hover:underline"
        onClick={() => onProfile(message.sender)}
      >
        {name}
      </button>
      <time
        dateTime={message.created_at}
        title={fullTime(message.created_at)}
        className="shrink-0 text-xs text-soft"
      >
        {clockTime(message.created_at)}
      </time>
    </div>
  );
}

/** How many have answered and when last, and the way to them. */
function ThreadLink({ message, onOpen }: { message: Message; onOpen: (message: number) => void }) {
  const t = useText();
  const { id, reply_count: count = 0, replied_at: at } = message;
  if (count === 0) return null;
  const isToday = at !== undefined && dayNumber(at) === dayNumber(Date.now());
  const last =
    at &&
    t(isToday ? "thread.lastAt" : "thread.lastOn", {
      count,
      time: isToday ? clockTime(at) : dateAndTime(at),
    });
  return (
    <button
      type="button"
      data-thread={id}
      onClick={() => onOpen(id)}
      className="-ms-1 flex min-h-7 items-center gap-1.5 rounded px-1 text-sm font-medium text-accent hover:bg-hover hover:underline"
    >
      <MessagesSquare aria-hidden size={15} className="shrink-0" />
      {last ?? t("thread.count", { count })}
    </button>
  );
}

/** How far it has got: a tick when it is on the server, two when it was delivered, coloured when it was read. */
function Receipt({ message, onShow }: { message: Message; onShow: () => void }) {
  const t = useText();
  const state = useView(({ marks, state }) => {
    let best: "sent" | "delivered" | "read" = "sent";
    for (const mark of marks.get(message.room)?.values() ?? []) {
      if (mark.user === state.user) continue;
      // How far a room is read does not say who has looked into its threads.
      if (mark.read >= message.seq && !message.in_thread) return "read";
      if (mark.delivered >= message.seq) best = "delivered";
    }
    return best;
  });
  const Icon = state === "sent" ? Check : CheckCheck;
  return (
    <button
      type="button"
      title={t(`receipt.${state}`)}
      aria-label={t(`receipt.${state}`)}
      onClick={onShow}
      className={clsx(
        "within-words size-6 shrink-0 self-end",
        state === "read" ? "text-accent" : "text-soft",
      )}
    >
      <Icon aria-hidden size={15} className="mx-auto" />
    </button>
  );
}

interface WaitingRowProps {
  entry: OutboxEntry;
  isHead: boolean;
  actions: RowActions;
  /** The message whose thread it is shown in. */
  parent?: number | undefined;
}

/** A message on its way: in its place from the first moment. */
export const WaitingRow = memo(function WaitingRow({ entry, isHead, actions, parent }: WaitingRowProps) {
  const t = useText();
  const client = useClient();
  const name = usePersonName(entry.user);
  const isFailed = entry.state === "failed";
  const mentions = useMemo<MentionNames>(() => ({ usernames: new Set(), all: false, own: "" }), []);
  return (
    <article data-state={entry.state} className={clsx(frame, isHead ? "pt-2 pb-0.5" : "py-0.5")}>
      {isHead ? (
        <span className="mt-0.5 h-9 shrink-0 compact:hidden">
          <PersonAvatar user={entry.user} />
        </span>
      ) : (
        <span className="w-9 shrink-0 compact:hidden" />
      )}
      <div className="min-w-0 flex-1">
        {isHead && (
          <div className="flex items-baseline gap-2">
            <span dir="auto" className="truncate text-sm font-semibold">
              {name}
            </span>
            <time className="text-xs text-soft">{clockTime(entry.created_at)}</time>
          </div>
        )}
        {entry.reply_to !== undefined && entry.reply_to !== parent && (
          <Quote id={entry.reply_to} room={entry.room} onGo={actions.goTo} />
        )}
        {entry.text !== "" && (
          <div className="text-[0.95rem] leading-relaxed break-words compact:text-sm">
            <MessageText owner={entry} text={entry.text} mentions={mentions} />
          </div>
        )}
        {isExtra(entry) && <WaitingExtra entry={entry} />}
        {entry.attachments && <EntryFiles keys={entry.attachments} />}
        {isFailed && (
          <div className="flex flex-wrap items-center gap-x-3 text-sm text-danger">
            <AlertCircle aria-hidden size={16} />
            <span>{entry.error?.message}</span>
            <SmallButton label={t("message.retry")} onClick={() => void client.retry(entry.client_id)} />
            {!isExtra(entry) && <TextActions entry={entry} onRewrite={actions.rewrite} />}
            <SmallButton label={t("message.discard")} onClick={() => client.discard(entry.client_id)} />
          </div>
        )}
      </div>
      {!isFailed && (
        <span
          role="img"
          aria-label={t("receipt.sending")}
          title={t("receipt.sending")}
          className="size-6 shrink-0 self-end pt-1 text-soft"
        >
          <Clock aria-hidden size={14} className="mx-auto" />
        </span>
      )}
    </article>
  );
});

function TextActions({ entry, onRewrite }: { entry: OutboxEntry; onRewrite: RowActions["rewrite"] }) {
  const t = useText();
  const copy = () => void navigator.clipboard.writeText(entry.text);
  return (
    <>
      <SmallButton label={t("message.editAgain")} onClick={() => onRewrite(entry)} />
      <SmallButton label={t("message.copy")} onClick={copy} />
    </>
  );
}

function SmallButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button type="button" className="min-h-6 font-medium text-accent underline" onClick={onClick}>
      {label}
    </button>
  );
}
