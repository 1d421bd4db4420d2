import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Measure, optionsFor } from "./measures.ts";
import { startLoad } from "./native.ts";
import type { Site } from "./targets.ts";

/** Messages a second that people send meanwhile. */
const RATE = 100;
/** Seconds until all must be gone. */
const PATIENCE = 3_600;

function bytesOf(folder: string): number {
  const own = readdirSync(folder).filter((name) => name.startsWith("parley.db"));
  return own.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

async function asker(site: Site) {
  const [line = ""] = (await Bun.file(site.tokens).text()).split("\n");
  const [token, room] = line.split(" ");
  const headers = { Authorization: `Bearer ${token}` };
  const ask = async <Answer>(path: string): Promise<Answer> => {
    const response = await fetch(`http://127.0.0.1:${site.port}/api/v2${path}`, { headers });
    if (!response.ok) throw new Error(`${path} answers ${response.status}`);
    return (await response.json()) as Answer;
  };
  return { room, ask };
}

/** Acknowledged sends at a fixed rate, while all that the first room held is deleted by itself. */
export const expiry: Measure = async (site, seconds) => {
  const started = performance.now();
  const before = site.data ? bytesOf(site.data) : 0;
  const { room, ask } = await asker(site);
  const page = await ask<{ messages: { id: number; deleted_at?: string }[] }>(
    `/rooms/${room}/messages?limit=1`,
  );
  const last = page.messages[0];
  if (!last || last.deleted_at) throw new Error("nothing was left to be deleted");
  const isGone = async () => Boolean((await ask<{ deleted_at?: string }>(`/messages/${last.id}`)).deleted_at);
  const report = await startLoad("steady", { ...optionsFor(site, seconds), "rounds-per-second": RATE })
    .report;
  if (await isGone()) throw new Error("all were gone before the end of the measure: take fewer seconds");
  for (;;) {
    const gone_s = (performance.now() - started) / 1_000;
    if (await isGone())
      return { ...report, gone_s, before_mb: before / 1e6, after_mb: bytesOf(site.data ?? ".") / 1e6 };
    if (gone_s > PATIENCE) throw new Error(`after ${PATIENCE} seconds not all were gone`);
    await Bun.sleep(250);
  }
};
