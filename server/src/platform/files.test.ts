import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededBytes, type TestClock, testClock } from "../testing/store.ts";
import { bucketAt, freshBucket, swiftMissing } from "../testing/swift.ts";
import type { Files } from "./files.ts";
import { bucketFiles } from "./files-bucket.ts";
import { diskFiles } from "./files-disk.ts";

interface Form {
  files: Files;
  clock: TestClock;
  folder: string;
}

/** Every form of the part keeps to the same. */
const forms: Record<string, () => Promise<Form>> = {
  async disk() {
    const folder = join(await mkdtemp(join(tmpdir(), "parley-files-")), "kept");
    const clock = testClock();
    return { folder, clock, files: diskFiles({ folder, clock, randomBytes: seededBytes("files") }) };
  },
  async bucket() {
    const folder = join(await mkdtemp(join(tmpdir(), "parley-files-")), "kept");
    const clock = testClock();
    const bucket = bucketAt(await freshBucket());
    return { folder, clock, files: bucketFiles(bucket, "files") };
  },
};

const bytes = (text: string) => new TextEncoder().encode(text);

for (const [name, open] of Object.entries(forms)) {
  describe.skipIf(name === "bucket" && swiftMissing)(`on ${name}`, () => {
    let form: Form;
    beforeEach(async () => {
      form = await open();
    });
    afterEach(() => rm(join(form.folder, ".."), { recursive: true, force: true }));

    const textOf = async (file: string) => {
      const found = await form.files.get(file);
      return found && new Response(found.stream()).text();
    };
    const listed = async () => (await Array.fromAsync(form.files.list())).map((each) => each.name).toSorted();

    test("FILES-1 what was put is there whole, until it is replaced or deleted", async () => {
      const { files } = form;
      expect(await textOf("one")).toBeNull();
      expect(await listed()).toEqual([]);
      await files.put("one", bytes("first"));
      await files.put("two", bytes(""));
      expect((await files.get("one"))?.size).toBe(5);
      expect([await textOf("one"), await textOf("two")]).toEqual(["first", ""]);
      await files.put("one", bytes("second"));
      expect(await textOf("one")).toBe("second");
      await files.delete("one");
      await files.delete("one");
      expect(await textOf("one")).toBeNull();
      expect(await listed()).toEqual(["two"]);
    });

    test("FILES-1 a part of it is read as well, up to its end", async () => {
      await form.files.put("one", bytes("hello world"));
      const found = await form.files.get("one");
      const part = (from: number, to: number) => new Response(found?.range(from, to)).text();
      expect([await part(0, 5), await part(4, 7), await part(9, 100)]).toEqual(["hello", "o w", "ld"]);
    });

    test("FILES-2 no name leads elsewhere", async () => {
      await writeFile(join(form.folder, "..", "outside"), "secret");
      await form.files.put("inside", bytes("1"));
      const names = ["../outside", "..", ".", "", "a/b", "a.b", ".hidden", "a\u0000b", "ä", "a".repeat(65)];
      for (const name of names) {
        await expect(form.files.get(name)).rejects.toThrow(TypeError);
        await expect(form.files.put(name, bytes("x"))).rejects.toThrow(TypeError);
        await expect(form.files.delete(name)).rejects.toThrow(TypeError);
      }
      expect(await readdir(join(form.folder, ".."))).not.toContain("a");
    });
  });
}

describe("on disk", () => {
  test("FILES-1 the list says when each was put there", async () => {
    const { files, clock, folder } = await (forms.disk as () => Promise<Form>)();
    await files.put("one", bytes("1"));
    clock.advance(60_000);
    await files.put("two", bytes("2"));
    const times = new Map((await Array.fromAsync(files.list())).map((each) => [each.name, each.at]));
    expect((times.get("two") ?? 0) - (times.get("one") ?? 0)).toBe(60_000);
    expect(times.get("two")).toBe(clock.now());
    await rm(join(folder, ".."), { recursive: true });
  });

  test("FILES-1 what was not written to its end is no file, and goes after an hour", async () => {
    const { files, clock, folder } = await (forms.disk as () => Promise<Form>)();
    await files.put("whole", bytes("all of it"));
    const draft = join(folder, "half.abc.part");
    await writeFile(draft, "half of");
    const { mtimeMs } = await stat(draft);
    clock.set(mtimeMs + 3_600_000);
    expect((await Array.fromAsync(files.list())).map(({ name }) => name)).toEqual(["whole"]);
    expect(await readdir(folder)).toContain("half.abc.part");
    clock.set(mtimeMs + 3_600_001);
    await Array.fromAsync(files.list());
    expect(await readdir(folder)).toEqual(["whole"]);
    await rm(join(folder, ".."), { recursive: true });
  });

  test("FILES-1 what could not be put there leaves nothing behind", async () => {
    const { files, folder } = await (forms.disk as () => Promise<Form>)();
    await mkdir(join(folder, "taken", "by-a-folder"), { recursive: true });
    await expect(files.put("taken", bytes("1"))).rejects.toThrow();
    expect(await readdir(folder)).toEqual(["taken"]);
    expect(await Array.fromAsync(files.list())).toEqual([]);
    await rm(join(folder, ".."), { recursive: true });
  });

  test("FILES-1 only the server itself reads the folder", async () => {
    const { files, folder } = await (forms.disk as () => Promise<Form>)();
    await files.put("one", bytes("1"));
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, "one"))).mode & 0o777).toBe(0o600);
    await rm(join(folder, ".."), { recursive: true });
  });
});
