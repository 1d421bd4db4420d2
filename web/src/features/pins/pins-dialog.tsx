import type { Pin } from "@parley/protocol/pins";
import type { RoomState } from "@parley/protocol/state";
import { PinOff } from "lucide-react";
import { useClient } from "../../client/use-client.ts";
import { notify } from "../../ui/announcer.tsx";
import { IconButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { wordsFor } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { fullTime } from "../../ui/times.ts";
import { wordsOf } from "../files/files.tsx";
import { usePersonName } from "../users/users.tsx";
import { usePins } from "./use-pins.ts";

interface PinsDialogProps {
  held: RoomState;
  onGo: (message: number) => void;
  onClose: () => void;
}

/** All that is pinned in a room, the last pinned first. */
export function PinsDialog({ held, onGo, onClose }: PinsDialogProps) {
  const t = useText();
  const pins = usePins(held);
  const go = (message: number) => {
    onClose();
    onGo(message);
  };
  return (
    <Dialog title={t("pins.title")} onClose={onClose} wide>
      <ul className="flex flex-col gap-2">
        {pins.map((pin) => (
          <PinnedMessage key={pin.message.id} pin={pin} onGo={go} />
        ))}
      </ul>
      {pins.length === 0 && <p className="py-4 text-sm text-soft">{t("pins.none")}</p>}
    </Dialog>
  );
}

function PinnedMessage({ pin, onGo }: { pin: Pin; onGo: (message: number) => void }) {
  const t = useText();
  const client = useClient();
  const { message } = pin;
  const author = usePersonName(message.sender);
  const by = usePersonName(pin.pinned_by);
  const unpin = () =>
    client
      .call("pin.set", { message: message.id, on: false })
      .catch((error: unknown) => notify(wordsFor(error, t)));
  return (
    <li className="flex gap-2 rounded-xl border p-3">
      <button type="button" onClick={() => onGo(message.id)} className="min-w-0 flex-1 text-start">
        <span className="text-sm font-semibold">{author}</span>
        <span dir="auto" className="line-clamp-3 text-sm break-words">
          {wordsOf(t, message)}
        </span>
        <span className="text-xs text-soft">{t("pins.by", { name: by, time: fullTime(pin.pinned_at) })}</span>
      </button>
      <IconButton small label={t("pins.unpin")} icon={PinOff} onClick={() => void unpin()} />
    </li>
  );
}
