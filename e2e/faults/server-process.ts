import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subprocess } from "bun";
import { freePort } from "../../server/src/testing/ports.ts";
import { admin } from "../server.ts";

const root = join(import.meta.dir, "../..");
/** Milliseconds; only a hang is as long as this. */
const patience = 60_000;

export interface ServerProcess {
  readonly url: string;
  readonly port: number;
  /** Where its data is. */
  readonly folder: string;
  /** What it has printed so far. */
  output(): string;
  /** Starts it; `false` does not wait until it answers. */
  start(options?: { environment?: Record<string, string>; answering?: boolean }): Promise<void>;
  /** Sends it a signal and answers its exit code once it has ended; null after a signal that ends it at once. */
  end(signal: "SIGKILL" | "SIGTERM"): Promise<number | null>;
  /** The exit code, once it has ended by itself. */
  exited(): Promise<number | null>;
  /** Ends it and throws its data away. */
  remove(): Promise<void>;
}

/** The real server as a process of its own, to be ended in every way a process can end. */
export async function serverProcess(
  options: { folder?: string; environment?: Record<string, string> } = {},
): Promise<ServerProcess> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "parley-fault-")));
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: Subprocess<"ignore", "pipe", "pipe"> | undefined;
  let output = "";

  async function collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const part of stream)
      output = (output + decoder.decode(part, { stream: true })).slice(-100_000);
  }
  const start: ServerProcess["start"] = async ({ environment = {}, answering = true } = {}) => {
    child = Bun.spawn([process.execPath, "server/src/main.ts"], {
      cwd: root,
      env: {
        PATH: process.env.PATH ?? "",
        HOME: folder,
        DATA_DIR: folder,
        PORT: String(port),
        PUBLIC_URL: url,
        OPERATIONS_PER_SECOND: "0",
        LOG_LEVEL: "warn",
        ADMIN_USERNAME: admin.username,
        ADMIN_EMAIL: admin.email,
        ADMIN_PASSWORD: admin.password,
        ...options.environment,
        ...environment,
      },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    for (const stream of [child.stdout, child.stderr]) void collect(stream);
    if (answering) await untilAnswering(url, child, () => output);
  };
  const exited = async () => {
    await child?.exited;
    return child?.exitCode ?? null;
  };
  return {
    ...{ url, port, folder, start, exited },
    output: () => output,
    async end(signal) {
      child?.kill(signal);
      return exited();
    },
    async remove() {
      child?.kill("SIGKILL");
      await exited();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilAnswering(url: string, child: Subprocess, output: () => string): Promise<void> {
  const until = performance.now() + patience;
  while (performance.now() < until) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the server ended:\n${output()}`);
    const answer = await fetch(`${url}/api/v2/server`).catch(() => undefined);
    if (answer?.ok) return;
    await Bun.sleep(20);
  }
  throw new Error(`the server did not answer:\n${output()}`);
}
