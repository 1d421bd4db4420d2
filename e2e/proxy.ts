import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { freePort } from "../server/src/testing/ports.ts";

export interface Proxy {
  url: string;
  /** Breaks every connection; the next ones pass. */
  cut(): void;
  /** Breaks every connection and lets none through until `restore`. */
  block(): void;
  restore(): void;
  stop(): void;
}

/** A network between client and server that can be broken. */
export async function startProxy(targetPort: number): Promise<Proxy> {
  const port = freePort();
  const open = new Set<Socket>();
  let isBlocked = false;

  function track(socket: Socket, other: Socket): void {
    open.add(socket);
    // Whatever broke it, the other half breaks too.
    socket.on("error", () => other.destroy());
    socket.on("close", () => {
      open.delete(socket);
      other.destroy();
    });
  }
  const listener = createServer((client) => {
    if (isBlocked) return void client.destroy();
    const server = connect(targetPort, "127.0.0.1");
    track(client, server);
    track(server, client);
    client.pipe(server).pipe(client);
  });
  listener.listen(port, "127.0.0.1");
  await once(listener, "listening");

  function cut(): void {
    for (const socket of [...open]) socket.destroy();
  }
  return {
    url: `http://127.0.0.1:${port}`,
    cut,
    block() {
      isBlocked = true;
      cut();
    },
    restore() {
      isBlocked = false;
    },
    stop() {
      cut();
      listener.close();
    },
  };
}
