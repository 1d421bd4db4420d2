import { join } from "node:path";
import type { Dialect } from "../server/src/api/dialects/dialect.ts";
import { spokenDialects } from "../server/src/api/dialects/mount.ts";

/** Writes the tables of routes in `docs/compatibility.md` from the routes themselves: `bun scripts/compatibility.ts`. */

export const compatibilityPath = join(import.meta.dir, "../docs/compatibility.md");

const end = "<!-- /routes -->";
const begin = (name: string) => `<!-- routes of ${name} -->`;

/** The page with the tables of every dialect that is there; what stands of others is left as it is. */
export function withRoutes(page: string): string {
  return spokenDialects(null).reduce((text, dialect) => {
    const from = text.indexOf(begin(dialect.name));
    const to = text.indexOf(end, from);
    if (from < 0 || to < 0)
      throw new Error(`docs/compatibility.md has no place for the routes of ${dialect.name}`);
    return `${text.slice(0, from)}${begin(dialect.name)}\n\n${tableOf(dialect)}\n\n${text.slice(to)}`;
  }, page);
}

function tableOf({ routes, sockets }: Dialect): string {
  const rows = routes.map(({ method, path, summary, who }) => row(`${method} ${path}`, who, summary));
  const live = sockets.map(({ path, summary }) => row(`WebSocket ${path}`, "user", summary));
  return ["| call | who | what it does |", "|---|---|---|", ...rows, ...live].join("\n");
}

function row(call: string, who: string, summary: string): string {
  return `| \`${call}\` | ${who} | ${summary.replaceAll("|", "\\|")} |`;
}

if (import.meta.main) {
  await Bun.write(compatibilityPath, withRoutes(await Bun.file(compatibilityPath).text()));
}
