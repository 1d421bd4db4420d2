import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";

interface ProcessInfo {
  type: string;
  id: number;
}

/** Memory of a process that nothing else shares, in megabytes: what the browser's own task manager shows. */
function privateMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kilobytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
  return ((kilobytes("RssAnon") + kilobytes("VmSwap")) * 1024) / 1e6;
}

/** The page's renderer is the largest one: the others have nothing to show. */
export async function rendererMegabytes(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = (await session.send("SystemInfo.getProcessInfo")) as { processInfo: ProcessInfo[] };
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === "renderer");
  return Math.max(...renderers.map(({ id }) => privateMegabytes(id)));
}

/** What the page's scripts hold when nothing is left to collect, in megabytes. */
export async function heapMegabytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = (await session.send("Runtime.getHeapUsage")) as { usedSize: number };
  await session.detach();
  return usedSize / 1e6;
}
