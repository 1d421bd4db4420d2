import { join, relative } from "node:path";
import { build } from "vite";

/** Builds the pages: every name but those a browser asks for by themselves holds a hash of its content. */
export async function buildPages(folder: string): Promise<string[]> {
  await build({
    configFile: join(import.meta.dir, "vite.config.ts"),
    logLevel: "warn",
    build: { outDir: folder, emptyOutDir: true, reportCompressedSize: false },
  });
  const built = new Bun.Glob("**/*").scan({ cwd: folder, onlyFiles: true });
  return (await Array.fromAsync(built)).map((path) =>
    relative(folder, join(folder, path)).replaceAll("\\", "/"),
  );
}

if (import.meta.main) {
  const names = await buildPages(join(import.meta.dir, "dist"));
  console.log(names.join("\n"));
}
