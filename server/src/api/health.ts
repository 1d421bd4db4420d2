import type { Context } from "../context.ts";
import { isReachable } from "../platform/database-check.ts";
import type { Routes } from "./rest.ts";
import { version } from "./version.ts";

export type BrokerState = "ok" | "down" | "none";

/** What a load balancer, or a person, wants to know. */
export interface Health {
  status: "ok" | "draining" | "down";
  database: "ok" | "down";
  /** What carries hints between several servers; `none` for one that is alone. The server serves without it. */
  broker: BrokerState;
  version: string;
  uptime_seconds: number;
}

/**
 * CONFIG-8. `/health/live`: the process answers, so there is no use in restarting it. `/health` and `/health/ready`: it
 * can serve, else 503: it stops, or a part that it needs is down.
 */
export function addHealthRoutes(
  routes: Routes,
  context: Context,
  state: { isDraining: () => boolean; broker: () => BrokerState },
): void {
  const { clock, database } = context;
  const began = clock.monotonic();
  let asking: Promise<boolean> | null = null;
  /** Many who ask at once are answered by one look at the store. */
  const reachable = () => {
    asking ??= isReachable(database).finally(() => {
      asking = null;
    });
    return asking;
  };
  const about = () => ({ version, uptime_seconds: Math.floor((clock.monotonic() - began) / 1_000) });
  const ready = async () => {
    const databaseState = (await reachable()) ? "ok" : "down";
    const status = state.isDraining() ? "draining" : databaseState;
    const health: Health = { status, database: databaseState, broker: state.broker(), ...about() };
    return Response.json(health, { status: status === "ok" ? 200 : 503 });
  };
  routes.get("/health", ready);
  routes.get("/health/ready", ready);
  routes.get("/health/live", () => Response.json({ status: "ok", ...about() }));
}
