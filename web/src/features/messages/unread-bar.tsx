import type { RoomState } from "@parley/protocol/state";
import { ArrowUp } from "lucide-react";
import { useState } from "react";
import { newSince } from "../../client/readings.ts";
import { useClient, useView } from "../../client/use-client.ts";
import { useText } from "../../ui/text.ts";

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
  const [isDone, setIsDone] = useState(false);
  if (!reading || reading.unread === 0 || isDone || isLineSeen) return null;
  const { first, count } = newSince(held, reading, me);
  const jump = async () => {
    if (first !== undefined) return onGo(first);
    await client.show(held.room.id, { after: Math.max(0, reading.from - 1) });
  };
  return (
    <div className="absolute inset-x-0 top-2 z-10 flex justify-center">
      <div className="flex items-center gap-1 rounded-full bg-raised py-0.5 ps-4 pe-1 text-sm shadow-float">
        <span>{t("timeline.newCount", { count })}</span>
        <button
          type="button"
          onClick={() => void jump()}
          className="flex min-h-8 items-center gap-1 rounded-full px-2 font-medium text-accent hover:bg-hover"
        >
          <ArrowUp aria-hidden size={15} /> {t("timeline.jump")}
        </button>
        <button
          type="button"
          onClick={() => {
            setIsDone(true);
            client.markRead(held.room.id);
          }}
          className="min-h-8 rounded-full px-2 text-soft hover:bg-hover"
        >
          {t("timeline.markRead")}
        </button>
      </div>
    </div>
  );
}
