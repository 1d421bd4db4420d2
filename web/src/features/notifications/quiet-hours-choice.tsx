import type { QuietHours } from "@parley/protocol/notifications";
import clsx from "clsx";
import { useEffect, useRef, useState } from "react";
import { Switch, TextField } from "../../ui/field.tsx";
import { i18n, useText } from "../../ui/text.ts";
import { firstDayOfWeek } from "../../ui/time-choices.ts";

interface QuietHoursChoiceProps {
  hours: QuietHours | null;
  onChange: (hours: QuietHours | null) => Promise<void>;
}

const everyDay = [1, 2, 3, 4, 5, 6, 7];

/** NOTIFY-10. Hours of the day in which the person is not to be disturbed, by the clock of this device. */
export function QuietHoursChoice(props: QuietHoursChoiceProps) {
  const t = useText();
  const { hours, onChange } = useOwn(props);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const set = (change: Partial<QuietHours>) => hours && onChange({ ...hours, zone, ...change });
  const toggle = (day: number) => {
    const days = hours?.days ?? [];
    const next = days.includes(day) ? days.filter((each) => each !== day) : [...days, day];
    // Without any day there are no hours.
    if (next.length === 0) onChange(null);
    else set({ days: next });
  };
  return (
    <fieldset aria-label={t("notify.daily.title")} className="flex flex-col gap-2">
      <Switch
        label={t("notify.daily.title")}
        checked={hours !== null}
        onChange={(isOn) => onChange(isOn ? { from: "22:00", to: "07:00", days: everyDay, zone } : null)}
      />
      {hours && (
        <>
          <div className="flex flex-wrap gap-2">
            {(["from", "to"] as const).map((edge) => (
              <TextField
                key={edge}
                type="time"
                label={t(`notify.daily.${edge}`)}
                value={hours[edge]}
                onChange={({ currentTarget: { value } }) => value !== "" && set({ [edge]: value })}
              />
            ))}
          </div>
          <fieldset>
            <legend className="mb-1 text-sm">{t("notify.daily.days")}</legend>
            <div className="flex flex-wrap gap-1">
              {daysInOrder().map((day) => (
                <label
                  key={day}
                  className={clsx(
                    "flex min-h-9 min-w-11 items-center justify-center gap-1 rounded-lg border px-2 text-sm pointer-coarse:min-h-11",
                    "has-focus-visible:outline-2 has-focus-visible:outline-accent",
                    hours.days.includes(day) && "border-accent bg-tint font-medium",
                  )}
                >
                  <input
                    type="checkbox"
                    checked={hours.days.includes(day)}
                    onChange={() => toggle(day)}
                    className="size-4 accent-accent"
                  />
                  {dayLabel(day)}
                </label>
              ))}
            </div>
          </fieldset>
          <p className="text-sm text-soft">{t("notify.daily.zone", { zone: hours.zone })}</p>
        </>
      )}
    </fieldset>
  );
}

/** What is chosen is shown at once, and nobody's hand is crossed by an answer to what they chose before. */
function useOwn({ hours, onChange }: QuietHoursChoiceProps) {
  const [own, setOwn] = useState(hours);
  const told = useRef(hours);
  const waiting = useRef(0);
  told.current = hours;
  useEffect(() => {
    if (waiting.current === 0) setOwn(hours);
  }, [hours]);
  const change = async (next: QuietHours | null) => {
    setOwn(next);
    waiting.current += 1;
    await onChange(next);
    waiting.current -= 1;
    if (waiting.current === 0) setOwn(told.current);
  };
  return { hours: own, onChange: (next: QuietHours | null) => void change(next) };
}

/** As a week goes where the person is. */
function daysInOrder(): number[] {
  const first = firstDayOfWeek(i18n.locales) || 7;
  return everyDay.map((_, index) => ((first - 1 + index) % 7) + 1);
}

/** The 1st of January 2024 was a Monday. */
function dayLabel(day: number): string {
  return new Intl.DateTimeFormat(i18n.locale, { weekday: "short", timeZone: "UTC" }).format(
    Date.UTC(2024, 0, day),
  );
}
