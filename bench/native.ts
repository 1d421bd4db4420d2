import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { CORES } from "./processes.ts";

const here = import.meta.dir;
const built = join(here, "dist");

export const floorProgram = join(built, "floor");
const loadProgram = join(built, "load");

function sourcesIn(folder: string): string[] {
  return readdirSync(join(here, folder))
    .filter((name) => name.endsWith(".c"))
    .map((name) => join(here, folder, name));
}

async function compile(output: string, sources: string[]): Promise<void> {
  const child = Bun.spawn(
    ["cc", "-O2", "-std=gnu11", "-Wall", "-Wextra", "-D_GNU_SOURCE", "-o", output, ...sources],
    { stdout: "inherit", stderr: "inherit" },
  );
  if ((await child.exited) !== 0) throw new Error(`cc could not make ${output}`);
}

export async function compilePrograms(): Promise<void> {
  mkdirSync(built, { recursive: true });
  await compile(floorProgram, [join(here, "floor.c"), ...sourcesIn("wire")]);
  await compile(loadProgram, [join(here, "load.c"), ...sourcesIn("load"), ...sourcesIn("wire")]);
}

export type Figures = Record<string, number>;

export interface Load {
  /** Resolves once every connection is signed in. */
  ready: Promise<void>;
  /** What the generator measured. */
  report: Promise<Figures>;
  /** Ends a load that only holds its sockets. */
  release(): void;
}

function numbersOf(line: string): Figures {
  const fields = Object.entries(JSON.parse(line) as Record<string, unknown>);
  return Object.fromEntries(
    fields.filter((field): field is [string, number] => typeof field[1] === "number"),
  );
}

/** Starts the generator. Its first line says that it is connected, its last what it measured. */
export function startLoad(mode: string, options: Record<string, string | number>): Load {
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = Bun.spawn(["taskset", "-c", CORES.generator, loadProgram, mode, ...words], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const ready = Promise.withResolvers<void>();
  // whoever waits only for the report learns of a failure there, and the other way round
  ready.promise.catch(() => undefined);
  const report = (async () => {
    let last = "";
    let rest = "";
    const decoder = new TextDecoder();
    for await (const bytes of child.stdout) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      if (lines.length > 0) ready.resolve();
      last = lines.at(-1) ?? last;
    }
    const code = await child.exited;
    const failure = new Error(`the load generator ended with ${code} in ${mode}`);
    ready.reject(failure);
    if (code !== 0) throw failure;
    return numbersOf(last);
  })();
  report.catch(() => undefined);
  return { ready: ready.promise, report, release: () => child.stdin.end() };
}
