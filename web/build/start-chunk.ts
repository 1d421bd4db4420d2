import type { Plugin } from "vite";

/** Their package names every icon there is, so it says nothing of which are needed. */
const icons = /\/lucide-react\/dist\/esm\/lucide-react\.m?js$/;
const icon = /\/lucide-react\/dist\/esm\/icons\//;

/** `export { default as Clock, default as ClockIcon } from './icons/clock.mjs'` */
const named = /export \{([^}]*)\} from '\.(\/icons\/[\w-]+\.m?js)'/g;
/** `import { Clock, Pin as PinIcon } from "lucide-react"` */
const imported = /import\s*\{([^}]*)\}\s*from\s*"lucide-react"/g;

/** The file of each icon, by its names. */
function filesOf(code: string): Map<string, string> {
  const entries = [...code.matchAll(named)].flatMap(([, names = "", file = ""]) =>
    [...names.matchAll(/default as (\w+)/g)].map(([, name = ""]) => [name, file] as const),
  );
  return new Map(entries);
}

/** Names of the icons that code imports. */
function iconsIn(code: string): string[] {
  const names = [...code.matchAll(imported)].flatMap(([, list = ""]) => list.split(","));
  return names.map((name) => name.trim().split(/\s+as\s+/)[0] ?? "").filter((name) => name !== "");
}

/**
 * Puts what a page needs before it shows anything into one file. Left to itself the bundler makes one for each set of
 * later parts that shares something with the start: thirty of them, of which a browser fetches six at a time. The icons
 * of later parts go together.
 */
export function startChunk() {
  const needed = new Set<string>();
  let files = new Map<string, string>();
  const plugin: Plugin = {
    name: "parley-start-chunk",
    transform: {
      order: "pre",
      filter: { id: icons },
      handler(code) {
        files = filesOf(code);
      },
    },
    buildEnd() {
      needed.clear();
      const ids = [...this.getModuleIds()].filter((id) => this.getModuleInfo(id)?.isEntry);
      for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
        if (needed.has(id)) continue;
        needed.add(id);
        const { code = "", importedIds = [] } = this.getModuleInfo(id) ?? {};
        const wanted = new Set(iconsIn(code ?? "").map((name) => files.get(name)));
        if (icons.test(id)) continue;
        ids.push(...importedIds);
        const all = [...this.getModuleIds()].filter((each) => icon.test(each));
        ids.push(...all.filter((each) => [...wanted].some((file) => file && each.endsWith(file))));
      }
    },
  };
  const groups = [
    { name: "start", test: (id: string) => needed.has(id) },
    { name: "icons", test: icon },
  ];
  return { plugin, groups };
}
