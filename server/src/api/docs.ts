import { dirname, join } from "node:path";
import { spokenDialects } from "./dialects/mount.ts";
import { describeApi } from "./openapi.ts";
import type { Routes } from "./rest.ts";

/** Nothing but our own files. Both viewers carry small pictures inside their own files. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];
const swaggerPolicy = [...policy, "style-src 'self'"].join("; ");
/** ReDoc makes its styles and its search worker on the spot. */
const redocPolicy = [...policy, "style-src 'unsafe-inline'", "worker-src blob:"].join("; ");

/** An hour, in seconds: the files change with the server's version only. */
const assetCaching = "public, max-age=3600";

const swaggerPage = page(
  `<link rel="stylesheet" href="/docs/swagger-ui.css">`,
  `<div id="docs"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script>`,
);
const swaggerStart = `SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null, persistAuthorization: false,
  defaultModelsExpandDepth: 0
});
`;
const redocPage = page(
  "<style>body { margin: 0 }</style>",
  `<div id="docs"></div><script src="/redoc/redoc.standalone.js"></script><script src="/redoc/start.js"></script>`,
);
const redocStart = `Redoc.init("/openapi.json", { hideLoading: true, nativeScrollbars: true }, document.getElementById("docs"));
`;
/** A picture that ReDoc would fetch from its makers: nobody is to learn who reads here. */
const redocLogo = "https://cdn.redoc.ly/redoc/logo-mini.svg";

function page(head: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>API</title><link rel="icon" href="data:,">${head}</head>
<body>${body}</body>
</html>
`;
}

/** REST-14. The description and its two viewers, from the packages on this machine: no other address is asked. */
export function addDocsRoutes(
  routes: Routes,
  server: { serverName: string; dialects: readonly string[] | null },
): void {
  const description = JSON.stringify(describeApi(server, spokenDialects(server.dialects)));
  const add = (path: string, body: string | Blob, type: string, rest: Record<string, string>) =>
    routes.get(
      path,
      () => new Response(body, { headers: { "content-type": `${type}; charset=utf-8`, ...rest } }),
    );
  const own = (contentPolicy: string) => ({
    "content-security-policy": contentPolicy,
    "cache-control": "no-cache",
  });
  const asset = { "cache-control": assetCaching };
  const swagger = folderOf("swagger-ui-dist");
  add("/openapi.json", description, "application/json", own(swaggerPolicy));
  add("/docs", swaggerPage, "text/html", own(swaggerPolicy));
  add("/docs/start.js", swaggerStart, "text/javascript", own(swaggerPolicy));
  add("/docs/swagger-ui.css", Bun.file(join(swagger, "swagger-ui.css")), "text/css", asset);
  add(
    "/docs/swagger-ui-bundle.js",
    Bun.file(join(swagger, "swagger-ui-bundle.js")),
    "text/javascript",
    asset,
  );
  add("/redoc", redocPage, "text/html", own(redocPolicy));
  add("/redoc/start.js", redocStart, "text/javascript", own(redocPolicy));
  const redoc = Bun.file(join(folderOf("redoc"), "bundles/redoc.standalone.js"));
  routes.get("/redoc/redoc.standalone.js", async () => {
    const script = (await redoc.text()).replaceAll(redocLogo, "data:,");
    return new Response(script, { headers: { "content-type": "text/javascript; charset=utf-8", ...asset } });
  });
}

function folderOf(packageName: string): string {
  return dirname(Bun.resolveSync(`${packageName}/package.json`, import.meta.dir));
}
