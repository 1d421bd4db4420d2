import { ChatError } from "@parley/protocol/errors";
import { livePath } from "@parley/protocol/frames";
import type { Server } from "bun";
import { Hono } from "hono";
import type { Context } from "../context.ts";
import { isClaimed } from "../features/server/server.ts";
import { Networks } from "../platform/networks.ts";
import { clientAddress } from "./addresses.ts";
import { mountDialects } from "./dialects/mount.ts";
import { type DialectSockets, needsUpgrade } from "./dialects/upgrades.ts";
import { addDocsRoutes } from "./docs.ts";
import { addFileRoutes } from "./file-routes.ts";
import { allowOrigin, optionsAnswer, secure } from "./headers.ts";
import { addHealthRoutes, type BrokerState } from "./health.ts";
import type { SocketData } from "./live/connection.ts";
import type { Live } from "./live/live.ts";
import { foreignOrigin, mayOpenSocket } from "./origins.ts";
import { addPageRoutes } from "./pages.ts";
import { addPictureRoutes } from "./pictures.ts";
import { problemOf } from "./problems.ts";
import { addRestRoutes, type RequestScope, type Routes } from "./rest.ts";
import { addUploadRoutes, tusOptions } from "./uploads.ts";

export interface HttpParts {
  context: Context;
  live: Live;
  /** Where the built web client is. */
  pages: string;
  isDraining: () => boolean;
  broker: () => BrokerState;
}

export type Answerer = (request: Request, server: Server<SocketData>) => Promise<Response | undefined>;

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
/** Who is turned away, and why nothing could be done for them. */
const refusals: ReadonlySet<number> = new Set([401, 403, 413, 429, 503]);

interface Routing {
  parts: HttpParts;
  routes: Routes;
  dialects: DialectSockets;
  requireClaimed: () => Promise<void>;
}

/** Everything that is reached over HTTP. Undefined: the connection has become a socket. */
export async function createHttp(parts: HttpParts): Promise<Answerer> {
  const { context } = parts;
  const { config } = context;
  const requireClaimed = claimGate(context);
  const routing: Routing = { parts, requireClaimed, ...(await routesOf(parts, requireClaimed)) };
  const trusted = new Networks(config.trustedProxies);
  return async (request, server) => {
    const requestId = Buffer.from(context.randomBytes(12)).toString("base64url");
    const peer = server.requestIP(request)?.address ?? "";
    const address = clientAddress(peer, request.headers.get("x-forwarded-for"), trusted);
    const path = pathOf(request);
    const report = (error: unknown) =>
      context.logger.error("request.failed", { request_id: requestId, method: request.method, path, error });
    const scope: RequestScope = { requestId, address, report };
    const response = await respond(routing, { request, server, scope, path });
    if (!response) return undefined;
    note(context, { request, path, scope, status: response.status });
    return allowOrigin(secure(response, config, requestId), foreignOrigin(request, config));
  };
}

/** Without the slash at its end; null where the header Host makes no address of it. */
function pathOf(request: Request): string | null {
  const path = URL.parse(request.url)?.pathname;
  if (path === undefined) return null;
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

async function routesOf(
  { context, live, pages, isDraining, broker }: HttpParts,
  requireClaimed: () => Promise<void>,
): Promise<Pick<Routing, "routes" | "dialects">> {
  const routes: Routes = new Hono<{ Bindings: RequestScope }>({ strict: false });
  addHealthRoutes(routes, context, { isDraining, broker });
  addRestRoutes(routes, context, requireClaimed);
  addPictureRoutes(routes, context, requireClaimed);
  addUploadRoutes(routes, context, requireClaimed);
  addFileRoutes(routes, context, requireClaimed);
  if (context.config.docs) addDocsRoutes(routes, context.config);
  const dialects = mountDialects(routes, { context, live }, requireClaimed);
  await addPageRoutes(routes, pages);
  routes.notFound(() => {
    throw new ChatError("not_found", "there is nothing at this path");
  });
  // Whatever is thrown is answered in one place, as a problem.
  routes.onError((error) => {
    throw error;
  });
  return { routes, dialects };
}

/** REST-11. While unclaimed only what leads to the first admin answers. Once claimed nobody asks the store again. */
function claimGate(context: Context): () => Promise<void> {
  let claimed = false;
  return async () => {
    if (claimed) return;
    claimed = await isClaimed(context.database);
    if (!claimed)
      throw new ChatError("unavailable", "this server is not set up yet: open its set-up link", { after: 5 });
  };
}

interface Arrived {
  request: Request;
  server: Server<SocketData>;
  scope: RequestScope;
  path: string | null;
}

async function respond(routing: Routing, arrived: Arrived): Promise<Response | undefined> {
  const { parts, routes } = routing;
  const { request, scope, path } = arrived;
  const { config } = parts.context;
  try {
    if (path === null) return badHost(scope);
    if (path === livePath) return await openSocket(routing, arrived);
    const openDialect = request.method === "GET" ? routing.dialects.at(path) : null;
    if (openDialect && asksForSocket(request)) {
      return await openDialect({ request, server: arrived.server, scope });
    }
    const allowed = methods.filter((method) => routes.router.match(method, path)[0].length > 0);
    if (allowed.includes("GET")) allowed.push("HEAD");
    if (request.method === "OPTIONS" && allowed.length > 0) {
      const more = tusOptions(path, parts.context);
      return optionsAnswer(allowed, foreignOrigin(request, config), more);
    }
    if (openDialect && allowed.length === 0) return needsUpgrade();
    if (allowed.length > 0 && !allowed.includes(request.method)) return wrongMethod(allowed, scope);
    // Bun leaves the body of an answer to HEAD out by itself, and tells its length.
    const asked = request.method === "HEAD" ? new Request(request, { method: "GET" }) : request;
    return await routes.fetch(asked, scope);
  } catch (error) {
    return problemOf(error, scope);
  }
}

async function openSocket(
  { parts, requireClaimed }: Routing,
  arrived: Arrived,
): Promise<Response | undefined> {
  const { request, server, scope } = arrived;
  if (!mayOpenSocket(request, parts.context.config)) {
    throw new ChatError("forbidden", "pages of this origin may not open a socket here");
  }
  await requireClaimed();
  return parts.live.upgrade(request, server, scope.address);
}

function asksForSocket(request: Request): boolean {
  return request.headers.get("upgrade")?.toLowerCase() === "websocket";
}

/** RFC 9112 wants a 400 here; the list of codes has only 422 for what is invalid. */
function badHost(scope: RequestScope): Response {
  return problemOf(new ChatError("invalid", "the header Host is not valid"), scope, {
    status: 400,
    headers: {},
  });
}

function wrongMethod(allowed: readonly string[], scope: RequestScope): Response {
  const allow = [...allowed, "OPTIONS"].join(", ");
  const error = new ChatError("not_found", `here it is one of ${allow}`);
  return problemOf(error, scope, { status: 405, headers: { allow } });
}

/** What an operator may have to act on is told; the rest only to whoever looks closely. Never the query. */
function note(
  context: Context,
  of: { request: Request; path: string | null; scope: RequestScope; status: number },
): void {
  const { request, path, scope, status } = of;
  const fields = {
    request_id: scope.requestId,
    method: request.method,
    path,
    status,
    address: scope.address,
  };
  const line = scope.user === undefined ? fields : { ...fields, user: scope.user };
  if (refusals.has(status)) context.logger.info("request.refused", line);
  else context.logger.debug("request.answered", line);
}
