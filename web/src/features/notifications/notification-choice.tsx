import type { NotificationLevel } from "@parley/protocol/notifications";
import type { Membership } from "@parley/protocol/rooms";
import { Bell, BellOff } from "lucide-react";
import { useState } from "react";
import { useClient } from "../../client/use-client.ts";
import { Button } from "../../ui/button.tsx";
import { Select } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { fullTime } from "../../ui/times.ts";

const levels = ["default", "all", "mentions", "none"] as const;
const hours = [1, 8, 24] as const;
const hour = 3_600_000;

/** Of what in a room the person wishes to be told, on all their devices. */
export function NotificationChoice({ room }: { room: Membership }) {
  const t = useText();
  const client = useClient();
  const [error, setError] = useState<unknown>();
  const { level, muted_until } = room.notifications;
  const set = async (next: { level: NotificationLevel; muted_until: string | null }) => {
    setError(undefined);
    await client.call("notification.set", { room: room.id, ...next }).catch(setError);
  };
  const isQuiet = muted_until !== null && Date.parse(muted_until) > Date.now();
  const mute = (count: number) =>
    set({ level, muted_until: new Date(Date.now() + count * hour).toISOString() });
  return (
    <section aria-label={t("notify.title")} className="mt-4 flex flex-col gap-3 border-t pt-4">
      <Select
        label={t("notify.title")}
        value={level}
        onChange={(event) => void set({ level: event.currentTarget.value as NotificationLevel, muted_until })}
      >
        {levels.map((each) => (
          <option key={each} value={each}>
            {t(`notify.level.${each}`)}
          </option>
        ))}
      </Select>
      {isQuiet ? (
        <div className="flex items-center justify-between gap-2 text-sm text-soft">
          <span className="flex items-center gap-2">
            <BellOff aria-hidden size={17} /> {t("notify.mutedUntil", { time: fullTime(muted_until) })}
          </span>
          <Button look="quiet" onClick={() => void set({ level, muted_until: null })}>
            {t("notify.unmute")}
          </Button>
        </div>
      ) : (
        <fieldset className="text-sm text-soft">
          <legend className="mb-1 flex items-center gap-2">
            <Bell aria-hidden size={17} /> {t("notify.mute")}
          </legend>
          <div className="grid grid-cols-3 gap-1">
            {hours.map((count) => (
              <Button key={count} className="px-2" onClick={() => void mute(count)}>
                {t("notify.hours", { count })}
              </Button>
            ))}
          </div>
        </fieldset>
      )}
      <Problem error={error} />
    </section>
  );
}
