import { Database as File } from "bun:sqlite";
import { mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** In words for the person who runs the server. */
export class LockError extends Error {
  override readonly name = "LockError";
}

/**
 * Takes a place for this process alone, and answers how to give it back. What is held is SQLite's own exclusive lock on
 * an empty file: the system takes it away whenever and however the process ends, so that nothing stale is ever left.
 */
export function lockPlace(place: string, what: string): () => void {
  const holder = `${place}.pid`;
  mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
  const file = new File(`${place}.lock`, { create: true });
  try {
    file.run("PRAGMA journal_mode=MEMORY");
    file.run("BEGIN EXCLUSIVE");
  } catch (error) {
    file.close();
    if ((error as { code?: unknown }).code !== "SQLITE_BUSY") throw error;
    throw new LockError(`another server${named(holder)} is using ${what}: stop it first`);
  }
  // For people only: who holds the lock is decided by the lock.
  writeFileSync(holder, `${process.pid}\n`);
  return () => {
    rmSync(holder, { force: true });
    file.close();
  };
}

function named(holder: string): string {
  try {
    return ` (process ${readFileSync(holder, "utf8").trim()})`;
  } catch {
    return "";
  }
}

/** The kinds of file system on which locks or shared memory cannot be trusted, as Linux numbers them. */
const networkKinds = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB"],
  [0x5346414f, "AFS"],
  [0x6b414653, "AFS"],
  [0x564c, "NCP"],
  [0x00c36400, "Ceph"],
  [0x0bd00bd0, "Lustre"],
]);

/** Refuses a folder on another machine, on which SQLite can lose what it has acknowledged. */
export function requireLocalFolder(
  folder: string,
  kindOf: (path: string) => number = kindOfFileSystem,
): void {
  const kind = networkKinds.get(kindOf(folder));
  if (kind === undefined) return;
  throw new LockError(
    `${folder} is on a network drive (${kind}), where SQLite is not safe: use a local disk, or PostgreSQL`,
  );
}

function kindOfFileSystem(path: string): number {
  // Only Linux tells the kind by a number that means something.
  return process.platform === "linux" ? statfsSync(path).type : 0;
}
