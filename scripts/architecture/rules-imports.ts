import { type Finding, forbiddenImports, type Rule } from "./finding.ts";
import { chooser, dialectMount, engines, layerOf, mapped, sqlPlaces } from "./import-map.ts";
import { type Import, type Module, packageOf, testFile } from "./imports.ts";
import { lineAt } from "./source.ts";

const feature = /^(server|web)\/src\/features\/([^/]+)\//;
const dialect = /^server\/src\/api\/dialects\/([^/]+)\//;

/** Rules on what may import what, one import at a time. */
export const importRules: readonly Rule[] = [
  {
    id: "ARCH-1",
    says: "every source file has its place in the import map",
    find: (modules) =>
      modules
        .filter((module) => mapped.test(module.path) && !module.isTest && !layerOf(module.path))
        .map(({ path }) => ({
          path,
          line: 1,
          what: "belongs to no layer of scripts/architecture/import-map.ts",
        })),
  },
  {
    id: "ARCH-2",
    says: "imports follow the arrows of the import map",
    find: (modules) =>
      forbiddenImports(
        modules.filter((module) => !module.isTest),
        againstTheArrows,
      ),
  },
  {
    id: "ARCH-3",
    says: "a feature is imported by its face only",
    find: (modules) =>
      forbiddenImports(
        modules.filter((module) => !module.isTest),
        behindTheFace,
      ),
  },
  {
    id: "ARCH-4",
    says: "protocol imports nothing but zod and itself",
    find: (modules) =>
      forbiddenImports(
        modules.filter((module) => !module.isTest),
        (module, { target, specifier }) =>
          layerOf(module.path)?.packages !== undefined &&
          !target &&
          !layerOf(module.path)?.packages?.includes(packageOf(specifier)),
      ),
  },
  {
    id: "ARCH-5",
    says: "web never imports server",
    find: (modules) =>
      forbiddenImports(
        modules.filter(({ path }) => path.startsWith("web/")),
        (_module, { target }) => target?.startsWith("server/") === true,
      ),
  },
  {
    id: "ARCH-6",
    says: "only app.ts chooses between the forms of a platform part",
    find: (modules) =>
      forbiddenImports(
        modules.filter((module) => !module.isTest),
        choosesAForm,
      ),
  },
  {
    id: "ARCH-7",
    says: "only mount.ts knows the dialects",
    find: (modules) => forbiddenImports(modules, reachesIntoADialect),
  },
  {
    id: "ARCH-8",
    says: "SQL stays in rows, platform and schema",
    find: (modules) =>
      modules
        .filter(({ path, isTest }) => path.startsWith("server/src/") && !isTest && !sqlPlaces.test(path))
        .flatMap(sqlIn),
  },
];

function againstTheArrows(module: Module, { target, typeOnly }: Import): boolean {
  const from = layerOf(module.path);
  if (!from || !target) return false;
  if (testFile.test(target)) return true;
  const to = layerOf(target);
  if (!to) return /^(?:bench|e2e|scripts)\//.test(target);
  if (to === from || from.sees.includes(to.name)) return false;
  return !(typeOnly && from.seesTypes?.includes(to.name));
}

function behindTheFace(module: Module, { target }: Import): boolean {
  const [, where, noun] = feature.exec(target ?? "") ?? [];
  if (!target || !noun) return false;
  const own = feature.exec(module.path);
  if (own?.[1] === where && own?.[2] === noun) return false;
  // A screen puts together what a web feature offers; only features must not look into each other.
  if (where === "web" && !own) return false;
  return !new RegExp(`/features/${noun}/${noun}\\.tsx?$`).test(target);
}

function choosesAForm(module: Module, { target }: Import): boolean {
  if (module.path === chooser || !target?.startsWith("server/src/platform/")) return false;
  const form = formOf(target);
  return form !== undefined && formOf(module.path) !== form;
}

function formOf(path: string): string | undefined {
  if (!path.startsWith("server/src/platform/")) return undefined;
  const words = path.slice("server/src/platform/".length).split(/[/.-]/);
  return engines.find((engine) => words.includes(engine));
}

function reachesIntoADialect(module: Module, { target }: Import): boolean {
  const inner = dialect.exec(target ?? "")?.[1];
  return inner !== undefined && module.path !== dialectMount && dialect.exec(module.path)?.[1] !== inner;
}

const sqlMarks = /\bsql(?:<[^>`]*>)?`|\bBun\.SQL\b|\.(?:selectFrom|insertInto|updateTable|deleteFrom)\s*\(/g;

function sqlIn(module: Module): Finding[] {
  const packages = forbiddenImports([module], (_module, { specifier }) =>
    /^(?:kysely.*|bun:sqlite)$/.test(packageOf(specifier)),
  );
  const fromBun = [...module.code.masked.matchAll(/\bimport\s*\{[^}]*\bSQL\b[^}]*\}/g)];
  const marks = [...module.code.masked.matchAll(sqlMarks), ...fromBun];
  return [
    ...packages,
    ...marks.map((mark) => ({
      path: module.path,
      line: lineAt(module.text, mark.index),
      what: `${mark[0].split("\n")[0]} is SQL`,
    })),
  ];
}
