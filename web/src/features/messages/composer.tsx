import { limits } from "@parley/protocol/limits";
import type { Message } from "@parley/protocol/messages";
import { Pencil, Reply, SendHorizontal, X } from "lucide-react";
import {
  type KeyboardEvent,
  memo,
  type Ref,
  type RefObject,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
} from "react";
import { useClient } from "../../client/use-client.ts";
import { IconButton } from "../../ui/button.tsx";
import { Problem } from "../../ui/problem.tsx";
import { sends } from "../../ui/send-key.ts";
import { useText } from "../../ui/text.ts";
import { addFiles, FileButton, filesIn, UploadTray } from "../files/files.tsx";
import { ScheduledLine, SendLater } from "../scheduled/scheduled.tsx";
import { ThreadLine } from "../threads/threads.tsx";
import { AddButton } from "./add-button.tsx";
import { QuotedLine } from "./answered.tsx";
import { MentionAllDialog } from "./lazy-mention-all-dialog.tsx";
import { MessageTimer } from "./lazy-message-timer.tsx";
import { PickButton } from "./pick-button.tsx";
import { SuggestionList } from "./suggestion-list.tsx";
import { type Aim, type ComposerState, useComposer } from "./use-composer.ts";

export type { Aim } from "./use-composer.ts";

export interface ComposerHandle {
  focus: () => void;
  /** Puts a text in, to be changed and sent anew. */
  write: (text: string) => void;
}

interface ComposerProps {
  room: number;
  /** The message that is answered by whatever is written here; left out, it is said to the room. */
  thread?: number;
  /** Whom it is written to. */
  name: string;
  aim: Aim;
  onAim: (aim: Aim) => void;
  /** The newest message of one's own, for the up arrow. */
  lastOwn: () => Message | undefined;
  onSent: () => void;
  handle: Ref<ComposerHandle>;
}

/** From this share of the limit on, what is left is shown. */
const countFrom = 0.9;

/**
 * Where a message is written. What was begun in a room is there again when one comes back. Apart from what is said in
 * the room meanwhile.
 */
export const Composer = memo(function Composer({
  room,
  thread,
  name,
  aim,
  onAim,
  lastOwn,
  onSent,
  handle,
}: ComposerProps) {
  const t = useText();
  const area = useRef<HTMLTextAreaElement>(null);
  const listId = useId();
  const state = useComposer({ room, thread, aim, onAim, onSent, area });
  const client = useClient();
  const { text, suggestions, chosen, error, tray } = state;
  useGrowth(area, text);
  useFocus(area, aim);
  useImperativeHandle(handle, () => ({
    focus: () => area.current?.focus(),
    write: (words) => {
      state.setText(words);
      area.current?.focus();
    },
  }));
  const hasList = suggestions.length > 0;
  const isTooLong = text.length > limits.messageText;
  return (
    <div className="relative shrink-0 px-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
      {hasList && (
        <SuggestionList id={listId} suggestions={suggestions} chosen={chosen} onChoose={state.accept} />
      )}
      {thread === undefined && <ThreadLine room={room} />}
      <ScheduledLine room={room} />
      {tray.entries.length > 0 && <UploadTray tray={tray} />}
      <form
        aria-label={t(thread === undefined ? "compose.form" : "thread.form")}
        onSubmit={(event) => {
          event.preventDefault();
          void state.submit();
        }}
        className="rounded-xl border border-edge/60 bg-raised focus-within:border-accent focus-within:outline focus-within:outline-accent"
      >
        {aim && <AimBar aim={aim} onCancel={state.cancel} />}
        <div className="flex flex-wrap items-end gap-1 p-1">
          <PickButton
            {...{ room, thread, aim }}
            onEmoji={state.insert}
            onStuck={() => [onAim(null), onSent()]}
          />
          {thread === undefined && <FileButton room={room} />}
          {text === "" && aim?.kind !== "edit" && (
            <AddButton room={room} answered={thread ?? aim?.message.id} onSent={onSent} />
          )}
          <textarea
            ref={area}
            dir="auto"
            rows={1}
            value={text}
            aria-label={t(thread === undefined ? "compose.message" : "thread.message")}
            placeholder={thread === undefined ? t("compose.placeholder", { name }) : t("thread.message")}
            aria-autocomplete="list"
            aria-controls={hasList ? listId : undefined}
            aria-activedescendant={hasList ? `${listId}-${chosen}` : undefined}
            onChange={(event) => state.type(event.currentTarget.value)}
            onSelect={state.look}
            onBlur={state.close}
            onPaste={(event) => {
              const files = filesIn(event.clipboardData);
              if (files.length === 0 || thread !== undefined) return;
              event.preventDefault();
              void addFiles(client, room, files);
            }}
            onKeyDown={(event) => pressed(event, { state, aim, onAim, lastOwn })}
            className="field-sizing-content max-h-[40dvh] min-h-9 min-w-0 flex-1 resize-none max-sm:not-placeholder-shown:order-first max-sm:not-placeholder-shown:basis-full max-sm:not-placeholder-shown:px-2.5 bg-transparent px-1 py-1.5 text-base leading-6 outline-none sm:text-[0.95rem] pointer-coarse:min-h-11 pointer-coarse:py-2.5"
          />
          {aim?.kind !== "edit" && state.isSendable && (
            <MessageTimer room={room} seconds={state.timer} onChoose={state.setTimer} />
          )}
          {text.trim() !== "" && !isTooLong && aim?.kind !== "edit" && (
            <SendLater forLater={state.forLater} hasFiles={tray.entries.length > 0} onDone={state.putBy} />
          )}
          <IconButton
            type="submit"
            label={t(aim?.kind === "edit" ? "dialog.save" : "compose.send")}
            icon={SendHorizontal}
            disabled={!state.isSendable || isTooLong}
            onPointerDown={(event) => event.preventDefault()}
            className="ms-auto not-disabled:bg-accent not-disabled:text-on-accent rtl:-scale-x-100"
          />
        </div>
        {thread !== undefined && aim?.kind !== "edit" && <AlsoInRoom {...state.alsoInRoom} />}
        {text.length > limits.messageText * countFrom && (
          <p role="status" className="px-3 pb-1 text-end text-xs text-soft">
            {t("compose.left", { count: limits.messageText - text.length })}
          </p>
        )}
        {error !== undefined && (
          <div className="px-3 pb-1">
            <Problem error={error} />
          </div>
        )}
      </form>
      {state.toAll !== null && (
        <MentionAllDialog count={state.toAll.count} onSend={state.toAll.go} onClose={state.askNoMore} />
      )}
    </div>
  );
});

function AlsoInRoom({ is, set }: Pick<ComposerState["alsoInRoom"], "is" | "set">) {
  const t = useText();
  return (
    <label className="flex min-h-8 items-center gap-2 border-t px-3 text-sm text-soft pointer-coarse:min-h-11">
      <input
        type="checkbox"
        checked={is}
        onChange={(event) => set(event.currentTarget.checked)}
        className="size-4 accent-accent"
      />
      {t("thread.alsoSend")}
    </label>
  );
}

interface Pressed extends Pick<ComposerProps, "aim" | "onAim" | "lastOwn"> {
  state: ComposerState;
}

function pressed(event: KeyboardEvent<HTMLTextAreaElement>, { state, aim, onAim, lastOwn }: Pressed): void {
  // While an input method is composing, Enter chooses a word; Safari tells it only by this key code.
  if (event.nativeEvent.isComposing || event.keyCode === 229) return;
  const suggestion = state.suggestions[state.chosen];
  const own = event.key === "ArrowUp" && state.text === "" && !aim ? lastOwn() : undefined;
  if (event.key === "Escape") {
    if (state.cancel()) event.stopPropagation();
  } else if (suggestion && chooses(event, state)) event.preventDefault();
  else if (own) {
    event.preventDefault();
    onAim({ kind: "edit", message: own });
  } else if (sends(event) && !isTouch()) {
    event.preventDefault();
    void state.submit();
  }
}

/** Whether the key went to the suggestions. */
function chooses({ key }: KeyboardEvent, state: ComposerState): boolean {
  const suggestion = state.suggestions[state.chosen];
  if (key === "ArrowDown") state.move(1);
  else if (key === "ArrowUp") state.move(-1);
  else if ((key === "Enter" || key === "Tab") && suggestion) state.accept(suggestion);
  else return false;
  return true;
}

/** On a touch screen Enter makes a new line: the button sends. */
function isTouch(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}

function AimBar({ aim, onCancel }: { aim: NonNullable<Aim>; onCancel: () => void }) {
  const t = useText();
  const Icon = aim.kind === "edit" ? Pencil : Reply;
  return (
    <div className="flex items-center gap-2 border-b ps-3 pe-1 text-sm text-soft">
      <Icon aria-hidden size={15} className="shrink-0" />
      <span className="shrink-0">{t(aim.kind === "edit" ? "compose.editing" : "compose.answering")}</span>
      <span className="flex min-w-0 flex-1">
        <QuotedLine message={aim.message} />
      </span>
      <IconButton small label={t("dialog.cancel")} icon={X} onClick={onCancel} />
    </div>
  );
}

type Area = RefObject<HTMLTextAreaElement | null>;

/** Ready to be written in, except on touch screens, where that brings the keyboard up. */
function useFocus(area: Area, aim: Aim): void {
  const isAimed = aim !== null;
  useLayoutEffect(() => {
    if (isAimed || !isTouch()) area.current?.focus();
  }, [area, isAimed]);
}

/** As high as its text, up to a share of the window, where the style cannot say so. */
function useGrowth(area: Area, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is what makes it grow.
  useLayoutEffect(() => {
    const { current } = area;
    if (!current || CSS.supports("field-sizing", "content")) return;
    current.style.height = "auto";
    current.style.height = `${current.scrollHeight}px`;
  }, [area, text]);
}
