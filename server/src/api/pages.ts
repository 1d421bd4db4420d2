import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Routes } from "./rest.ts";

/** Paths of the web client's own that a person can open: all of them are one page. */
const pagePaths = [
  "/",
  "/setup",
  "/invite",
  "/saved",
  "/scheduled",
  "/search",
  "/rooms/:room",
  "/settings",
  "/settings/:part",
];
/** Names with a hash of their content in them never change: a year, in seconds. */
const hashedName = /[.-][A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;
/** Other names would mean something to the router. */
const plainPath = /^[A-Za-z0-9._/-]+$/;
const forEver = "public, max-age=31536000, immutable";
/** Kept by browsers, but asked about each time. */
const askAgain = "no-cache";

const notBuilt = `Parley is running. Its web client has not been built: run \`npm start\` once, or use the API (/docs).
`;

interface Page {
  file: Bun.BunFile;
  etag: string;
  cacheControl: string;
}

/**
 * REST-12. Serves the built web client. Only files that were there at the start have a path, so no path leads anywhere
 * else.
 */
export async function addPageRoutes(routes: Routes, folder: string): Promise<void> {
  const index = join(folder, "index.html");
  if (!existsSync(index)) {
    for (const path of pagePaths)
      routes.get(path, () => new Response(notBuilt, { headers: { "cache-control": askAgain } }));
    return;
  }
  for await (const name of new Bun.Glob("**/*").scan({ cwd: folder, onlyFiles: true, dot: false })) {
    const path = `/${name.replaceAll("\\", "/")}`;
    if (path === "/index.html" || !plainPath.test(path)) continue;
    const page = await pageOf(join(folder, name), path.startsWith("/assets/") && hashedName.test(path));
    routes.get(path, (route) => serve(page, route.req.raw));
  }
  const page = await pageOf(index, false);
  for (const path of pagePaths) routes.get(path, (route) => serve(page, route.req.raw));
}

async function pageOf(path: string, isHashed: boolean): Promise<Page> {
  const file = Bun.file(path);
  const hash = Bun.hash(await file.bytes()).toString(36);
  return { file, etag: `"${hash}"`, cacheControl: isHashed ? forEver : askAgain };
}

function serve(page: Page, request: Request): Response {
  const headers = { etag: page.etag, "cache-control": page.cacheControl };
  const known = request.headers.get("if-none-match")?.split(",") ?? [];
  if (known.some((tag) => tag.trim().replace(/^W\//, "") === page.etag)) {
    return new Response(null, { status: 304, headers });
  }
  return new Response(page.file, { headers: { ...headers, "content-type": page.file.type } });
}
