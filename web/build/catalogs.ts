import { compileMessage } from "@lingui/message-utils/compileMessage";
import type { Plugin } from "vite";

const catalogPath = /\/web\/locales\/[a-z-]+\.json$/i;

/** Compiles the texts of a language while building, so that browsers need no parser for them. */
export function catalogs(): Plugin {
  return {
    name: "parley-catalogs",
    enforce: "pre",
    transform: {
      filter: { id: catalogPath },
      handler(code) {
        const texts = JSON.parse(code) as Record<string, string>;
        const compiled = Object.entries(texts).map(([id, text]) => [id, compileMessage(text)]);
        return { code: `export default ${JSON.stringify(Object.fromEntries(compiled))}`, moduleType: "js" };
      },
    },
  };
}
