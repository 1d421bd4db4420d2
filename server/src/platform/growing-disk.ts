import { constants, type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { ChatError } from "@parley/protocol/errors";
import { requireFileName } from "./files.ts";
import { diskFull, isFull, listFolder, orNothing, syncFolder } from "./files-disk.ts";
import type { Growing } from "./growing.ts";

export interface DiskGrowingOptions {
  folder: string;
  /** The folder of the whole files, on the same disk. */
  whole: string;
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** What is being put at a place now. */
interface Underway {
  reader: Reader;
  isInterrupted: boolean;
  done: Promise<unknown>;
}

/** Growing files in one folder. Several nodes share them when they share both folders. */
export function diskGrowing({ folder, whole }: DiskGrowingOptions): Growing {
  const underway = new Map<string, Underway>();
  const pathOf = (name: string, place = folder) => {
    requireFileName(name);
    return join(place, name);
  };
  const interrupt = async (name: string) => {
    const before = underway.get(name);
    if (!before) return;
    before.isInterrupted = true;
    await before.reader.cancel().catch(() => undefined);
    await before.done.catch(() => undefined);
  };
  return {
    interrupt,
    async size(name) {
      return (await stat(pathOf(name)).catch(orNothing))?.size ?? null;
    },
    async append(name, body, place) {
      const path = pathOf(name);
      await interrupt(name);
      const { promise, resolve } = Promise.withResolvers<void>();
      const own: Underway = { reader: body.getReader(), isInterrupted: false, done: promise };
      underway.set(name, own);
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        return await written(path, own, place);
      } finally {
        if (underway.get(name) === own) underway.delete(name);
        resolve();
      }
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

async function written(path: string, own: Underway, place: { at: number; most: number }): Promise<number> {
  const file = await open(path, constants.O_CREAT | constants.O_RDWR, 0o600);
  try {
    return await write(file, own, place);
  } catch (error) {
    throw isFull(error) ? diskFull() : error;
  } finally {
    await file.sync().finally(() => file.close());
  }
}

async function write(
  file: FileHandle,
  own: Underway,
  { at, most }: { at: number; most: number },
): Promise<number> {
  for (let place = at; ; ) {
    const { done, value } = await own.reader.read();
    if (own.isInterrupted) throw new ChatError("conflict", "another request goes on with this");
    if (done) return place;
    if (place + value.length > most) throw tooMuch(own.reader);
    for (let from = 0; from < value.length; ) {
      const { bytesWritten } = await file.write(value, from, value.length - from, place + from);
      from += bytesWritten;
    }
    place += value.length;
  }
}

function tooMuch(reader: Reader): ChatError {
  reader.cancel().catch(() => undefined);
  return new ChatError("too_large", "this is more than was announced");
}
