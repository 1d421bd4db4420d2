import type { Finding, Rule } from "./finding.ts";
import {
  clock,
  configFile,
  dialectFolder,
  emptyWords,
  environmentReader,
  longestFile,
  mayBeLong,
} from "./import-map.ts";
import type { Module } from "./imports.ts";
import { lineAt } from "./source.ts";

/** Rules on what may stand in a file, and on its name and length. */
export const codeRules: readonly Rule[] = [
  {
    id: "ARCH-12",
    says: "only config.ts reads the environment",
    find: (modules) =>
      marksIn(
        modules.filter(
          (module) =>
            /^(?:protocol|server|web)\/src\//.test(module.path) && isCode(module, environmentReader),
        ),
        /\bprocess\.env\b|\bBun\.env\b|\bimport\.meta\.env\b/g,
      ),
  },
  {
    id: "ARCH-13",
    says: "only clock.ts asks for the time",
    find: (modules) =>
      marksIn(
        modules.filter((module) => module.path.startsWith("server/src/") && isCode(module, clock)),
        /\bDate\.now\b|\bnew Date\b(?:\s*\(\s*\)|(?!\s*\())|\bperformance\.now\b|\bBun\.nanoseconds\b|\bprocess\.(?:hrtime|uptime)\b/g,
      ),
  },
  {
    id: "ARCH-14",
    says: "names say what is inside",
    find: (modules) =>
      modules
        .filter(({ path }) => path.replace(dialectFolder, "").split("/").some(isEmptyName))
        .map(named("says nothing")),
  },
  {
    id: "ARCH-15",
    says: "no index.ts that only passes on",
    find: (modules) =>
      marksIn(
        modules.filter(({ path }) => /(?:^|\/)index\.tsx?$/.test(path)),
        /\bexport\s+[\w\s{},*$]+\s*\bfrom\b/g,
      ),
  },
  {
    id: "ARCH-16",
    says: "no default exports, except where a tool insists",
    find: (modules) =>
      marksIn(
        modules.filter(({ path }) => !configFile.test(path)),
        /\bexport\s+default\b|\bexport\s*\{[^}]*\bas\s+default\b/g,
      ),
  },
  {
    id: "ARCH-17",
    says: "no test is left alone with .only",
    find: (modules) => marksIn(modules, /\b(?:test|it|describe)\b[\w.]*\.only\b/g),
  },
  {
    id: "ARCH-18",
    says: `no file over ${longestFile} lines`,
    find: (modules) =>
      modules
        .filter(
          ({ path, text }) => !mayBeLong.test(path) && lineAt(text, text.trimEnd().length) > longestFile,
        )
        .map(named("is too long")),
  },
  {
    id: "ARCH-19",
    says: "a test's title starts with the rule it shows",
    find: (modules) => modules.filter(({ path }) => /\.test\.tsx?$/.test(path)).flatMap(unnumberedTests),
  },
];

/** A title that is put together is left to its first word: `${rule.id} …` may be a rule's id. */
function unnumberedTests(module: Module): Finding[] {
  const tests = [
    ...module.code.masked.matchAll(/(?<![.\w])(?:test|it)(?:\.\w+(?:\([^()]*\))?)*\s*\(\s*(?=["'`])/g),
  ];
  return tests
    .map((match) => ({
      match,
      title: module.text.slice(match.index + match[0].length + 1).split("\n")[0] ?? "",
    }))
    .filter(({ title }) => !/^(?:[A-Z]+-\d+|\$\{)/.test(title))
    .map(({ match, title }) => ({ path: module.path, line: lineAt(module.text, match.index), what: title }));
}

function isCode({ path, isTest }: Module, allowed: string): boolean {
  return !isTest && path !== allowed;
}

/** `room-helpers.ts` says as little as `helpers.ts`; a service-worker is a thing. */
function isEmptyName(name: string): boolean {
  const stem = name.split(".")[0]?.toLowerCase() ?? "";
  return emptyWords.some((word) => stem === word || stem.endsWith(`-${word}`));
}

function named(what: string): (module: Module) => Finding {
  return ({ path }) => ({ path, line: 1, what });
}

function marksIn(modules: readonly Module[], pattern: RegExp): Finding[] {
  return modules.flatMap((module) =>
    [...module.code.masked.matchAll(pattern)].map((match) => ({
      path: module.path,
      line: lineAt(module.text, match.index),
      what: match[0].replace(/\s+/g, " "),
    })),
  );
}
