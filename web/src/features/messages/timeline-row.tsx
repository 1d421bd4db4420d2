import { useView } from "../../client/use-client.ts";
import { useText } from "../../ui/text.ts";
import { dayName } from "../../ui/times.ts";
import { MessageRow, type RowActions, WaitingRow } from "./message-row.tsx";
import type { Row } from "./timeline-rows.ts";

interface TimelineRowProps {
  row: Row;
  actions: RowActions;
  marked?: number | null;
  /** The message whose thread it is shown in. */
  parent?: number;
}

/** One row of what was said: a message, or what stands between messages. */
export function TimelineRow({ row, actions, marked = null, parent }: TimelineRowProps) {
  const t = useText();
  const me = useView(({ state }) => state.user);
  switch (row.kind) {
    case "start":
      return <p className="px-4 pt-8 pb-2 text-center text-sm text-soft">{t("timeline.start")}</p>;
    case "day":
      return (
        <div className="flex items-center gap-3 px-4 pt-4 pb-1">
          <span className="h-px flex-1 bg-line" />
          <h2 className="text-xs font-semibold text-soft">
            {actions.date ? <DayButton at={row.at} onPress={actions.date} /> : dayName(row.at)}
          </h2>
          <span className="h-px flex-1 bg-line" />
        </div>
      );
    case "new":
      return (
        <div className="flex items-center gap-3 px-4 py-1 text-danger">
          <span className="h-px flex-1 bg-danger" />
          <span className="text-xs font-semibold">{t("timeline.new")}</span>
        </div>
      );
    case "message": {
      const { message, isHead } = row;
      return (
        <MessageRow
          {...{ message, isHead, actions, parent }}
          isMine={message.sender === me}
          isMarked={marked === message.id}
        />
      );
    }
    case "waiting":
      return <WaitingRow entry={row.entry} isHead={row.isHead} {...{ actions, parent }} />;
  }
}

/** A day, and the way to another. */
export function DayButton({ at, onPress }: { at: string | number; onPress: (at: string | number) => void }) {
  const t = useText();
  const day = dayName(at);
  return (
    <button
      type="button"
      title={t("date.title")}
      aria-label={t("date.other", { day })}
      onClick={() => onPress(at)}
      className="min-h-6 rounded-full px-2 hover:bg-hover hover:text-ink"
    >
      {day}
    </button>
  );
}
