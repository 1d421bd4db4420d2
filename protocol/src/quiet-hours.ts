/** Hours of the day in which a person is not to be disturbed. */
export interface Hours {
  /** As `22:30`; until the same time of the next day where both are one. */
  from: string;
  to: string;
  /** The days on which they begin: 1 for Monday to 7 for Sunday. */
  days: readonly number[];
  /** Where the person is: an IANA time zone. */
  zone: string;
}

const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const formats = new Map<string, Intl.DateTimeFormat>();

/** NOTIFY-10. Whether a moment lies in these hours, by the clock of where the person is. */
export function isInHours({ from, to, days, zone }: Hours, now: number): boolean {
  const { minute, day } = localTime(zone, now);
  const [begins, ends] = [minutesOf(from), minutesOf(to)];
  const before = day === 1 ? 7 : day - 1;
  if (begins < ends) return days.includes(day) && minute >= begins && minute < ends;
  return (days.includes(day) && minute >= begins) || (days.includes(before) && minute < ends);
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

function localTime(zone: string, now: number): { minute: number; day: number } {
  const parts = formatOf(zone).formatToParts(now);
  const value = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return {
    minute: Number(value("hour")) * 60 + Number(value("minute")),
    day: weekdays.indexOf(value("weekday")) + 1,
  };
}

/** Dear to make. There are some hundreds of zones. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-GB", {
    ...{ timeZone: zone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  } as Intl.DateTimeFormatOptions);
  formats.set(zone, format);
  return format;
}

/** Whether there is such a time zone. */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}
