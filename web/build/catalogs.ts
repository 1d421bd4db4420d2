import { join } from "node:path";
import { compileMessage } from "@lingui/message-utils/compileMessage";
import type { Plugin } from "vite";
import { firstTexts } from "./first-texts.ts";

const catalogPath = /\/web\/locales\/[a-z-]+\.json(?:\?first)?$/i;
const entry = join(import.meta.dirname, "../src/main.tsx");

/**
 * Compiles the texts of a language while building, so that browsers need no parser for them. `en.json?first` is the part
 * of them that is shown before any later part has come.
 */
export function catalogs(): Plugin {
  return {
    name: "parley-catalogs",
    enforce: "pre",
    transform: {
      filter: { id: catalogPath },
      async handler(code, path) {
        const isWanted = path.endsWith("?first") ? await firstTexts(entry) : () => true;
        const texts = Object.entries(JSON.parse(code) as Record<string, string>);
        const compiled = texts.filter(([id]) => isWanted(id)).map(([id, text]) => [id, compileMessage(text)]);
        return { code: `export default ${JSON.stringify(Object.fromEntries(compiled))}`, moduleType: "js" };
      },
    },
  };
}
