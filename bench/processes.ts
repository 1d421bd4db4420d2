import { readdirSync, readFileSync } from "node:fs";

function statusOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return undefined; // it ended between the listing and the reading
  }
}

function numberOf(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
}

/** Resident bytes of a process and of everything it started. */
export function residentBytes(root: number): number {
  const parents = new Map<number, { parent: number; bytes: number }>();
  for (const name of readdirSync("/proc")) {
    const status = /^\d+$/.test(name) ? statusOf(Number(name)) : undefined;
    if (status === undefined) continue;
    parents.set(Number(name), {
      parent: numberOf(status, "PPid"),
      bytes: numberOf(status, "VmRSS") * 1024,
    });
  }
  let total = 0;
  for (const [pid, { bytes }] of parents) {
    let ancestor: number | undefined = pid;
    while (ancestor && ancestor !== root) ancestor = parents.get(ancestor)?.parent;
    if (ancestor === root) total += bytes;
  }
  return total;
}

/** Which core a process may run on, so that server and generator never share one. */
export const CORES = { server: "0", generator: "1" } as const;

/** Ends a process politely, and after a while not politely. */
export async function endProcess(child: Bun.Subprocess): Promise<void> {
  child.kill("SIGTERM");
  const patience = setTimeout(() => child.kill("SIGKILL"), 15_000);
  await child.exited;
  clearTimeout(patience);
}

async function waitUntilReady(
  child: Bun.Subprocess,
  name: string,
  isReady: () => Promise<boolean>,
): Promise<void> {
  const limit = performance.now() + 60_000;
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode} before it was ready`);
    if (performance.now() > limit) throw new Error(`${name} was not ready within a minute`);
    await Bun.sleep(20);
  }
}

/** Asks again until the answer is yes. A process that does not get ready within a minute is ended. */
export async function untilReady(
  child: Bun.Subprocess,
  name: string,
  isReady: () => Promise<boolean>,
): Promise<void> {
  try {
    await waitUntilReady(child, name, isReady);
  } catch (error) {
    await endProcess(child);
    throw error;
  }
}
