import { constants, type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { requireFileName } from "./files.ts";
import { diskFull, isFull, listFolder, orNothing, syncFolder } from "./files-disk.ts";
import type { Growing } from "./growing.ts";
import { Turns } from "./growing-turns.ts";

export interface DiskGrowingOptions {
  folder: string;
  /** The folder of the whole files, on the same disk. */
  whole: string;
}

/** Growing files in one folder. Several nodes share them when they share both folders. */
export function diskGrowing({ folder, whole }: DiskGrowingOptions): Growing {
  const turns = new Turns();
  const pathOf = (name: string, place = folder) => {
    requireFileName(name);
    return join(place, name);
  };
  return {
    interrupt: (name) => turns.interrupt(name),
    async size(name) {
      return (await stat(pathOf(name)).catch(orNothing))?.size ?? null;
    },
    async append(name, body, place) {
      const path = pathOf(name);
      return turns.take(name, body, place, async (pieces) => {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        return await written(path, pieces, place.at);
      });
    },
    async read(name, from, length) {
      return Bun.file(pathOf(name))
        .slice(from, from + length)
        .bytes();
    },
    async finish(name) {
      const [from, to] = [pathOf(name), pathOf(name, whole)];
      await mkdir(whole, { recursive: true, mode: 0o700 });
      await rename(from, to).catch(orNothing);
      await syncFolder(whole);
    },
    async delete(name) {
      await rm(pathOf(name), { force: true });
    },
    list: () => listFolder(folder),
  };
}

async function written(path: string, pieces: AsyncIterable<Uint8Array>, at: number): Promise<number> {
  const file = await open(path, constants.O_CREAT | constants.O_RDWR, 0o600);
  try {
    let place = at;
    for await (const piece of pieces) {
      await writeAll(file, piece, place);
      place += piece.length;
    }
    return place;
  } catch (error) {
    throw isFull(error) ? diskFull() : error;
  } finally {
    await file.sync().finally(() => file.close());
  }
}

async function writeAll(file: FileHandle, piece: Uint8Array, place: number): Promise<void> {
  for (let from = 0; from < piece.length; ) {
    const { bytesWritten } = await file.write(piece, from, piece.length - from, place + from);
    from += bytesWritten;
  }
}
