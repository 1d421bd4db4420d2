import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LockError, lockPlace, requireLocalFolder } from "./lock.ts";

const folder = mkdtempSync(join(tmpdir(), "parley-lock-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Another process that takes the lock and holds it until it is killed. */
async function holder(place: string) {
  const code = `
    const { lockPlace } = await import(${JSON.stringify(join(import.meta.dir, "lock.ts"))});
    lockPlace(${JSON.stringify(place)}, "the data");
    console.log("held");
    await new Promise(() => setInterval(() => {}, 1000));`;
  const child = Bun.spawn([process.execPath, "-e", code], { stdout: "pipe", stderr: "inherit" });
  const { value } = await child.stdout.getReader().read();
  expect(new TextDecoder().decode(value)).toContain("held");
  return child;
}

describe("the lock", () => {
  test("CONFIG-5 a second process is refused, and told who has it", async () => {
    const place = join(folder, "second");
    const child = await holder(place);
    expect(() => lockPlace(place, "the data in x")).toThrow(
      new LockError(`another server (process ${child.pid}) is using the data in x: stop it first`),
    );
    child.kill("SIGKILL");
    await child.exited;
  });

  test("CONFIG-5 whoever holds it may die as it likes: nothing stale is left", async () => {
    const place = join(folder, "killed");
    const child = await holder(place);
    child.kill("SIGKILL");
    await child.exited;
    expect(existsSync(`${place}.pid`)).toBe(true);
    const release = lockPlace(place, "the data");
    release();
  });

  test("CONFIG-5 it is refused inside one process too, and can be taken again once given back", () => {
    const place = join(folder, "again");
    const release = lockPlace(place, "the data");
    expect(() => lockPlace(place, "the data")).toThrow(LockError);
    // A refusal must not loosen what is held.
    expect(() => lockPlace(place, "the data")).toThrow(LockError);
    release();
    lockPlace(place, "the data")();
    expect(existsSync(`${place}.pid`)).toBe(false);
  });

  test("CONFIG-5 different places do not disturb each other", () => {
    const releases = ["one", "two"].map((name) => lockPlace(join(folder, name), "the data"));
    for (const release of releases) release();
  });
});

describe("the disk", () => {
  test("CONFIG-6 network drives are refused by name, local ones are not", () => {
    for (const [kind, name] of [
      [0x6969, "NFS"],
      [0xff534d42, "CIFS"],
      [0xfe534d42, "SMB"],
    ] as const) {
      expect(() => requireLocalFolder("/mnt/share", () => kind)).toThrow(
        new RegExp(`network drive \\(${name}\\)`),
      );
    }
    expect(() => requireLocalFolder("/data", () => 0xef53)).not.toThrow();
    expect(() => requireLocalFolder(folder)).not.toThrow();
  });
});
