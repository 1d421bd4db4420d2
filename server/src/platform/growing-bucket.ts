import type { Bucket, BucketEntry } from "./bucket.ts";
import { requireFileName } from "./files.ts";
import type { Growing } from "./growing.ts";
import { Turns } from "./growing-turns.ts";

/** Bytes that are held before they are put there together. */
const partBytes = 8 * 2 ** 20;
/** Digits of a place in a key, so that keys are in the order of places. */
const digits = 15;

export interface BucketGrowingOptions {
  bucket: Bucket;
  folder: string;
  /** The folder of the whole files. */
  whole: string;
  randomBytes: (length: number) => Uint8Array;
}

interface Part {
  key: string;
  from: number;
  to: number;
}

/**
 * Growing files in a bucket, where nothing can be added to what is there: each file is a row of parts, of which any node
 * puts the next. Two nodes that do so at once may each put one at the same place; the bytes are the same upload's, and
 * the longer one is taken. Once all is there it is written anew as one object.
 */
export function bucketGrowing({ bucket, folder, whole, randomBytes }: BucketGrowingOptions): Growing {
  const turns = new Turns();
  const all = async (name: string) => {
    requireFileName(name);
    return Array.fromAsync(bucket.list(folder, `${name}/`));
  };
  const row = async (name: string) => rowOf(folder, await all(name));
  const put = async (name: string, from: number, pieces: readonly Uint8Array[]) => {
    const bytes = Buffer.concat(pieces);
    if (bytes.length === 0) return;
    const random = Buffer.from(randomBytes(6)).toString("base64url");
    const part = [from, bytes.length].map((number) => String(number).padStart(digits, "0"));
    await bucket.put(`${folder}/${name}/${[...part, random].join(".")}`, bytes);
  };
  const clear = async (name: string) => {
    for (const { name: rest } of await all(name)) await bucket.delete(`${folder}/${rest}`);
  };
  return {
    interrupt: (name) => turns.interrupt(name),
    size: async (name) => (await row(name)).at(-1)?.to ?? null,
    async append(name, body, place) {
      requireFileName(name);
      return turns.take(name, body, place, (pieces) =>
        inParts(pieces, place.at, (from, held) => put(name, from, held)),
      );
    },
    async read(name, from, length) {
      const parts = (await row(name)).filter((part) => part.to > from && part.from < from + length);
      const read = parts.map((part) =>
        bucket.read(part.key, Math.max(from - part.from, 0), Math.min(from + length, part.to) - part.from),
      );
      return Buffer.concat((await Promise.all(read)).map((bytes) => bytes ?? new Uint8Array()));
    },
    async finish(name) {
      const parts = await row(name);
      if (parts.length === 0) return;
      await bucket.putAll(`${whole}/${name}`, bytesOf(bucket, parts));
      await clear(name);
    },
    delete: clear,
    list: () => newest(bucket.list(folder)),
  };
}

/** The parts that follow one another from the beginning, the longest at each place. */
function rowOf(folder: string, entries: readonly BucketEntry[]): Part[] {
  const longest = new Map<number, Part>();
  for (const { name, size } of entries) {
    const from = Number(name.slice(name.indexOf("/") + 1).split(".")[0]);
    const part = { key: `${folder}/${name}`, from, to: from + size };
    if (part.to > (longest.get(from)?.to ?? from)) longest.set(from, part);
  }
  const row: Part[] = [];
  for (let part = longest.get(0); part; part = longest.get(part.to)) row.push(part);
  return row;
}

/** Answers the place that was reached. What came before something failed is put there first. */
async function inParts(
  pieces: AsyncIterable<Uint8Array>,
  at: number,
  put: (from: number, held: readonly Uint8Array[]) => Promise<void>,
): Promise<number> {
  let [from, place] = [at, at];
  let held: Uint8Array[] = [];
  const flush = async () => {
    await put(from, held);
    [from, held] = [place, []];
  };
  try {
    for await (const piece of pieces) {
      // A copy: whoever sends may use its memory again.
      held.push(piece.slice());
      place += piece.length;
      if (place - from >= partBytes) await flush();
    }
  } finally {
    await flush();
  }
  return place;
}

async function* bytesOf(bucket: Bucket, parts: readonly Part[]): AsyncIterable<Uint8Array> {
  for (const { key, from, to } of parts) {
    const bytes = await bucket.read(key, 0, to - from);
    if (bytes?.length !== to - from) throw new Error("a part of an upload is not there");
    yield bytes;
  }
}

/** Each file once, as old as the last that was added to it. */
async function* newest(parts: AsyncIterable<BucketEntry>): AsyncIterable<{ name: string; at: number }> {
  let current = { name: "", at: 0 };
  for await (const { name: rest, at } of parts) {
    const name = rest.slice(0, rest.indexOf("/"));
    if (name === current.name) current.at = Math.max(current.at, at);
    else {
      if (current.name) yield current;
      current = { name, at };
    }
  }
  if (current.name) yield current;
}
