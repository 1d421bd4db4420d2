import { expect, test } from "bun:test";

import { endProcess, residentBytes } from "./processes.ts";

test.skipIf(process.platform !== "linux")(
  "BENCH-7 the memory of a process counts with that of what it started",
  async () => {
    const child = Bun.spawn(["sh", "-c", 'sleep 60 & trap "kill $!" TERM; echo started; wait'], {
      stdout: "pipe",
    });
    for await (const _ of child.stdout) break;
    const family = residentBytes(child.pid);
    const alone =
      Number(/^VmRSS:\s+(\d+)/m.exec(await Bun.file(`/proc/${child.pid}/status`).text())?.[1]) * 1024;
    expect(alone).toBeGreaterThan(0);
    expect(family).toBeGreaterThan(alone);
    await endProcess(child);
  },
);
