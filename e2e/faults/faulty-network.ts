import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { freePort } from "../../server/src/testing/ports.ts";
import type { Chance } from "./chance.ts";

/**
 * `reset` breaks the connection; `end` closes it as if one side had; `stall` lets nothing through for a while and then
 * breaks it; `silence` lets nothing through for ever, and neither side is told.
 */
export const waysToBreak = ["reset", "end", "stall", "silence"] as const;
export type Way = (typeof waysToBreak)[number];

export interface FaultyNetwork {
  port: number;
  /** How many connections broke, by the way in which they did. */
  readonly broken: Readonly<Record<Way, number>>;
  /** From now on every connection holds, those that are open too. */
  mend(): void;
  stop(): void;
}

/** Milliseconds. */
const stallFor = 300;
/** Where a connection breaks: in the handshake, in a frame, or after very many of them. */
const lengths = [200, 2_000, 8_000, 40_000];
/** Clients say far less than they are told. */
const upwards = 1 / 8;

/** A network between clients and a server in which every connection breaks, each in its own way at a byte of its own. */
export async function faultyNetwork(targetPort: number, chance: Chance): Promise<FaultyNetwork> {
  const port = freePort();
  const open = new Set<Socket>();
  const broken = { reset: 0, end: 0, stall: 0, silence: 0 };
  let isMended = false;

  const track = (socket: Socket) => {
    open.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => open.delete(socket));
  };
  const listener = createServer({ allowHalfOpen: true }, (client) => {
    const server = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true });
    for (const socket of [client, server]) track(socket);
    const isUp = chance.next() < 0.4;
    const length = chance.one(lengths) * (isUp ? upwards : 1);
    const fate = { way: chance.one(waysToBreak), isUp, left: chance.between(0, length) };
    let isSilent = false;
    const breakNow = () => {
      broken[fate.way]++;
      isSilent = true;
      if (fate.way === "reset") for (const socket of [client, server]) socket.resetAndDestroy();
      if (fate.way === "end") for (const socket of [client, server]) socket.end();
      if (fate.way === "stall") {
        setTimeout(() => {
          for (const socket of [client, server]) socket.resetAndDestroy();
        }, stallFor);
      }
    };
    const forward = (from: Socket, to: Socket, isUp: boolean) => {
      from.on("data", (bytes: Buffer) => {
        if (isSilent) return;
        const counts = isUp === fate.isUp && !isMended;
        if (!counts || bytes.length <= fate.left) {
          if (counts) fate.left -= bytes.length;
          if (!to.write(bytes)) pauseUntilDrained(from, to);
          return;
        }
        to.write(bytes.subarray(0, fate.left), breakNow);
        isSilent = true;
      });
      from.on("end", () => !isSilent && to.end());
      // One side that is gone takes the other with it, unless nobody is to be told.
      from.on("close", () => (fate.way === "silence" && isSilent && !isMended ? undefined : to.destroy()));
    };
    forward(client, server, true);
    forward(server, client, false);
  });
  listener.listen(port, "127.0.0.1");
  await once(listener, "listening");
  return {
    port,
    broken,
    mend() {
      isMended = true;
    },
    stop() {
      for (const socket of open) socket.destroy();
      listener.close();
    },
  };
}

function pauseUntilDrained(from: Socket, to: Socket): void {
  from.pause();
  to.once("drain", () => from.resume());
}
