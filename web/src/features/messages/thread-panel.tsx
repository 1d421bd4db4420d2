import type { RoomState } from "@parley/protocol/state";
import { LocateFixed, X } from "lucide-react";
import { type KeyboardEvent, type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { useView } from "../../client/use-client.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { FollowButton } from "../threads/threads.tsx";
import { type Aim, Composer, type ComposerHandle } from "./composer.tsx";
import { MessageRow, type RowActions } from "./message-row.tsx";
import { moveByMessage } from "./timeline-keys.ts";
import { TimelineRow } from "./timeline-row.tsx";
import { useKeptEnd } from "./use-kept-end.ts";
import { useReadThread, useSoughtAnswer, useThread, useThreadRows } from "./use-thread.ts";

export interface ThreadPanelProps {
  held: RoomState;
  /** The message whose thread it is. */
  parent: number;
  /** The room's name as it is shown. */
  name: string;
  actions: RowActions;
  mayWrite: boolean;
  /** Leads to a message among all of the room's. */
  onRoom: (message: number) => void;
  onClose: () => void;
}

/** A message, those that answer it, and where one answers: beside the room, or on a phone instead of it. */
export function ThreadPanel({ held, parent, name, actions, mayWrite, onRoom, onClose }: ThreadPanelProps) {
  const t = useText();
  const panel = useRef<HTMLDivElement>(null);
  const composer = useRef<ComposerHandle>(null);
  const [aim, setAim] = useState<Aim>(null);
  const { thread, isGone, earlier, isTold, problem } = useThread(held, parent);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useThreadRows(thread, held.room.id);
  const toEnd = useKeptEnd(scroller, rows[0]?.key);
  const own = useOwnActions(actions, { setAim, composer, onRoom });
  useEntered(panel, parent);
  useReadThread(parent, isTold ? thread : null);
  const marked = useSoughtAnswer(scroller, isTold ? thread : null, earlier);
  const me = useView(({ state }) => state.user);
  const lastOwn = () => thread?.messages.findLast(({ sender }) => sender === me);
  const isEnded = thread?.parent.deleted_at !== undefined;
  const pressed = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    onClose();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes from wherever the focus is in it.
    <div ref={panel} className="flex min-h-0 flex-1 flex-col" onKeyDown={pressed}>
      <header className="flex h-14 shrink-0 items-center gap-1 border-b ps-4 pe-2">
        <div className="min-w-0 flex-1">
          <h2 tabIndex={-1} className="leading-tight font-semibold outline-none">
            {t("thread.title")}
          </h2>
          <p dir="auto" className="truncate text-sm leading-tight text-soft">
            {name}
          </p>
        </div>
        {thread && !isEnded && <FollowButton message={parent} />}
        {thread && (
          <IconButton label={t("thread.inRoom")} icon={LocateFixed} onClick={() => onRoom(parent)} />
        )}
        <IconButton label={t("thread.close")} icon={X} onClick={onClose} />
      </header>
      <div
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label={t("thread.log")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        tabIndex={0}
        onKeyDown={(event) => moveByMessage(event, toEnd)}
        className="min-h-0 flex-1 overflow-x-hidden overflow-y-auto overscroll-contain outline-offset-[-2px] [overflow-anchor:none]"
      >
        <div className="pt-3 pb-3">
          {thread && (
            <>
              <MessageRow
                message={thread.parent}
                isHead
                isMine={thread.parent.sender === me}
                actions={own}
                parent={parent}
              />
              <p className="flex items-center gap-3 px-4 py-2 text-xs font-semibold text-soft">
                {rows.length === 0 && isTold
                  ? t("thread.none")
                  : t("thread.count", {
                      count: Math.max(thread.parent.reply_count ?? 0, thread.messages.length),
                    })}
                <span className="h-px flex-1 bg-line" />
              </p>
              {thread.before !== null && (
                <p className="px-4 pb-2">
                  <Button look="quiet" onClick={() => void earlier()}>
                    {t("thread.earlier")}
                  </Button>
                </p>
              )}
              {rows.map((row) => (
                <TimelineRow key={row.key} row={row} actions={own} {...{ marked, parent }} />
              ))}
            </>
          )}
          {isGone && <p className="px-4 py-6 text-center text-soft">{t("message.gone")}</p>}
          <div className="px-4">
            <Problem error={problem} />
          </div>
        </div>
      </div>
      {thread && mayWrite && !isEnded && (
        <Composer
          key={parent}
          room={held.room.id}
          thread={parent}
          {...{ name, aim, lastOwn }}
          onAim={setAim}
          onSent={toEnd}
          handle={composer}
        />
      )}
      {thread && (isEnded || !mayWrite) && (
        <p className="shrink-0 border-t p-4 text-center text-sm text-soft">
          {t(isEnded ? "thread.ended" : "rooms.readOnly")}
        </p>
      )}
    </div>
  );
}

interface Own {
  setAim: (aim: Aim) => void;
  composer: RefObject<ComposerHandle | null>;
  onRoom: (message: number) => void;
}

/** In a thread whatever is written answers its first message, and what stands elsewhere is shown in the room. */
function useOwnActions(actions: RowActions, { setAim, composer, onRoom }: Own): RowActions {
  return useMemo(
    () => ({
      ...actions,
      reply: () => {
        setAim(null);
        composer.current?.focus();
      },
      edit: (message) => setAim({ kind: "edit", message }),
      goTo: onRoom,
      date: undefined,
    }),
    [actions, setAim, composer, onRoom],
  );
}

/** Whoever opens a thread is in it, unless they write already. */
function useEntered(panel: RefObject<HTMLElement | null>, parent: number): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another thread is entered anew.
  useEffect(() => {
    const { current } = panel;
    if (!current?.contains(document.activeElement)) current?.querySelector<HTMLElement>("h2")?.focus();
  }, [panel, parent]);
}
