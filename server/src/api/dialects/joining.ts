import type { DialectCall } from "./route.ts";

/**
 * The documented systems know no joining: whoever connects to a public room, or reads it, is in it from then on.
 * What this person may not see stays as it is, not there.
 */
export async function joinPublic(call: Pick<DialectCall, "ask">, room: number): Promise<void> {
  const { role } = await call.ask("room.get", { room });
  if (role === null) await call.ask("room.join", { room });
}
