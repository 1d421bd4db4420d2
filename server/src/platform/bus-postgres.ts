import { SQL } from "bun";
import type { Bus } from "./bus.ts";
import { LinkedBus, type LinkTiming } from "./bus-link.ts";

/** Seconds. */
const connectFor = 5;

/** A bus over notifications of the database that the nodes share, on connections of its own. */
export function postgresBus(url: string, channel: string, timing?: LinkTiming): Bus {
  return new LinkedBus(async (listener, givenUp) => {
    const sql = new SQL({
      url,
      max: 1,
      connectionTimeout: connectFor,
      idleTimeout: 0,
      connection: {
        application_name: "parley bus",
        // A notification is a transaction, but one that may be lost: nothing is gained by waiting for the disk.
        synchronous_commit: "off",
      },
    });
    givenUp.addEventListener("abort", () => void sql.close({ timeout: 0 }).catch(() => undefined));
    try {
      // Bun listens again by itself after a connection was lost, and calls `connected` each time.
      await sql.listen(channel, listener.message, listener.connected);
    } catch (error) {
      await sql.close({ timeout: 0 });
      throw error;
    }
    return {
      send: (messages) =>
        sql`SELECT pg_notify(${channel}, message) FROM unnest(${sql.array([...messages], "TEXT")}) AS message`,
    };
  }, timing);
}
