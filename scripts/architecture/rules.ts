import type { Rule } from "./finding.ts";
import type { Module } from "./imports.ts";
import { codeRules } from "./rules-code.ts";
import { graphRules } from "./rules-graph.ts";
import { importRules } from "./rules-imports.ts";

export const rules: readonly Rule[] = [...importRules, ...graphRules, ...codeRules];

/** What breaks the rule among these files, a line each. */
export function findingsOf(rule: Rule, modules: readonly Module[]): string[] {
  return rule.find(modules).map(({ path, line, what }) => `${path}:${line} ${what}`);
}
