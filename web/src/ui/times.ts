import { i18n, translate } from "./text.ts";
import { hourChoice } from "./time-choices.ts";

const day = 24 * 3600 * 1000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format costs a hundred times what using it costs. */
function formatOf(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${i18n.locales} ${JSON.stringify(options)}`;
  const made = formats.get(key) ?? new Intl.DateTimeFormat(i18n.locales, options);
  formats.set(key, made);
  return made;
}

/** What is no time is shown as none: it must not take down what it stands in. */
export function formatted(time: string | number, options: Intl.DateTimeFormatOptions): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? "–" : formatOf(options).format(date);
}

/** "08:05", or "8:05 am" where the hours are counted twice. */
export function clockParts(): Intl.DateTimeFormatOptions {
  const { hourCycle = "" } = formatOf({ hour: "numeric", ...hourChoice() }).resolvedOptions();
  const hour = hourCycle.startsWith("h2") ? "2-digit" : "numeric";
  return { hour, minute: "2-digit", ...hourChoice() };
}

export function clockTime(time: string | number): string {
  return formatted(time, clockParts());
}

export function fullTime(time: string | number): string {
  return formatted(time, { dateStyle: "full", timeStyle: "short", ...hourChoice() });
}

/** In a sentence, after "on". */
export function dateAndTime(time: string | number): string {
  const date = new Date(time);
  const sameYear = date.getFullYear() === new Date().getFullYear();
  const year = sameYear ? {} : ({ year: "numeric" } as const);
  return formatted(time, { day: "numeric", month: "long", ...year, ...clockParts() });
}

/** Days since 1970 where the person is. */
export function dayNumber(time: string | number): number {
  const date = new Date(time);
  return Math.floor((date.getTime() - date.getTimezoneOffset() * 60_000) / day);
}

/** A day where the person is, as a date field holds it. */
export function dateValue(time: string | number): string {
  const date = new Date(time);
  const digits = (value: number, count: number) => String(value).padStart(count, "0");
  return [digits(date.getFullYear(), 4), digits(date.getMonth() + 1, 2), digits(date.getDate(), 2)].join("-");
}

/** When the day in a date field begins where the person is. */
export function dayBegin(value: string): Date {
  return new Date(`${value}T00:00`);
}

/** "Today", "Yesterday", a weekday within the week, else the date. */
export function dayName(time: string | number, now = Date.now()): string {
  const days = dayNumber(now) - dayNumber(time);
  if (days === 0) return translate("time.today");
  if (days === 1) return translate("time.yesterday");
  const date = new Date(time);
  if (days > 1 && days < 7) return formatted(time, { weekday: "long" });
  const sameYear = date.getFullYear() === new Date(now).getFullYear();
  return formatted(time, { day: "numeric", month: "long", ...(!sameYear && { year: "numeric" }) });
}

/** For lists: the time today, the weekday this week, else a short date. */
export function briefTime(time: string | number, now = Date.now()): string {
  const days = dayNumber(now) - dayNumber(time);
  if (days === 0) return clockTime(time);
  if (days === 1) return translate("time.yesterday");
  if (days > 1 && days < 7) return formatted(time, { weekday: "short" });
  return formatted(time, { day: "numeric", month: "numeric", year: "2-digit" });
}
