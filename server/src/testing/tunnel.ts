import { connect, createServer, type Server, type Socket } from "node:net";

/** Stands between a client and a server, and can be cut, refuse, and stall, as networks do. */
export interface Tunnel {
  port: number;
  /** How many clients are connected. */
  connections(): number;
  /** Cuts every connection and refuses new ones. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Keeps every connection open, but nothing gets through, as when the other end hangs. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

/** A tunnel from `port` to a server on this machine. */
export async function startTunnel(port: number, target: number): Promise<Tunnel> {
  const sockets = new Set<Socket>();
  let frozen = false;
  let server: Server | null = null;
  const join = (client: Socket) => {
    const upstream = connect(target, "127.0.0.1");
    const pair = [client, upstream] as const;
    for (const socket of pair) {
      const other = socket === client ? upstream : client;
      sockets.add(socket);
      socket.on("data", (bytes) => void other.write(bytes));
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
      if (frozen) socket.pause();
    }
  };
  const stop = async () => {
    const stopped = server;
    server = null;
    for (const socket of sockets) socket.destroy();
    if (stopped) await new Promise((resolve) => stopped.close(resolve));
  };
  const start = async () => {
    const started = createServer(join);
    await new Promise<void>((resolve, reject) => {
      started.once("error", reject);
      started.listen(port, "127.0.0.1", resolve);
    });
    server = started;
  };
  await start();
  const each = (turn: "pause" | "resume") => {
    frozen = turn === "pause";
    for (const socket of sockets) socket[turn]();
  };
  const connections = () => sockets.size / 2;
  return {
    port,
    connections,
    stop,
    start,
    freeze: () => each("pause"),
    thaw: () => each("resume"),
    close: stop,
  };
}
