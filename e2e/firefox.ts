import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../server/src/testing/ports.ts";

/** Where Debian's package puts it. */
const executable = "/usr/bin/firefox-esr";
/** Milliseconds; on a busy machine a start takes a while. */
const patience = 90_000;

export const hasFirefox = existsSync(executable);

/** A Firefox of one's own with one page in it, driven by WebDriver BiDi. */
export interface Firefox {
  goTo(url: string): Promise<void>;
  /** What an expression comes to in the page; promises are waited for. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
  evaluate(expression: string): Promise<any>;
  close(): Promise<void>;
}

/** `preferences` as `about:config` has them. */
export async function startFirefox(preferences: Record<string, unknown>): Promise<Firefox> {
  const profile = await mkdtemp(join(tmpdir(), "parley-firefox-"));
  const lines = Object.entries(preferences).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  );
  await Bun.write(join(profile, "user.js"), lines.join("\n"));
  const child = Bun.spawn(
    [
      ...[executable, "--headless", "--no-remote", "--profile", profile],
      ...["--remote-debugging-port", String(freePort())],
    ],
    { env: { PATH: process.env.PATH ?? "", HOME: profile }, stdout: "ignore", stderr: "pipe" },
  );
  const session = await connect(`${await addressIn(child.stderr)}/session`);
  await session.send("session.new", { capabilities: {} });
  const { contexts } = await session.send("browsingContext.getTree", {});
  const { context } = contexts[0];
  return {
    goTo: async (url) =>
      void (await session.send("browsingContext.navigate", { context, url, wait: "complete" })),
    async evaluate(expression) {
      const answer = await session.send("script.evaluate", {
        ...{
          expression: `(async () => JSON.stringify(await (${expression})) ?? "null")()`,
          awaitPromise: true,
        },
        target: { context },
      });
      if (answer.type !== "success") throw new Error(JSON.stringify(answer.exceptionDetails?.text));
      return JSON.parse(answer.result.value);
    },
    async close() {
      session.end();
      child.kill("SIGTERM");
      await child.exited;
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** Firefox says on its standard error where it is driven from. */
async function addressIn(stderr: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let printed = "";
  const until = Date.now() + patience;
  for await (const part of stderr) {
    printed += decoder.decode(part, { stream: true });
    const [, address] = /WebDriver BiDi listening on (ws:\S+)/.exec(printed) ?? [];
    if (address) return address;
    if (Date.now() > until) break;
  }
  throw new Error(`Firefox did not start:\n${printed}`);
}

interface Session {
  // biome-ignore lint/suspicious/noExplicitAny: the answers of the protocol
  send(method: string, params: object): Promise<any>;
  end(): void;
}

async function connect(url: string): Promise<Session> {
  const socket = new WebSocket(url);
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let count = 0;
  socket.onmessage = ({ data }) => {
    const answer = JSON.parse(String(data));
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.type === "error") asked?.reject(new Error(`${answer.error}: ${answer.message}`));
    else asked?.resolve(answer.result);
  };
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error(`nobody at ${url}`));
  });
  return {
    send(method, params) {
      const asked = Promise.withResolvers<unknown>();
      const id = ++count;
      waiting.set(id, asked);
      socket.send(JSON.stringify({ id, method, params }));
      return asked.promise;
    },
    end: () => socket.close(),
  };
}
