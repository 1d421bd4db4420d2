import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { outcomeOf } from "../testing/failures.ts";
import { seededBytes, testClock } from "../testing/store.ts";
import { bucketAt, freshBucket, swiftMissing } from "../testing/swift.ts";
import type { Files } from "./files.ts";
import { bucketFiles } from "./files-bucket.ts";
import { diskFiles } from "./files-disk.ts";
import type { Growing } from "./growing.ts";
import { bucketGrowing } from "./growing-bucket.ts";
import { diskGrowing } from "./growing-disk.ts";

/** Every form of the part keeps to the same. */
interface Form {
  growing: Growing;
  whole: Files;
}

const randomBytes = seededBytes("growing");
const forms: Record<string, (folder: string) => Promise<Form>> = {
  async disk(folder) {
    const whole = join(folder, "whole");
    const files = diskFiles({ folder: whole, clock: testClock(), randomBytes });
    return { growing: diskGrowing({ folder: join(folder, "growing"), whole }), whole: files };
  },
  async bucket() {
    const bucket = bucketAt(await freshBucket());
    const growing = bucketGrowing({ bucket, folder: "growing", whole: "whole", randomBytes });
    return { growing, whole: bucketFiles(bucket, "whole") };
  },
};

const body = (text: string) => new Blob([text]).stream();
const textAt = async (growing: Growing, from: number, length: number) =>
  new TextDecoder().decode(await growing.read("one", from, length));

for (const [name, open] of Object.entries(forms)) {
  describe.skipIf(name === "bucket" && swiftMissing)(`on ${name}`, () => {
    let folder: string;
    let growing: Growing;
    let whole: Files;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "parley-growing-"));
      ({ growing, whole } = await open(folder));
    });
    const wholeNames = async () => (await Array.fromAsync(whole.list())).map((each) => each.name);
    afterEach(() => rm(folder, { recursive: true, force: true }));

    test("FILES-3 it grows at its end, is read at any place, and becomes whole once", async () => {
      expect(await growing.size("one")).toBeNull();
      expect(await growing.append("one", body("hello "), { at: 0, most: 11 })).toBe(6);
      expect(await growing.append("one", body("world"), { at: 6, most: 11 })).toBe(11);
      expect([await growing.size("one"), await textAt(growing, 4, 4)]).toEqual([11, "o wo"]);
      expect(await textAt(growing, 9, 100)).toBe("ld");
      await growing.finish("one");
      await growing.finish("one");
      expect(await growing.size("one")).toBeNull();
      expect(await wholeNames()).toEqual(["one"]);
      expect(await new Response((await whole.get("one"))?.stream()).text()).toBe("hello world");
      expect(await Array.fromAsync(growing.list())).toEqual([]);
    });

    test("FILES-3 what came before it broke off, or was too much, is kept", async () => {
      let pulled = 0;
      const broken = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (pulled++ === 0) controller.enqueue(new TextEncoder().encode("hello"));
          else controller.error(new Error("cut"));
        },
      });
      await expect(growing.append("one", broken, { at: 0, most: 11 })).rejects.toThrow("cut");
      expect(await growing.size("one")).toBe(5);
      expect(await outcomeOf(growing.append("one", body(" world!"), { at: 5, most: 11 }))).toBe("too_large");
      expect(await growing.size("one")).toBe(5);
    });

    test("FILES-3 of two at once the later goes on", async () => {
      const begun = Promise.withResolvers<void>();
      const hanging = new ReadableStream<Uint8Array>({ pull: () => begun.resolve() }, { highWaterMark: 0 });
      const first = outcomeOf(growing.append("one", hanging, { at: 0, most: 5 }));
      await begun.promise;
      expect(await growing.append("one", body("hello"), { at: 0, most: 5 })).toBe(5);
      expect(await first).toBe("conflict");
      await growing.interrupt("one");
      expect(await textAt(growing, 0, 5)).toBe("hello");
    });

    test("FILES-2 no name leads elsewhere", async () => {
      for (const odd of ["../outside", "..", "", "a/b", "a.b"]) {
        await expect(growing.append(odd, body("x"), { at: 0, most: 1 })).rejects.toThrow(TypeError);
        await expect(growing.size(odd)).rejects.toThrow(TypeError);
        await expect(growing.finish(odd)).rejects.toThrow(TypeError);
        await expect(growing.delete(odd)).rejects.toThrow(TypeError);
      }
      expect(await readdir(folder)).toEqual([]);
    });

    test("FILES-3 what is larger than is held in memory is the same bytes", async () => {
      const bytes = new Uint8Array(20 * 2 ** 20).map((_, place) => (place * 31 + (place >> 12)) & 255);
      const [first, rest] = [bytes.subarray(0, 9_000_000), bytes.subarray(9_000_000)];
      const place = { most: bytes.length };
      expect(await growing.append("one", new Blob([first]).stream(), { at: 0, ...place })).toBe(first.length);
      expect(await growing.append("one", new Blob([rest]).stream(), { at: first.length, ...place })).toBe(
        bytes.length,
      );
      const across = await growing.read("one", 8 * 2 ** 20 - 10, 700_000);
      expect(Buffer.compare(across, bytes.subarray(8 * 2 ** 20 - 10, 8 * 2 ** 20 + 699_990))).toBe(0);
      await growing.finish("one");
      const kept = await new Response((await whole.get("one"))?.stream()).bytes();
      expect(Bun.hash(kept)).toBe(Bun.hash(bytes));
    });

    test("FILES-3 what is deleted, or was never there, is gone", async () => {
      await growing.append("one", body("x"), { at: 0, most: 2 });
      await growing.append("two", body("y"), { at: 0, most: 2 });
      expect((await Array.fromAsync(growing.list())).map((each) => each.name).sort()).toEqual(["one", "two"]);
      await growing.delete("one");
      await growing.delete("one");
      expect([await growing.size("one"), await growing.size("two")]).toEqual([null, 1]);
      await growing.finish("one");
      expect(await wholeNames()).toEqual([]);
    });
  });
}

describe("on disk", () => {
  test("FILES-1 only the server itself reads the folder", async () => {
    const folder = await mkdtemp(join(tmpdir(), "parley-growing-"));
    const { growing } = await (forms.disk as (folder: string) => Promise<Form>)(folder);
    await growing.append("one", body("x"), { at: 0, most: 1 });
    expect((await stat(join(folder, "growing"))).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, "growing", "one"))).mode & 0o777).toBe(0o600);
    await rm(folder, { recursive: true });
  });
});

describe.skipIf(swiftMissing)("in a bucket", () => {
  test("FILES-4 any node goes on with it; of parts at one place the longer counts", async () => {
    const place = await freshBucket();
    const nodes = ["one", "two"].map((seed) => {
      const bucket = bucketAt(place);
      return bucketGrowing({ bucket, folder: "growing", whole: "whole", randomBytes: seededBytes(seed) });
    }) as [Growing, Growing];
    expect(await nodes[0].append("one", body("hel"), { at: 0, most: 11 })).toBe(3);
    expect(await nodes[1].size("one")).toBe(3);
    const both = nodes.map((node, which) =>
      node.append("one", body(which === 0 ? "lo " : "lo world"), { at: 3, most: 11 }),
    );
    expect(await Promise.all(both)).toEqual([6, 11]);
    expect([await nodes[0].size("one"), await nodes[1].size("one")]).toEqual([11, 11]);
    await nodes[1].finish("one");
    await nodes[0].finish("one");
    const bucket = bucketAt(place);
    const kept = await bucketFiles(bucket, "whole").get("one");
    expect(await new Response(kept?.stream()).text()).toBe("hello world");
  });

  test("FILES-4 a store that cannot be used is told at the start, with what to mend", async () => {
    const place = await freshBucket();
    const checked = (change: object) => bucketAt({ ...place, ...change }).check();
    await checked({});
    await expect(checked({ bucket: "nowhere" })).rejects.toThrow("no bucket of the name in S3_BUCKET");
    await expect(checked({ secretAccessKey: "wrong" })).rejects.toThrow("S3_SECRET_ACCESS_KEY");
    await expect(checked({ endpoint: "http://127.0.0.1:9" })).rejects.toThrow("nothing answers");
  });

  test("FILES-4 while the store cannot be reached, that is said, and nothing is taken for gone", async () => {
    const place = { ...(await freshBucket()), endpoint: "http://127.0.0.1:9" };
    const bucket = bucketAt(place);
    const files = bucketFiles(bucket, "files");
    const growing = bucketGrowing({ bucket, folder: "growing", whole: "whole", randomBytes });
    const asked = [
      files.get("one"),
      files.put("one", new Uint8Array(1)),
      files.delete("one"),
      growing.size("one"),
      growing.append("one", body("x"), { at: 0, most: 1 }),
    ];
    expect(await Promise.all(asked.map(outcomeOf))).toEqual(asked.map(() => "unavailable"));
  });
});
