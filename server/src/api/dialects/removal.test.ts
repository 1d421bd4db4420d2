import { afterAll, expect, test } from "bun:test";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";

const root = resolve(import.meta.dir, "../../../..");
/** What is made, or fetched, and never written by hand. */
const made = new Set(["node_modules", "dist", "data", ".git", ".cache"]);
const workspaces = ["", "protocol", "server", "web", "e2e", "bench"];

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** The source as it is, beside the same packages. */
async function copyOfSource(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "parley-without-"));
  folders.push(copy);
  await cp(root, copy, { recursive: true, filter: (path) => path === root || !made.has(basename(path)) });
  for (const workspace of workspaces) {
    await symlink(join(root, workspace, "node_modules"), join(copy, workspace, "node_modules"));
  }
  return copy;
}

/** Takes out a dialect's folder, and its line with the import that it needs. */
async function removeDialect(copy: string, name: string): Promise<void> {
  const dialects = join(copy, "server/src/api/dialects");
  await rm(join(dialects, name), { recursive: true });
  const mount = Bun.file(join(dialects, "mount.ts"));
  const lines = (await mount.text()).split("\n");
  const line = lines.find((each) => each.includes(`"./${name}/dialect.ts"`)) ?? "";
  const local = /import \{ (\w+) \}/.exec(line)?.[1] ?? "";
  const kept = lines.filter((each) => each !== line && !each.trim().startsWith(`${local},`));
  expect(kept).toHaveLength(lines.length - 2);
  await Bun.write(mount, kept.join("\n"));
}

async function run(folder: string, ...words: string[]): Promise<string> {
  const child = Bun.spawn([process.execPath, ...words], {
    cwd: folder,
    stdout: "pipe",
    stderr: "pipe",
    env: process.env,
  });
  const [output, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return (await child.exited) === 0 ? "" : `${output}\n${errors}`.slice(-4_000);
}

test("DIALECT-11 without one dialect everything else is green", async () => {
  const copy = await copyOfSource();
  await removeDialect(copy, "chat-service");
  await rm(join(copy, "server/src/api/dialects/removal.test.ts"));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  expect(await run(copy, tsc, "--noEmit", "-p", "tsconfig.json")).toBe("");
  const tests = [
    "./server/src/api/dialects/",
    "./server/src/api/openapi.test.ts",
    "./server/src/api/pages.test.ts",
  ];
  expect(await run(copy, "test", "--timeout=60000", "./architecture.test.ts", ...tests)).toBe("");
}, 300_000);
