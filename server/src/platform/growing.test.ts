import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { outcomeOf } from "../testing/failures.ts";
import type { Growing } from "./growing.ts";
import { diskGrowing } from "./growing-disk.ts";

/** Every form of the part keeps to the same. */
const forms: Record<string, (folder: string) => Growing> = {
  disk: (folder) => diskGrowing({ folder: join(folder, "growing"), whole: join(folder, "whole") }),
};

const body = (text: string) => new Blob([text]).stream();
const textAt = async (growing: Growing, from: number, length: number) =>
  new TextDecoder().decode(await growing.read("one", from, length));

for (const [name, open] of Object.entries(forms)) {
  describe(`on ${name}`, () => {
    let folder: string;
    let growing: Growing;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "parley-growing-"));
      growing = open(folder);
    });
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
      expect(await readdir(join(folder, "whole"))).toEqual(["one"]);
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

    test("FILES-1 only the server itself reads the folder", async () => {
      await growing.append("one", body("x"), { at: 0, most: 1 });
      expect((await stat(join(folder, "growing"))).mode & 0o777).toBe(0o700);
      expect((await stat(join(folder, "growing", "one"))).mode & 0o777).toBe(0o600);
    });
  });
}
