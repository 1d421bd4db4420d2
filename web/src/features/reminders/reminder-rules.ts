import type { ReminderEntry, Reminders } from "../../client/reminders.ts";
import { nextWeek, tomorrow } from "../../ui/time-choices.ts";

/** Hour of the day at which a morning begins. */
const morning = 9;
const monday = 1;
const minute = 60_000;
const day = 86_400_000;

export type RemindPreset = "minutes" | "hour" | "hours" | "tomorrow" | "monday";

/** Times that are offered; one that comes to the same as the one before it is left out. */
export function remindPresets(now = Date.now()): { name: RemindPreset; at: Date }[] {
  const offered: { name: RemindPreset; at: Date }[] = [
    { name: "minutes", at: new Date(now + 20 * minute) },
    { name: "hour", at: new Date(now + 60 * minute) },
    { name: "hours", at: new Date(now + 180 * minute) },
    { name: "tomorrow", at: tomorrow(morning, now) },
    { name: "monday", at: nextWeek(monday, morning, now) },
  ];
  const times = offered.map(({ at }) => at.getTime());
  return offered.filter((_, index) => times.indexOf(times[index] ?? 0) === index);
}

/** What is due first, then by time. */
export function inOrder(reminders: Reminders | null): ReminderEntry[] {
  const rank = ({ state }: ReminderEntry) => (state === "due" ? 0 : 1);
  return [...(reminders?.values() ?? [])].sort(
    (one, other) => rank(one) - rank(other) || one.remind_at.localeCompare(other.remind_at),
  );
}

/** One reminder at one time: given another time it is told again. */
export function nameOf({ message, remind_at }: Pick<ReminderEntry, "message" | "remind_at">): string {
  return `${message} ${remind_at}`;
}

/** REMIND-6. What is to be told now, the earliest first. */
export function toBeTold(
  reminders: Reminders | null,
  { told, now }: { told: ReadonlySet<string>; now: number },
): ReminderEntry[] {
  return inOrder(reminders).filter(
    (each) => each.state === "due" && !told.has(nameOf(each)) && now - Date.parse(each.remind_at) < day,
  );
}
