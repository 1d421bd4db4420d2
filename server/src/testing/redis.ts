import { connect } from "node:net";
import type { Subprocess } from "bun";
import { freePort } from "./ports.ts";

/** Lives as long as its standard input is open: when the tests end, however they end, it takes the server with it. */
const script = `
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
redis-server --port "$1" --bind 127.0.0.1 --save '' --appendonly no --dir "$folder" >&2 &
server=$!
echo $server
cat >/dev/null
kill -KILL $server
wait $server
`;

/** For `describe.skipIf`, and for the name of what is skipped. */
export const redisMissing = Bun.which("redis-server") === null;

/** A Redis of one test's own. */
export interface TestRedis {
  url: string;
  port: number;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  /** Starts it again, empty. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function startRedis(): Promise<TestRedis> {
  const port = freePort();
  let running = await started(port);
  const kill = async () => {
    process.kill(running.pid, "SIGKILL");
    await running.close();
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill,
    async start() {
      running = await started(port);
    },
    close: () => running.close(),
  };
}

interface Running {
  pid: number;
  close(): Promise<void>;
}

async function started(port: number): Promise<Running> {
  const child = Bun.spawn(["sh", "-c", script, "sh", String(port)], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
  });
  child.unref();
  const pid = await firstNumber(child);
  while (!(await takesConnections(port))) {
    if (child.exitCode !== null) throw new Error("redis-server does not start");
    await Bun.sleep(20);
  }
  const close = async () => {
    child.stdin.end();
    await child.exited;
  };
  return { pid, close };
}

async function firstNumber(child: Subprocess<"pipe", "pipe", "ignore">): Promise<number> {
  let text = "";
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.includes("\n")) return Number(text);
  }
  throw new Error("redis-server does not start");
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
