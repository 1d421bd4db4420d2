import { ChatError } from "@parley/protocol/errors";
import type { Server } from "bun";
import { authenticate, authenticateSession } from "../../features/sessions/sessions.ts";
import type { SocketData } from "../live/connection.ts";
import { mayOpenSocket } from "../origins.ts";
import { fieldsOf, fromPath } from "../parameters.ts";
import type { RequestScope } from "../rest.ts";
import { callOf } from "./answering.ts";
import { BadInput, failureOf, faultsOf } from "./failures.ts";
import type { DialectParts } from "./route.ts";
import { DialectSocket } from "./socket.ts";
import type { DialectSocketRoute } from "./socket-route.ts";

interface Arriving {
  request: Request;
  server: Server<SocketData>;
  scope: RequestScope;
}

const day = 86_400_000;

/** The sockets of the dialects that are spoken here. */
export class DialectSockets {
  private readonly patterns: readonly { pattern: RegExp; spec: DialectSocketRoute }[];

  constructor(
    private readonly parts: DialectParts,
    private readonly requireClaimed: () => Promise<void>,
    sockets: readonly DialectSocketRoute[],
  ) {
    this.patterns = sockets.map((spec) => ({
      spec,
      pattern: new RegExp(`^${spec.path.replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`),
    }));
  }

  /** What opens a socket at this path; null where there is none. A plain request may have a route of the same form. */
  at(path: string): ((arriving: Arriving) => Promise<Response | undefined>) | null {
    for (const { pattern, spec } of this.patterns) {
      const found = pattern.exec(path);
      if (found) return (arriving) => this.open(spec, { ...found.groups }, arriving);
    }
    return null;
  }

  /** DIALECT-3, DIALECT-4. Whoever may not have the socket is refused before it is one. */
  private async open(
    spec: DialectSocketRoute,
    path: Record<string, string>,
    arriving: Arriving,
  ): Promise<Response | undefined> {
    const { request, server, scope } = arriving;
    try {
      const options = await this.admit(spec, path, arriving);
      const data = { address: scope.address, connection: null, translator: new DialectSocket(options) };
      if (server.upgrade(request, { data })) return undefined;
      return Response.json({ detail: "not a websocket handshake" }, { status: 400 });
    } catch (error) {
      return failureOf(error, scope);
    }
  }

  private async admit(
    spec: DialectSocketRoute,
    path: Record<string, string>,
    { request, scope }: Arriving,
  ): Promise<ConstructorParameters<typeof DialectSocket>[0]> {
    const { context, live } = this.parts;
    const { address } = scope;
    if (!mayOpenSocket(request, context.config)) {
      throw new ChatError("forbidden", "pages of this origin may not open a socket here");
    }
    await this.requireClaimed();
    live.requireRoom(address);
    const accessToken = this.tokenOf(request);
    const { actor, restricted } = await authenticate(context, accessToken, address);
    scope.user = actor.user;
    if (restricted) throw new ChatError("forbidden", "change your password first");
    const caller = { actor, restricted, address };
    const { data, error } = spec.fields
      ? spec.fields.safeParse(fromPath(path, fieldsOf(spec.fields)))
      : { data: {}, error: undefined };
    if (error) throw new BadInput(faultsOf(error, "path"));
    const { rooms, speaker } = await spec.connect(callOf(this.parts, { request, scope, caller }), data ?? {});
    const { expires_at } = await authenticateSession(context, { session: actor.session, address });
    const idle = context.clock.now() + context.config.refreshTokenDays * day;
    const sessionUntil = Math.min(expires_at, idle);
    return { ...this.parts, address, user: actor.user, accessToken, sessionUntil, rooms, speaker };
  }

  /** In the query, as the documented clients send it, unless that is turned off; or in a header. */
  private tokenOf(request: Request): string {
    const [scheme, bearer] = request.headers.get("authorization")?.trim().split(/ +/) ?? [];
    if (scheme?.toLowerCase() === "bearer" && bearer) return bearer;
    const token = new URL(request.url).searchParams.get("token");
    if (token && this.parts.context.config.dialectQueryToken) return token;
    throw new ChatError("unauthenticated", "a token is needed");
  }
}

/** A plain request for what is a socket only. */
export function needsUpgrade(): Response {
  return Response.json(
    { detail: "this is a websocket endpoint" },
    { status: 426, headers: { upgrade: "websocket" } },
  );
}
