import type { Import, Module } from "./imports.ts";

/** Something that breaks a rule, and where. */
export interface Finding {
  path: string;
  line: number;
  what: string;
}

export interface Rule {
  /** Stands in the title of its test and in what a failure prints. */
  id: string;
  says: string;
  find(modules: readonly Module[]): Finding[];
}

export function forbiddenImports(
  modules: readonly Module[],
  isForbidden: (module: Module, imported: Import) => boolean,
): Finding[] {
  return modules.flatMap((module) =>
    module.imports
      .filter((imported) => isForbidden(module, imported))
      .map(({ line, specifier }) => ({ path: module.path, line, what: `imports ${specifier}` })),
  );
}
