import { describe, expect, test } from "bun:test";
import { type Module, readModule } from "./scripts/architecture/imports.ts";
import { type Planted, plants } from "./scripts/architecture/plants.ts";
import { findingsOf, rules } from "./scripts/architecture/rules.ts";

const sources = new Bun.Glob("{protocol,server,web,e2e,bench,scripts}/**/*.{ts,tsx,mjs}");
const notOurs = /(?:^|\/)(?:node_modules|dist|test-output)\//;

async function repository(): Promise<Module[]> {
  const paths = [...sources.scanSync({ cwd: import.meta.dir }), "architecture.test.ts"];
  const own = paths.map((path) => path.replaceAll("\\", "/")).filter((path) => !notOurs.test(path));
  const read = async (path: string) =>
    readModule({ path, text: await Bun.file(`${import.meta.dir}/${path}`).text() });
  return Promise.all(own.sort().map(read));
}

function modulesOf(planted: Planted): Module[] {
  return Object.entries(planted).map(([path, text]) => readModule({ path, text }));
}

/** What the transform of JSX adds by itself. */
function isOfJsx({ path, kind }: Bun.Import): boolean {
  return path.includes("jsx") || (path === "react" && kind === "require-call");
}

const modules = await repository();

describe("the repository keeps its shape", () => {
  test("ARCH-0 the repository's files are found", () => {
    const paths = modules.map(({ path }) => path);
    expect(paths).toContain("protocol/src/contract.ts");
    expect(paths).toContain("server/src/context.ts");
  });

  test("ARCH-0 every import that Bun sees is seen", () => {
    const missed = modules.flatMap(({ path, text, imports }) => {
      const scanned = new Bun.Transpiler({ loader: path.endsWith("x") ? "tsx" : "ts" }).scanImports(text);
      const seen = new Set(imports.map(({ specifier }) => specifier));
      return scanned
        .filter((found) => !isOfJsx(found) && !seen.has(found.path))
        .map((found) => [path, found]);
    });
    expect(missed).toEqual([]);
  });

  for (const rule of rules) {
    test(`${rule.id} ${rule.says}`, () => {
      expect(findingsOf(rule, modules)).toEqual([]);
    });
  }
});

describe("each rule catches what is planted against it", () => {
  for (const rule of rules) {
    test(`${rule.id} can fail`, () => {
      const planted = plants[rule.id];
      expect(planted?.caught.filter((files) => findingsOf(rule, modulesOf(files)).length === 0)).toEqual([]);
      expect(planted?.passed.filter((files) => findingsOf(rule, modulesOf(files)).length > 0)).toEqual([]);
    });
  }
});
