import type { Output } from "@parley/protocol/contract";
import type { Context } from "../../context.ts";
import { isoTimeOrNull } from "../../platform/clock.ts";
import { countDue, type HealthRow, healthAfter } from "./push-rows.ts";

type Service = Output<"push.health">["services"][number];

/** Devices read at once. */
const chunk = 1_000;

interface Tally {
  devices: number;
  failing: number;
  sent: number | null;
  failed: number | null;
  failure: string | null;
}

/** PUSH-14. By the hosts of their services: whose the devices are is nobody's business. */
export async function pushHealth({ database, clock, push }: Context): Promise<Output<"push.health">> {
  const tallies = new Map<string, Tally>();
  for (let after = 0, isMore = true; isMore; ) {
    const rows = await database.rows(healthAfter({ after, limit: chunk }));
    for (const row of rows) count(tallies, row);
    after = rows.at(-1)?.id ?? after;
    isMore = rows.length === chunk;
  }
  const { count: waiting = 0 } = (await database.first(countDue({ now: clock.now() }))) ?? {};
  const services = [...tallies].map(([host, tally]) => toService(host, tally));
  services.sort((one, other) => other.devices - one.devices || one.host.localeCompare(other.host));
  return { on: push !== null, services, waiting };
}

function count(tallies: Map<string, Tally>, row: HealthRow): void {
  const { host } = new URL(row.endpoint);
  const none: Tally = { devices: 0, failing: 0, sent: null, failed: null, failure: null };
  const tally = tallies.get(host) ?? none;
  tallies.set(host, tally);
  tally.devices++;
  if (row.sent_at !== null) tally.sent = Math.max(tally.sent ?? 0, row.sent_at);
  if (row.failed_at === null) return;
  if (row.failed_at > (row.sent_at ?? 0)) tally.failing++;
  if (row.failed_at >= (tally.failed ?? 0)) {
    tally.failed = row.failed_at;
    tally.failure = row.failure;
  }
}

function toService(host: string, { devices, failing, sent, failed, failure }: Tally): Service {
  return { host, devices, failing, sent_at: isoTimeOrNull(sent), failed_at: isoTimeOrNull(failed), failure };
}
