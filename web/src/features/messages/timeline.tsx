import type { RoomState } from "@parley/protocol/state";
import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { type ReactNode, type Ref, useImperativeHandle, useRef, useState } from "react";
import { Boundary } from "../../ui/boundary.tsx";
import { useText } from "../../ui/text.ts";
import { dayName } from "../../ui/times.ts";
import type { RowActions } from "./message-row.tsx";
import { indexOf, moveByMessage, withRow } from "./timeline-keys.ts";
import { DayButton, TimelineRow } from "./timeline-row.tsx";
import type { Row } from "./timeline-rows.ts";
import { UnreadBar } from "./unread-bar.tsx";
import { useEnd } from "./use-end.ts";
import { useForgetting, useLineSeen, useMore, useReading, useRows } from "./use-timeline.ts";

export interface TimelineHandle {
  toEnd: () => void;
  /** Shows a message that is held; false when it is not. */
  goTo: (message: number) => boolean;
}

interface TimelineProps {
  held: RoomState;
  /** Where the person had read to when they came; null where there was nothing new, undefined until it is known. */
  readTo: number | null | undefined;
  /** Leaves the past for the newest messages. */
  onLive: () => void;
  /** What to do where nothing was said yet. */
  empty?: ReactNode;
  actions: RowActions;
  handle: Ref<TimelineHandle>;
}

/** Pixels that a row takes until it is measured. */
const rowHeight = 56;
/** Milliseconds for which a message that was gone to stands out. */
const markedFor = 2_000;

/**
 * The messages of a room. Each row is placed by its own offset; what is being read stays where it is while older
 * messages come in before it, and the end stays in sight while the person is there.
 */
export function Timeline({ held, readTo, actions, handle, onLive, empty }: TimelineProps) {
  const t = useText();
  const scroller = useRef<HTMLDivElement>(null);
  const { rows, count } = useRows(held, readTo ?? null);
  const isLive = held.window === null;
  const [focused, setFocused] = useState<number | null>(null);
  const [marked, setMarked] = useState<number | null>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.key ?? index,
    anchorTo: "end",
    // A room is entered at its end: what stands at its top need not be drawn for that.
    enabled: rows.length > 0,
    initialOffset: () => rows.length * rowHeight,
    overscan: 8,
    rangeExtractor: (range) => withRow(defaultRangeExtractor(range), focused),
    paddingEnd: 12,
  });
  const { isAtEnd, toEnd, leaveEnd, follows, unseen } = useEnd({
    ...{ room: held.room.id, list: virtualizer, scroller, rows },
    isLive,
    isKnown: readTo !== undefined,
    hasNews: readTo !== null,
  });
  useMore(virtualizer, held);
  useReading(virtualizer, rows, held, follows);
  useForgetting(virtualizer, rows);
  useImperativeHandle(handle, () => ({
    toEnd,
    goTo: (message) => {
      const index = rows.findIndex((row) => row.kind === "message" && row.message.id === message);
      if (index < 0) return false;
      leaveEnd();
      virtualizer.scrollToIndex(index, { align: "center" });
      setMarked(message);
      setTimeout(() => setMarked((now) => (now === message ? null : now)), markedFor);
      return true;
    },
  }));
  const first = virtualizer.getVirtualItems()[0];
  const isLineSeen = useLineSeen(rows, virtualizer.range?.startIndex);
  const day = dayAt(rows, first?.index ?? 0);
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label={t("timeline.label")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        tabIndex={0}
        onKeyDown={(event) => moveByMessage(event, isLive ? toEnd : onLive)}
        onFocus={(event) => setFocused(indexOf(event.target))}
        onBlur={() => setFocused(null)}
        className="absolute inset-0 overflow-x-hidden overflow-y-auto overscroll-contain outline-offset-[-2px] [overflow-anchor:none]"
      >
        <div className="relative w-full" style={{ height: Math.max(virtualizer.getTotalSize(), 0) }}>
          {virtualizer.getVirtualItems().map(({ index, key, start }) => (
            <div
              key={key}
              data-index={index}
              ref={virtualizer.measureElement}
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${start}px)` }}
            >
              <Boundary of={shownBy(rows[index])} instead={() => <BrokenRow />}>
                <TimelineRow row={rows[index] as Row} actions={actions} marked={marked} />
              </Boundary>
            </div>
          ))}
        </div>
      </div>
      <UnreadBar held={held} isLineSeen={isLineSeen} onGo={actions.goTo} />
      {day !== null && !isAtEnd && (isLineSeen || !readTo) && (
        <p className="pointer-events-none absolute inset-x-0 top-2 z-10 flex justify-center">
          <span className="pointer-events-auto rounded-full bg-raised px-1 text-xs font-medium text-soft shadow-float">
            {actions.date ? <DayButton at={day} onPress={actions.date} /> : dayName(day)}
          </span>
        </p>
      )}
      {!isAtEnd && (
        <button
          type="button"
          onClick={isLive ? toEnd : onLive}
          aria-label={t("timeline.toEnd", { count: unseen })}
          className="absolute end-4 bottom-3 z-10 inline-flex h-10 min-w-10 items-center justify-center gap-1 rounded-full bg-raised px-2 text-sm text-accent shadow-float hover:bg-hover"
        >
          {unseen > 0 && <span className="font-semibold">{unseen}</span>}
          <ArrowDown aria-hidden size={20} />
        </button>
      )}
      {held.loaded && count === 0 && held.before === null && (
        <div className="pointer-events-none absolute inset-0 flex flex-col items-center justify-center gap-4 px-8 text-center text-soft">
          <p>{t("timeline.empty")}</p>
          <div className="pointer-events-auto">{empty}</div>
        </div>
      )}
    </div>
  );
}

/** What a row is drawn from: rows are made anew with every change of the room. */
function shownBy(row: Row | undefined): unknown {
  return row?.kind === "message" ? row.message : row?.key;
}

/** In the place of a message that cannot be drawn, such as one of a later version. */
function BrokenRow() {
  const t = useText();
  return <p className="px-4 py-1 ps-16 text-soft italic">{t("message.broken")}</p>;
}

function dayAt(rows: readonly Row[], index: number): string | number | null {
  for (let at = index; at < rows.length; at++) {
    const row = rows[at];
    if (row?.kind === "message") return row.message.created_at;
  }
  return null;
}
