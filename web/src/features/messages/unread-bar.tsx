import { type RoomState, timeline } from "@parley/protocol/state";
import { ArrowUp } from "lucide-react";
import { newSince } from "../../client/readings.ts";
import { unreadIn } from "../../client/unread.ts";
import { useClient, useView } from "../../client/use-client.ts";
import { notify } from "../../ui/announcer.tsx";
import { wordsFor } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { markRoomsRead, useCalledRead } from "./mark-read.ts";
import { useReadingChoice } from "./reading.ts";

interface UnreadBarProps {
  held: RoomState;
  /** Whether the line of what is new is in sight, or was. */
  isLineSeen: boolean;
  onGo: (message: number) => void;
}

/** READ-3. How much is new, while its beginning was not in sight: jump there, or call it read. */
export function UnreadBar({ held, isLineSeen, onGo }: UnreadBarProps) {
  const t = useText();
  const client = useClient();
  const me = useView(({ state }) => state.user);
  const reading = useView(({ readings }) => readings.get(held.room.id));
  const isDone = useCalledRead(({ rooms }) => (rooms.get(held.room.id) ?? -1) >= (reading?.head ?? 0));
  const isUnread = useView((view) => unreadIn(held, view).unread > 0);
  const byHand = useReadingChoice(({ mark }) => mark === "hand") && isUnread;
  if (!reading || reading.unread === 0 || isDone || (isLineSeen && !byHand)) return null;
  const { first, count } = newSince(held, reading, me);
  const jump = async () => {
    if (first !== undefined) return onGo(first);
    await client.show(held.room.id, { after: Math.max(0, reading.from - 1) });
    const found = client.view.getState().state.rooms.get(held.room.id);
    const messages = found ? (found.window?.messages ?? timeline(found)) : [];
    const next = messages.find(({ seq, sender }) => seq > reading.from && sender !== me);
    if (next) onGo(next.id);
  };
  const failed = (error: unknown) => notify(wordsFor(error, t));
  return (
    <div className="absolute inset-x-0 top-2 z-10 flex justify-center">
      <div className="flex items-center gap-1 rounded-full bg-raised py-0.5 ps-4 pe-1 text-sm shadow-float">
        <span>{t("timeline.newCount", { count })}</span>
        {!isLineSeen && (
          <button
            type="button"
            onClick={() => void jump().catch(failed)}
            className="flex min-h-8 items-center gap-1 rounded-full px-2 font-medium text-accent hover:bg-hover"
          >
            <ArrowUp aria-hidden size={15} /> {t("timeline.jump")}
          </button>
        )}
        <button
          type="button"
          onClick={() => markRoomsRead(client, [held])}
          className="min-h-8 rounded-full px-2 text-soft hover:bg-hover"
        >
          {t("timeline.markRead")}
        </button>
      </div>
    </div>
  );
}
