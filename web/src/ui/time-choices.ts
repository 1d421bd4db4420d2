/** How this device writes times, where the person wishes it otherwise than the browser does. */
export interface TimeChoices {
  clock: "" | "12" | "24";
  /** The first day of a week, from 1 for Monday to 7 for Sunday; 0 as where the person lives. */
  firstDay: number;
}

let choices: TimeChoices = { clock: "", firstDay: 0 };

/** Whoever shows times is drawn anew with the language. */
export function chooseTimes({ clock, firstDay }: TimeChoices): void {
  choices = { clock, firstDay };
}

/** For formats that show an hour. */
export function hourChoice(): Intl.DateTimeFormatOptions {
  if (choices.clock === "") return {};
  return { hourCycle: choices.clock === "12" ? "h12" : "h23" };
}

interface WeekInfo {
  firstDay: number;
}

type Regional = Intl.Locale & { getWeekInfo?: () => WeekInfo; weekInfo?: WeekInfo };

/** From 1 for Monday to 7 for Sunday. */
export function firstDayOfWeek(locales: Intl.LocalesArgument): number {
  if (choices.firstDay > 0) return choices.firstDay;
  const locale: Regional = new Intl.Locale(new Intl.DateTimeFormat(locales).resolvedOptions().locale);
  return (locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? 1;
}

/** The morning at which the next week begins, at this hour of the day where the person is. */
export function nextWeek(firstDay: number, hour: number, now = Date.now()): Date {
  const date = new Date(now);
  const today = date.getDay() || 7;
  const days = (firstDay - today + 7) % 7 || 7;
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days, hour);
}

/** Tomorrow morning. */
export function tomorrow(hour: number, now = Date.now()): Date {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1, hour);
}
