import { join } from "node:path";
import { ChatError } from "@parley/protocol/errors";
import { type DialectRoute, route } from "../route.ts";

const folder = join(import.meta.dir, "test-page");
const pagePath = "/chat/ws/test";

/** A page of ours: it takes nothing from elsewhere, and holds no script or style of its own. */
function filePart(path: `/${string}`, summary: string, of: { name: string; type: string }): DialectRoute {
  const headers = { "content-type": `${of.type}; charset=utf-8`, "cache-control": "no-cache" };
  return route({
    method: "GET",
    path,
    summary,
    about: "There with the description of the API, and gone with it (DOCS=off).",
    who: "anyone",
    openWhileUnclaimed: true,
    failures: [404],
    async answer({ context }) {
      if (!context.config.docs) throw new ChatError("not_found", "there is nothing at this path");
      return new Response(Bun.file(join(folder, of.name)), { headers });
    },
  });
}

export const pageRoutes = [
  route({
    method: "GET",
    path: "/static/chat.html",
    summary: "Leads to the web client",
    who: "anyone",
    openWhileUnclaimed: true,
    status: 302,
    answer: async () => new Response(null, { status: 302, headers: { location: "/" } }),
  }),
  filePart(pagePath, "A page to try the socket with", { name: "page.html", type: "text/html" }),
  filePart(`${pagePath}/page.css`, "How that page looks", { name: "page.css", type: "text/css" }),
  filePart(`${pagePath}/page.js`, "What that page does", { name: "page.js", type: "text/javascript" }),
];
