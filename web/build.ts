import { join, relative } from "node:path";
import { build } from "vite";

/** Builds the pages: every name but those a browser asks for by themselves holds a hash of its content. */
export async function buildPages(folder: string): Promise<string[]> {
  const { NODE_ENV: before } = process.env as { NODE_ENV?: string };
  // Whatever the caller runs as: pages are always built as they are served.
  process.env.NODE_ENV = "production";
  try {
    await build({
      configFile: join(import.meta.dir, "vite.config.ts"),
      logLevel: "warn",
      build: { outDir: folder, emptyOutDir: true, reportCompressedSize: false },
    });
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
  const built = await Array.fromAsync(new Bun.Glob("**/*").scan({ cwd: folder, onlyFiles: true }));
  return built.map((path) => relative(folder, join(folder, path)).replaceAll("\\", "/")).sort();
}

if (import.meta.main) {
  const names = await buildPages(join(import.meta.dir, "dist"));
  console.log(names.join("\n"));
}
