import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const compiler = ["cc", "gcc", "clang"].find((name) => Bun.which(name) !== null);

/** Whether a library can be made and put before the system's here. */
export const canWatch = process.platform === "linux" && compiler !== undefined;

/** What fails: syncing the log, writing to it, or syncing the database file itself. */
export type DiskFault = "sync log" | "write log" | "sync database";

const letters = { "sync log": "s", "write log": "w", "sync database": "d" } as const;

export interface DiskWatch {
  /** For the server that is watched. */
  environment: Record<string, string>;
  /** What was seen, in order. */
  story(): { what: "write" | "sync" | "done" | "told"; token: number }[];
  fail(fault: DiskFault): void;
  heal(): void;
  remove(): void;
}

/** Builds the watch: see `disk-watch.c`. */
export function diskWatch(): DiskWatch {
  const folder = mkdtempSync(join(tmpdir(), "parley-watch-"));
  const library = join(folder, "disk-watch.so");
  const source = join(import.meta.dir, "disk-watch.c");
  const flags = ["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror"];
  const built = Bun.spawnSync([compiler ?? "cc", ...flags, "-o", library, source, "-ldl"]);
  if (built.exitCode !== 0) throw new Error(`the watch cannot be built:\n${built.stderr}`);
  const log = join(folder, "story");
  const fault = join(folder, "fault");
  return {
    environment: { LD_PRELOAD: library, DISK_WATCH_LOG: log, DISK_WATCH_FAULT: fault },
    story() {
      const lines = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
      return lines.map((line) => {
        const [what, token] = line.split(" ") as ["write", string | undefined];
        return { what, token: Number(token ?? -1) };
      });
    },
    fail: (what) => writeFileSync(fault, letters[what]),
    heal: () => rmSync(fault, { force: true }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
