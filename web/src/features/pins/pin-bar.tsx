import type { RoomState } from "@parley/protocol/state";
import { Pin as PinIcon } from "lucide-react";
import { plainWords } from "../../ui/markdown.ts";
import { useText } from "../../ui/text.ts";
import { wordsOf } from "../files/files.tsx";
import { usePersonName } from "../users/users.tsx";
import { usePins } from "./use-pins.ts";

interface PinBarProps {
  held: RoomState;
  onGo: (message: number) => void;
  onAll: () => void;
}

/** The message pinned last, and the way to all of them. */
export function PinBar({ held, onGo, onAll }: PinBarProps) {
  const t = useText();
  const pins = usePins(held);
  const [latest] = pins;
  const name = usePersonName(latest?.message.sender ?? 0);
  if (!latest) return null;
  return (
    <div className="flex min-h-10 shrink-0 items-center gap-2 border-b bg-side ps-4 pe-2 text-sm">
      <PinIcon aria-hidden size={15} className="shrink-0 text-accent" />
      <button
        type="button"
        onClick={() => onGo(latest.message.id)}
        className="min-h-8 min-w-0 flex-1 truncate text-start hover:underline"
      >
        <span className="sr-only">{t("pins.latest")} </span>
        <b className="font-semibold">{name}</b>{" "}
        <span dir="auto">{wordsOf(t, latest.message, plainWords)}</span>
      </button>
      <button
        type="button"
        onClick={onAll}
        className="min-h-8 shrink-0 rounded px-2 text-accent hover:bg-hover"
      >
        {t("pins.all", { count: pins.length })}
      </button>
    </div>
  );
}
