import { RedisClient, type RedisOptions } from "bun";
import type { Bus } from "./bus.ts";
import { LinkedBus, type LinkTiming } from "./bus-link.ts";

const options: RedisOptions = {
  /** Milliseconds. */
  connectionTimeout: 5_000,
  autoReconnect: true,
  // Bun gives up for good after so many tries.
  maxRetries: 2_000_000_000,
  // What cannot be sent now is of no use later.
  enableOfflineQueue: false,
};

/** A bus over a Redis, which may be gone at any time: publishing over one connection, hearing over another. */
export function redisBus(url: string, channel: string, timing?: LinkTiming): Bus {
  return new LinkedBus(async (listener, givenUp) => {
    const speaker = new RedisClient(url, options);
    const hearer = new RedisClient(url, options);
    const close = () => {
      speaker.close();
      hearer.close();
    };
    givenUp.addEventListener("abort", close);
    const listen = async () => {
      await hearer.subscribe(channel, (message) => listener.message(message));
      listener.connected();
    };
    try {
      await Promise.all([speaker.connect(), hearer.connect()]);
      await listen();
    } catch (error) {
      close();
      throw error;
    }
    // After a reconnection Bun seems subscribed but hears nothing, until it has unsubscribed and subscribed anew.
    const listenAgain = async () => {
      await hearer.unsubscribe(channel);
      await listen();
    };
    // What fails here goes down with its connection, and is tried again with the next one.
    hearer.onconnect = () => void listenAgain().catch(() => undefined);
    return {
      send: (messages) => Promise.all(messages.map((message) => speaker.publish(channel, message))),
    };
  }, timing);
}
