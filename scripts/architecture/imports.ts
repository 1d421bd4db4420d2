import { type Code, lineAt, readCode, type SourceFile } from "./source.ts";

export interface Import {
  /** The repository's own file, or undefined for a package. */
  target: string | undefined;
  /** What the code says: `./rooms.ts`, `zod`, `bun:sqlite`. */
  specifier: string;
  /** Erased when the code is compiled. */
  typeOnly: boolean;
  line: number;
}

/** A file as the rules see it. */
export interface Module extends SourceFile {
  code: Code;
  imports: Import[];
  isTest: boolean;
}

const statement = /\b(import|export)\s+([\w\s{},*$]*?)\s*\bfrom\s*(["'])/g;
const bareOrCalled = /\b(?:import\s*\(\s*|import\s*|require\s*\(\s*)(["'])/g;
/** What tests share is test code too. */
export const testFile = /\.test\.tsx?$|-suite\.tsx?$|(?:^|\/)testing\//;

export function readModule(file: SourceFile): Module {
  const code = readCode(file.text);
  return { ...file, code, imports: importsOf(file, code), isTest: testFile.test(file.path) };
}

function importsOf(file: SourceFile, code: Code): Import[] {
  const found: Import[] = [];
  const add = (match: RegExpExecArray, typeOnly: boolean) => {
    const quote = match.index + match[0].length - 1;
    const specifier = code.strings.get(quote);
    if (specifier === undefined) return;
    const target = resolve(file.path, specifier);
    found.push({ target, specifier, typeOnly, line: lineAt(file.text, quote) });
  };
  for (const match of code.masked.matchAll(statement)) add(match, /^type\s+[\w{*$]/.test(match[2] ?? ""));
  for (const match of code.masked.matchAll(bareOrCalled)) add(match, false);
  return found;
}

function resolve(from: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return normalised(`${from.slice(0, from.lastIndexOf("/") + 1)}${specifier}`);
  const own = /^@parley\/([a-z0-9]+)(?:\/(.+))?$/.exec(specifier);
  if (!own) return undefined;
  const [, workspace, rest = "package.json"] = own;
  return workspace === "protocol" ? `protocol/src/${rest}.ts` : `${workspace}/${rest}`;
}

function normalised(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** The package that a specifier names: `kysely/migration` → `kysely`. */
export function packageOf(specifier: string): string {
  if (/^(?:bun|node):/.test(specifier)) return specifier;
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
