import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";

export interface Machine {
  processor: string;
  cores: number;
  memory: string;
  system: string;
  kernel: string;
  runtime: string;
  /** Appends of 4 KiB, each synced, a second, on the disk that holds the data folders. */
  syncs: number;
}

function appendsSyncedPerSecond(folder: string): number {
  const path = join(folder, "sync-rate");
  const file = openSync(path, "w");
  const page = new Uint8Array(4096);
  const started = performance.now();
  let count = 0;
  while (performance.now() - started < 1_000) {
    writeSync(file, page);
    fdatasyncSync(file);
    count += 1;
  }
  closeSync(file);
  rmSync(path);
  return Math.round((count * 1_000) / (performance.now() - started));
}

function systemName(): string {
  const release = readFileSync("/etc/os-release", "utf8");
  return /^PRETTY_NAME="?([^"\n]*)/m.exec(release)?.[1] ?? "Linux";
}

export function describeMachine(folder: string): Machine {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: systemName(),
    kernel: release(),
    runtime: `Bun ${Bun.version}`,
    syncs: appendsSyncedPerSecond(folder),
  };
}
