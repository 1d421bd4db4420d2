import { type Figures, startLoad } from "./native.ts";
import { residentBytes } from "./processes.ts";
import { type Question, SLOW_READERS } from "./scenes.ts";
import type { Site } from "./targets.ts";

/** Measures one thing on a started server with nobody connected. */
export type Measure = (site: Site, seconds: number) => Promise<Figures>;

export const WARM_UP_SECONDS = 2;
/** Every socket is warm and whatever was needed to sign it in has been given back. */
const SETTLE_SECONDS = 8;
/** A fan-out to 5,000 happens ten times a second: its 99th percentile wants more rounds than throughput does. */
const SLOW_STRETCH = 4;

export function optionsFor(site: Site, seconds: number): Record<string, string | number> {
  return { port: site.port, tokens: site.tokens, seconds, "warm-up": WARM_UP_SECONDS };
}

export function throughput(mode: "w1" | "w2" | "w3"): Measure {
  return (site, seconds) => startLoad(mode, optionsFor(site, seconds)).report;
}

export const memoryOfSockets: Measure = async (site) => {
  const before = residentBytes(site.pid);
  const load = startLoad("w4", optionsFor(site, 0));
  await load.ready;
  await Bun.sleep(SETTLE_SECONDS * 1_000);
  const after = residentBytes(site.pid);
  load.release();
  const report = await load.report;
  const sockets = report.ready ?? 0;
  return {
    ...report,
    before_mb: before / 1e6,
    after_mb: after / 1e6,
    kb_per_socket: (after - before) / 1e3 / sockets,
  };
};

/** Pages of fifty messages, of a room or of what a search finds: one reader for how long, sixteen for how many. */
function pagesOf(mode: "w5" | "search", asked: Record<string, string | number>): Measure {
  return async (site, seconds) => {
    const readers = (senders: number) =>
      startLoad(mode, { ...optionsFor(site, seconds), ...asked, senders }).report;
    const one = await readers(1);
    const sixteen = await readers(16);
    return {
      page_p50_ms: one.page_p50_ms ?? 0,
      page_p99_ms: one.page_p99_ms ?? 0,
      pages_per_second: sixteen.pages_per_second ?? 0,
      incomplete: (one.incomplete ?? 0) + (sixteen.incomplete ?? 0),
      generator_cpu: sixteen.generator_cpu ?? 0,
    };
  };
}

export const pages: Measure = pagesOf("w5", {});

export function searches({ query, found, asker = 0 }: Question): Measure {
  return pagesOf("search", { query, "page-messages": found, "from-client": asker });
}

/** Deliveries to the quick readers, and how far the server grows from the moment that all are signed in. */
export function besideSlowReaders(slow: number): Measure {
  return async (site, seconds) => {
    const load = startLoad("slow", { ...optionsFor(site, seconds * SLOW_STRETCH), slow });
    await load.ready;
    const before = residentBytes(site.pid);
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, residentBytes(site.pid));
    }, 250);
    const report = await load.report.finally(() => clearInterval(watch));
    return {
      ...report,
      growth_mib: (most - before) / 2 ** 20,
      growth_per_slow_mib: (most - before) / 2 ** 20 / SLOW_READERS,
    };
  };
}

export const storm: Measure = (site, seconds) => startLoad("storm", optionsFor(site, seconds)).report;
