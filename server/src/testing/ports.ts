/** Ports from 32768 on are handed out to outgoing connections and may be taken at any moment. */
const lowest = 15_000;
const count = 16_384;
/** Tests that run at once in other processes draw from other ports: nobody takes what another is about to. */
const apart = 16;

const { BUN_TEST_WORKER_ID: worker = "0" } = process.env;
let drawn = Math.floor((Math.random() * count) / apart);

/** A port nobody listens on at this moment. */
export function freePort(): number {
  for (;;) {
    const port = lowest + ((apart * drawn++ + (Number(worker) % apart)) % count);
    try {
      Bun.listen({ hostname: "127.0.0.1", port, socket: { data: () => undefined } }).stop(true);
      return port;
    } catch {
      // Taken: another one.
    }
  }
}
