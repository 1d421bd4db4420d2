import type { Routes } from "../rest.ts";
import { answerRoute } from "./answering.ts";
import { backend } from "./backend/dialect.ts";
import { chatService } from "./chat-service/dialect.ts";
import { chatVideo } from "./chat-video/dialect.ts";
import { community } from "./community/dialect.ts";
import type { Dialect } from "./dialect.ts";
import { failureOf } from "./failures.ts";
import { rooms } from "./rooms/dialect.ts";
import type { DialectParts, DialectRoute } from "./route.ts";
import { DialectSockets } from "./upgrades.ts";

/** Each dialect is its folder and its line here. */
const all: readonly Dialect[] = [
  chatVideo, // Chat+Video v1
  community, // ERC Youth
  rooms, // Chat Application
  backend, // Chat Application Backend
  chatService, // Chat Service API
];

export const dialectNames: readonly string[] = all.map(({ name }) => name);

/** The dialects that are spoken here; all of them where nothing else is said. */
export function spokenDialects(names: readonly string[] | null): readonly Dialect[] {
  return all.filter(({ name }) => names === null || names.includes(name));
}

/** DIALECT-1. Several dialects may share a route: it is one. */
export function mountDialects(
  routes: Routes,
  parts: DialectParts,
  requireClaimed: () => Promise<void>,
): DialectSockets {
  const spoken = spokenDialects(parts.context.config.dialects);
  for (const spec of new Set(spoken.flatMap((dialect) => dialect.routes))) {
    mountRoute(routes, parts, { spec, requireClaimed });
  }
  return new DialectSockets(parts, requireClaimed, [...new Set(spoken.flatMap(({ sockets }) => sockets))]);
}

function mountRoute(
  routes: Routes,
  parts: DialectParts,
  { spec, requireClaimed }: { spec: DialectRoute; requireClaimed: () => Promise<void> },
): void {
  routes.on(spec.method, plainPath(spec.path), async (route, next) => {
    const { raw: request } = route.req;
    if (spec.besidePage && wantsPage(request)) {
      await next();
      route.res.headers.append("vary", "Accept");
      return route.res;
    }
    try {
      if (!spec.openWhileUnclaimed) await requireClaimed();
    } catch (error) {
      return failureOf(error, route.env);
    }
    const answered = await answerRoute(parts, spec, { request, path: route.req.param(), scope: route.env });
    if (spec.besidePage) answered.headers.append("vary", "Accept");
    return answered;
  });
}

/** As the router writes it: `:name` for `{name}`, and no slash at the end. */
function plainPath(path: string): string {
  const plain = path.replaceAll(/\{(\w+)\}/g, ":$1");
  return plain.length > 1 && plain.endsWith("/") ? plain.slice(0, -1) : plain;
}

/** A browser that goes to an address says that it wants HTML; programs do not. */
function wantsPage(request: Request): boolean {
  return request.headers.get("accept")?.includes("text/html") ?? false;
}
