import type { Finding, Rule } from "./finding.ts";
import { type Import, type Module, packageOf } from "./imports.ts";

/** From each unit (a file, a feature) the units it imports. */
type Graph = Map<string, Set<string>>;

/** Rules on where imports lead together. */
export const graphRules: readonly Rule[] = [
  {
    id: "ARCH-9",
    says: "no circle of imports between files",
    // A type leaves no trace in what runs, so it closes no circle there.
    find: (modules) => circles(graphOf(modules, (path) => path, isRuntime)),
  },
  {
    id: "ARCH-10",
    says: "no circle between features, not even of types",
    find: (modules) =>
      circles(
        graphOf(
          modules.filter(({ isTest }) => !isTest),
          featureOf,
          () => true,
        ),
      ),
  },
  {
    id: "ARCH-11",
    says: "zod does not reach the web client: of protocol files that use it, it takes types only",
    find: zodInTheClient,
  },
];

const isRuntime = ({ typeOnly }: Import) => !typeOnly;
const featureOf = (path: string) => /^(?:server|web)\/src\/features\/[^/]+/.exec(path)?.[0];

/** Units without a name are left out; a file that imports itself is a circle, a feature is not. */
function graphOf(
  modules: readonly Module[],
  unitOf: (path: string) => string | undefined,
  counts: (imported: Import) => boolean,
): Graph {
  const graph: Graph = new Map();
  for (const module of modules) {
    const from = unitOf(module.path);
    if (!from) continue;
    const targets = graph.get(from) ?? new Set();
    graph.set(from, targets);
    for (const imported of module.imports) {
      const to = imported.target && counts(imported) ? unitOf(imported.target) : undefined;
      if (to && (to !== from || from === module.path)) targets.add(to);
    }
  }
  return graph;
}

function circles(graph: Graph): Finding[] {
  const findings: Finding[] = [];
  const finished = new Set<string>();
  const visit = (unit: string, trail: string[]): void => {
    const start = trail.indexOf(unit);
    if (start >= 0) {
      findings.push({ path: unit, line: 1, what: [...trail.slice(start), unit].join(" → ") });
      return;
    }
    if (finished.has(unit)) return;
    for (const next of graph.get(unit) ?? []) visit(next, [...trail, unit]);
    finished.add(unit);
  };
  for (const unit of graph.keys()) visit(unit, []);
  return findings;
}

function zodInTheClient(modules: readonly Module[]): Finding[] {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const known = new Map<string, string | undefined>();
  return modules
    .filter(({ path, isTest }) => path.startsWith("web/src/") && !isTest)
    .flatMap((module) =>
      module.imports.filter(isRuntime).flatMap((imported) => {
        const way = wayToZod(imported, byPath, known);
        // A file of the client that leads there is reported itself, at the import that leaves the client.
        if (!way || imported.target?.startsWith("web/")) return [];
        return [{ path: module.path, line: imported.line, what: `imports ${way}` }];
      }),
    );
}

/** The chain of imports from here to zod, or undefined when none leads there. */
function wayToZod(
  { specifier, target }: Import,
  byPath: ReadonlyMap<string, Module>,
  known: Map<string, string | undefined>,
): string | undefined {
  if (!target) return packageOf(specifier) === "zod" ? specifier : undefined;
  if (known.has(target)) return known.get(target);
  known.set(target, undefined);
  for (const imported of byPath.get(target)?.imports.filter(isRuntime) ?? []) {
    const way = wayToZod(imported, byPath, known);
    if (way) {
      known.set(target, `${target} → ${way}`);
      break;
    }
  }
  return known.get(target);
}
