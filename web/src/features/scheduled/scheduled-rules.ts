import type { Scheduled } from "@parley/protocol/scheduled";
import type { ScheduledMessages } from "../../client/scheduled.ts";
import { nextWeek, tomorrow } from "../../ui/time-choices.ts";

/** Hour of the day at which a morning begins. */
const morning = 9;
const monday = 1;
const hour = 3_600_000;

/** What failed first, then by time. */
export function byTime(scheduled: ScheduledMessages | null): Scheduled[] {
  const rank = ({ state }: Scheduled) => (state === "failed" ? 0 : 1);
  return [...(scheduled?.values() ?? [])].sort(
    (one, other) => rank(one) - rank(other) || one.send_at.localeCompare(other.send_at) || one.id - other.id,
  );
}

export type Preset = "hour" | "tomorrow" | "monday";

/** Times that are offered; one that comes to the same as the one before it is left out. */
export function presets(now = Date.now()): { name: Preset; at: Date }[] {
  const offered: { name: Preset; at: Date }[] = [
    { name: "hour", at: new Date(now + hour) },
    { name: "tomorrow", at: tomorrow(morning, now) },
    { name: "monday", at: nextWeek(monday, morning, now) },
  ];
  const times = offered.map(({ at }) => at.getTime());
  return offered.filter((_, index) => times.indexOf(times[index] ?? 0) === index);
}
