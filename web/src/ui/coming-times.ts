import { i18n } from "./text.ts";
import { clockParts, dateValue, dayNumber, formatted } from "./times.ts";

/* Of what is yet to come: apart from the times of what was, which a page shows first. */

/** A moment where the person is, as a field for a date and a time holds it. */
export function momentValue(time: string | number): string {
  const date = new Date(time);
  const digits = (value: number) => String(value).padStart(2, "0");
  return `${dateValue(time)}T${digits(date.getHours())}:${digits(date.getMinutes())}`;
}

/** A weekday or date, and the time: of what is yet to come. */
export function comingTime(time: string | number, now = Date.now()): string {
  const days = dayNumber(time) - dayNumber(now);
  const hour = clockParts();
  if (days === 0) return formatted(time, hour);
  if (days > 0 && days < 7) return formatted(time, { weekday: "long", ...hour });
  const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return formatted(time, { day: "numeric", month: "long", ...(!sameYear && { year: "numeric" }), ...hour });
}

const units = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** "1 day", "90 minutes": the largest unit of which it is a whole number. */
export function duration(seconds: number): string {
  const [unit, size] = units.find(([, each]) => seconds % each === 0) ?? units[3];
  return new Intl.NumberFormat(i18n.locales, { style: "unit", unit, unitDisplay: "long" }).format(
    seconds / size,
  );
}

/** "3 days", "5 min", "12 sec": roughly, and never less than is left. */
export function timeLeft(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1_000);
  const [unit, size] = units.find(([, each]) => seconds >= each) ?? units[3];
  const count = Math.ceil(seconds / size);
  return new Intl.NumberFormat(i18n.locales, { style: "unit", unit, unitDisplay: "short" }).format(count);
}
