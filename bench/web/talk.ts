import { Chance } from "@parley/server/src/populating/random.ts";
import { someText } from "@parley/server/src/populating/texts.ts";
import type { Client } from "@parley/web/client/client";

export interface Talk {
  /** Ends it; the answer is how many messages a second it was. */
  stop(): Promise<number>;
}

const MESSAGES_PER_SECOND = 50;
const TICK_MS = 20;
/** Sent and not yet answered: beyond it the server is not asked for more. */
const MOST_WAITING = 100;

/** Somebody says so much a second in a room, as evenly as it can be done. */
export function startTalk(client: Client, room: number): Talk {
  const chance = new Chance(7);
  const waiting = new Set<Promise<unknown>>();
  const began = performance.now();
  let asked = 0;
  let sent = 0;
  let failure: unknown;
  const say = () => {
    asked += 1;
    const message = { room, text: someText(chance), client_id: crypto.randomUUID() };
    const saying = client.call("message.send", message).then(
      () => {
        sent += 1;
      },
      (error: unknown) => {
        failure = error;
      },
    );
    waiting.add(saying);
    void saying.then(() => waiting.delete(saying));
  };
  const timer = setInterval(() => {
    const due = ((performance.now() - began) / 1_000) * MESSAGES_PER_SECOND;
    while (asked < due && waiting.size < MOST_WAITING) say();
  }, TICK_MS);
  return {
    async stop() {
      clearInterval(timer);
      const seconds = (performance.now() - began) / 1_000;
      await Promise.all(waiting);
      if (failure !== undefined) throw failure;
      return sent / seconds;
    },
  };
}
