import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SmallDisk {
  folder: string;
  /** Takes all the room there is. */
  fill(): void;
  /** Gives it back. */
  free(): void;
  remove(): void;
}

/** A disk of its own, of so many megabytes; null where this process may not mount one. */
export function smallDisk(megabytes: number): SmallDisk | null {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return null;
  const folder = mkdtempSync(join(tmpdir(), "parley-disk-"));
  const mounted = Bun.spawnSync([
    "mount",
    "-t",
    "tmpfs",
    "-o",
    `size=${megabytes}m,mode=700`,
    "tmpfs",
    folder,
  ]);
  if (mounted.exitCode !== 0) {
    rmSync(folder, { recursive: true });
    return null;
  }
  const ballast = join(folder, "ballast");
  return {
    folder,
    fill() {
      const file = openSync(ballast, "a");
      const block = new Uint8Array(4_096);
      try {
        while (statfsSync(folder).bavail > 0) writeSync(file, block);
      } catch (error) {
        if ((error as { code?: string }).code !== "ENOSPC") throw error;
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(ballast, { force: true }),
    remove() {
      Bun.spawnSync(["umount", folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whether this machine lets a test have a disk of its own. */
export const canMount = mayMount();

function mayMount(): boolean {
  const disk = smallDisk(1);
  disk?.remove();
  return disk !== null;
}
