import type { Plugin } from "vite";

/** Their package names every icon there is, so it says nothing of which are needed: those that are used go together. */
const icon = /\/lucide-react\/dist\/esm\/icons\//;

/**
 * Puts what a page needs before it shows anything into one file. Left to itself the bundler makes one for each set of
 * later parts that shares something with the start: thirty of them, of which a browser fetches six at a time.
 */
export function startChunk() {
  const needed = new Set<string>();
  const plugin: Plugin = {
    name: "parley-start-chunk",
    buildEnd() {
      needed.clear();
      const ids = [...this.getModuleIds()].filter((id) => this.getModuleInfo(id)?.isEntry);
      for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
        if (needed.has(id) || icon.test(id)) continue;
        needed.add(id);
        ids.push(...(this.getModuleInfo(id)?.importedIds ?? []));
      }
    },
  };
  const groups = [
    { name: "start", test: (id: string) => needed.has(id) },
    { name: "icons", test: icon },
  ];
  return { plugin, groups };
}
