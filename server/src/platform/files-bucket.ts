import type { Bucket } from "./bucket.ts";
import { type Files, fileName, requireFileName } from "./files.ts";

/** Files in one folder of a bucket, which any number of nodes share. */
export function bucketFiles(bucket: Bucket, folder: string): Files {
  const keyOf = (name: string) => {
    requireFileName(name);
    return `${folder}/${name}`;
  };
  return {
    async put(name, bytes) {
      await bucket.put(keyOf(name), bytes);
    },
    async get(name) {
      const key = keyOf(name);
      const size = await bucket.size(key);
      if (size === null) return null;
      const range = (from: number, to: number) => bucket.stream(key, from, Math.min(to, size));
      return { size, stream: () => range(0, size), range };
    },
    async delete(name) {
      await bucket.delete(keyOf(name));
    },
    async *list() {
      for await (const { name, at } of bucket.list(folder)) if (fileName.test(name)) yield { name, at };
    },
  };
}
