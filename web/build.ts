import { rm } from "node:fs/promises";
import { join, relative } from "node:path";

/** Builds the pages: every name but that of the page itself holds a hash of its content. Gives the names. */
export async function buildPages(folder: string): Promise<string[]> {
  await rm(folder, { recursive: true, force: true });
  const built = await Bun.build({
    entrypoints: [join(import.meta.dir, "index.html")],
    outdir: folder,
    minify: true,
    publicPath: "/",
    naming: {
      entry: "[name].[ext]",
      chunk: "assets/[name]-[hash].[ext]",
      asset: "assets/[name]-[hash].[ext]",
    },
  });
  return built.outputs.map(({ path }) => relative(folder, path).replaceAll("\\", "/"));
}

if (import.meta.main) {
  const names = await buildPages(join(import.meta.dir, "dist"));
  console.log(names.join("\n"));
}
