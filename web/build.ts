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
  await addServiceWorker(folder);
  const built = await Array.fromAsync(new Bun.Glob("**/*").scan({ cwd: folder, onlyFiles: true }));
  return built.map((path) => relative(folder, join(folder, path)).replaceAll("\\", "/")).sort();
}

/** Large and seldom wanted: kept once it was fetched, not before. */
const fetchedLater = /^assets\/(?:de|en)-[^/]+\.js$|^icon-\d+\.png$|^icon-maskable\.png$/;

/** The worker names the files of this version, so it is made after them. */
async function addServiceWorker(folder: string): Promise<void> {
  const all = await Array.fromAsync(new Bun.Glob("**/*").scan({ cwd: folder, onlyFiles: true }));
  const names = all.map((name) => name.replaceAll("\\", "/")).sort();
  const hash = new Bun.CryptoHasher("sha256");
  for (const name of names) hash.update(name).update(await Bun.file(join(folder, name)).bytes());
  const files = names
    .filter((name) => !fetchedLater.test(name) && name !== "index.html")
    .map((name) => `/${name}`);
  const { outputs } = await Bun.build({
    entrypoints: [join(import.meta.dir, "worker/service-worker.ts")],
    minify: true,
    define: {
      WORDS: JSON.stringify(await wordsOfPushes()),
      FILES: JSON.stringify(["/", ...files]),
      VERSION: JSON.stringify(hash.digest("hex").slice(0, 12)),
    },
  });
  await Bun.write(join(folder, "service-worker.js"), outputs[0] as Blob);
}

/** What the worker says when there is no page to ask, by language. */
async function wordsOfPushes(): Promise<Record<string, object>> {
  const folder = join(import.meta.dir, "locales");
  const names = await Array.fromAsync(new Bun.Glob("*.json").scan({ cwd: folder }));
  const found = names.sort().map(async (name) => {
    const texts: Record<string, string> = await Bun.file(join(folder, name)).json();
    const words = {
      hidden: texts["notify.hidden"],
      test: texts["notify.testBody"],
      said: texts["timeline.said"],
      reminder: texts["remind.heading"],
      gone: texts["remind.gone"],
    };
    return [name.replace(".json", ""), words] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

if (import.meta.main) {
  const names = await buildPages(join(import.meta.dir, "dist"));
  console.log(names.join("\n"));
}
