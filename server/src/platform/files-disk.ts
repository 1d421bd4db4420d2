import { mkdir, open, opendir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { ChatError } from "@parley/protocol/errors";
import type { Clock } from "./clock.ts";
import { type Files, fileName, type ListedFile, requireFileName } from "./files.ts";

/** What is being written; no name of a file has a dot. */
const unfinished = ".part";
/** Milliseconds after which what was not finished never will be. */
const givenUpAfter = 3_600_000;

export interface DiskFilesOptions {
  folder: string;
  clock: Clock;
  randomBytes: (length: number) => Uint8Array;
}

/** Files in one folder. Several nodes share them when they share the folder. */
export function diskFiles({ folder, clock, randomBytes }: DiskFilesOptions): Files {
  const pathOf = (name: string) => {
    requireFileName(name);
    return join(folder, name);
  };
  return {
    async put(name, bytes) {
      const path = pathOf(name);
      const draft = `${path}.${Buffer.from(randomBytes(6)).toString("base64url")}${unfinished}`;
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeSynced(draft, bytes, clock.now());
        await rename(draft, path);
        await syncFolder(folder);
      } catch (error) {
        await rm(draft, { force: true });
        throw isFull(error) ? diskFull() : error;
      }
    },
    async get(name) {
      const file = Bun.file(pathOf(name));
      if (!(await file.exists())) return null;
      const range = (from: number, to: number) => file.slice(from, to).stream();
      return { size: file.size, stream: () => file.stream(), range };
    },
    async delete(name) {
      await rm(pathOf(name), { force: true });
    },
    list: () => filesIn(folder, clock),
  };
}

async function* filesIn(folder: string, clock: Clock): AsyncIterable<ListedFile> {
  for await (const { name, at } of listFolder(folder)) {
    if (fileName.test(name)) yield { name, at };
    else if (name.endsWith(unfinished) && clock.now() - at > givenUpAfter) {
      await rm(join(folder, name), { force: true });
    }
  }
}

/** Every file in a folder, whatever its name; nothing where there is no such folder. */
export async function* listFolder(folder: string): AsyncIterable<ListedFile> {
  const entries = await opendir(folder).catch(orNothing);
  if (!entries) return;
  for await (const { name } of entries) {
    const found = await stat(join(folder, name)).catch(orNothing);
    if (found?.isFile()) yield { name, at: found.mtimeMs };
  }
}

async function writeSynced(path: string, bytes: Uint8Array, now: number): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(bytes);
    await file.utimes(now / 1_000, now / 1_000);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A name is on the disk only once its folder is. */
export async function syncFolder(folder: string): Promise<void> {
  const opened = await open(folder, "r");
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

/** What is not there, or no more. */
export function orNothing(error: unknown): null {
  if ((error as { code?: unknown }).code === "ENOENT") return null;
  throw error;
}

export function isFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes(String((error as { code?: unknown }).code));
}

export function diskFull(): ChatError {
  return new ChatError("unavailable", "the disk is full: nothing can be stored until there is room", {
    after: 5,
  });
}
