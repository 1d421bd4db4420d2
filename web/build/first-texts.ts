import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Code that a browser loads with `entry`: whatever is imported there by a statement, and by those in turn. */
async function sourcesFrom(entry: string): Promise<string[]> {
  const transpiler = new Bun.Transpiler({ loader: "tsx" });
  const sources = new Map<string, string>();
  const open = [entry];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (sources.has(path)) continue;
    const code = await readFile(path, "utf8");
    sources.set(path, code);
    for (const { kind, path: name } of transpiler.scanImports(code)) {
      if (kind === "import-statement" && /^\.{1,2}\/.*\.tsx?$/.test(name))
        open.push(join(dirname(path), name));
    }
  }
  return [...sources.values()];
}

/**
 * Tells which texts may be shown before a later part has come. A text is named in the code that shows it, whole
 * (`"rooms.title"`) or by what its name begins with (`rooms.kind.${kind}`).
 */
export async function firstTexts(entry: string): Promise<(id: string) => boolean> {
  const code = (await sourcesFrom(entry)).join("\n");
  const whole = new Set([...code.matchAll(/["`]([a-z]\w*(?:\.\w+)+)["`]/gi)].map(([, id = ""]) => id));
  const begins = [...code.matchAll(/`((?:\w+\.)+)\$\{/g)].map(([, begin = ""]) => begin);
  return (id) => whole.has(id) || begins.some((begin) => id.startsWith(begin));
}
