import type { Pin } from "@parley/protocol/pins";
import type { RoomState } from "@parley/protocol/state";
import { ArrowDown, ArrowUp, PinOff } from "lucide-react";
import { useState } from "react";
import { isAtLeast } from "../../client/ranks.ts";
import { useClient } from "../../client/use-client.ts";
import { notify } from "../../ui/announcer.tsx";
import { IconButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { wordsFor } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { fullTime } from "../../ui/times.ts";
import { wordsOf } from "../files/files.tsx";
import { isAbandoned, usePersonName } from "../users/users.tsx";
import { PinHistory } from "./pin-history.tsx";
import { usePins } from "./use-pins.ts";

interface PinsDialogProps {
  held: RoomState;
  onGo: (message: number) => void;
  onClose: () => void;
}

/** UI-304. All that is pinned in a room, in the order of the room; who may pin puts them in another. */
export function PinsDialog({ held, onGo, onClose }: PinsDialogProps) {
  const t = useText();
  const client = useClient();
  const pins = usePins(held);
  const { room } = held;
  const [isHistory, setIsHistory] = useState(false);
  const mayPin = !room.archived && !isAbandoned(held) && isAtLeast(room.role, room.permissions.pin_messages);
  const failed = (error: unknown) => notify(wordsFor(error, t));
  const go = (message: number) => {
    onClose();
    onGo(message);
  };
  const move = (from: number, to: number) => {
    const messages = pins.map(({ message }) => message.id);
    const [moved] = messages.splice(from, 1);
    if (moved !== undefined) messages.splice(to, 0, moved);
    client.call("pin.order", { room: room.id, messages }).catch(failed);
  };
  const unpin = (message: number) => {
    client.call("pin.set", { message, on: false }).catch(failed);
  };
  return (
    <Dialog title={t("pins.title")} onClose={onClose} wide>
      <ul className="flex flex-col gap-2">
        {pins.map((pin, place) => (
          <PinnedMessage
            key={pin.message.id}
            {...{ pin, place, mayPin }}
            isLast={place === pins.length - 1}
            onGo={go}
            onMove={move}
            onUnpin={unpin}
          />
        ))}
      </ul>
      {pins.length === 0 && <p className="py-4 text-sm text-soft">{t("pins.none")}</p>}
      <details className="mt-4 text-sm" onToggle={(event) => setIsHistory(event.currentTarget.open)}>
        <summary className="min-h-8 cursor-pointer py-1 font-medium text-accent pointer-coarse:min-h-11">
          {t("pins.history")}
        </summary>
        {isHistory && <PinHistory room={room.id} position={held.position} onGo={go} />}
      </details>
    </Dialog>
  );
}

interface PinnedProps {
  pin: Pin;
  place: number;
  mayPin: boolean;
  isLast: boolean;
  onGo: (message: number) => void;
  onMove: (from: number, to: number) => void;
  onUnpin: (message: number) => void;
}

function PinnedMessage({ pin, place, mayPin, isLast, onGo, onMove, onUnpin }: PinnedProps) {
  const t = useText();
  const { message } = pin;
  const author = usePersonName(message.sender);
  const by = usePersonName(pin.pinned_by);
  const text = wordsOf(t, message);
  return (
    <li className="flex gap-2 rounded-xl border p-3">
      <button type="button" onClick={() => onGo(message.id)} className="min-w-0 flex-1 text-start">
        <span className="text-sm font-semibold">{author}</span>
        <span dir="auto" className="line-clamp-3 text-sm break-words">
          {text}
        </span>
        <span className="text-xs text-soft">{t("pins.by", { name: by, time: fullTime(pin.pinned_at) })}</span>
      </button>
      {mayPin && (
        <div className="flex shrink-0 max-sm:flex-col">
          {/* Not taken away at either end: the focus stays where it is while something is moved. */}
          <IconButton
            small
            label={t("pins.up", { text })}
            icon={ArrowUp}
            aria-disabled={place === 0}
            className="aria-disabled:opacity-40"
            onClick={() => place > 0 && onMove(place, place - 1)}
          />
          <IconButton
            small
            label={t("pins.down", { text })}
            icon={ArrowDown}
            aria-disabled={isLast}
            className="aria-disabled:opacity-40"
            onClick={() => !isLast && onMove(place, place + 1)}
          />
          <IconButton small label={t("pins.unpin")} icon={PinOff} onClick={() => onUnpin(message.id)} />
        </div>
      )}
    </li>
  );
}
