import { Check, Timer, TimerOff } from "lucide-react";
import { useRef, useState } from "react";
import { useView } from "../../client/use-client.ts";
import { IconButton } from "../../ui/button.tsx";
import { duration } from "../../ui/coming-times.ts";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { useText } from "../../ui/text.ts";

const hour = 3_600;
const offered = [60, 300, hour, 24 * hour, 7 * 24 * hour];

interface MessageTimerProps {
  room: number;
  /** Seconds; null where the room's own time counts. */
  seconds: number | null;
  onChoose: (seconds: number | null) => void;
}

/** After how long the message that is written is deleted by itself: never later than the room says. */
export function MessageTimer({ room, seconds, onChoose }: MessageTimerProps) {
  const t = useText();
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const most = useView(({ state }) => {
    const { delete_after = null, retention = null } = state.rooms.get(room)?.room ?? {};
    return Math.min(delete_after ?? Number.POSITIVE_INFINITY, retention ?? Number.POSITIVE_INFINITY);
  });
  const items: MenuItem[] = [
    { label: t("timer.none"), icon: seconds === null ? Check : TimerOff, act: () => onChoose(null) },
    ...offered
      .filter((each) => each < most)
      .map((each) => ({
        label: t("expiry.after", { time: duration(each) }),
        icon: each === seconds ? Check : Timer,
        act: () => onChoose(each),
      })),
  ];
  const label = seconds === null ? t("timer.title") : t("timer.chosen", { time: duration(seconds) });
  return (
    <>
      <IconButton
        ref={button}
        label={label}
        icon={Timer}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-pressed={seconds !== null}
        onClick={() => setIsOpen(true)}
      />
      {isOpen && button.current && (
        <Menu
          label={t("timer.title")}
          items={items}
          place={{ element: button.current }}
          onClose={() => setIsOpen(false)}
        />
      )}
    </>
  );
}
