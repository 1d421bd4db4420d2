import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../server/src/testing/ports.ts";
import { admin } from "./server.ts";

const strace = Bun.which("strace");
const root = join(import.meta.dir, "..");

/** Every connection that a process asked the system for, as `strace` tells it. */
function connectionsIn(trace: string): string[] {
  return trace.split("\n").filter((line) => line.includes("sa_family=AF_INET"));
}

async function answering(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok) return;
    await Bun.sleep(50);
  }
}

/** What a person and an admin do in a first hour, over REST. */
async function use(url: string): Promise<number> {
  const call = async (method: string, path: string, body?: unknown, token?: string) => {
    const headers = {
      "content-type": "application/json",
      ...(token && { authorization: `Bearer ${token}` }),
    };
    const answer = await fetch(`${url}/api/v2${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    expect(answer.ok).toBe(true);
    return answer.status === 204 ? {} : await answer.json();
  };
  const { access_token } = await call("POST", "/session", {
    login: admin.username,
    password: admin.password,
  });
  const room = await call("POST", "/rooms", { kind: "channel", name: "lobby", public: true }, access_token);
  const text = "see https://example.org/page.html and ![picture](https://example.org/picture.png)";
  await call("POST", `/rooms/${room.id}/messages`, { text }, access_token);
  await call("POST", "/invites", {}, access_token);
  const { messages } = await call("GET", `/rooms/${room.id}/messages`, undefined, access_token);
  for (const page of ["/", "/docs", "/redoc", "/openapi.json", "/health"]) await fetch(`${url}${page}`);
  return messages.length;
}

// The system's own call tracer is not everywhere.
test.skipIf(!strace)("CONFIG-11 nothing is connected to that the admin did not name", async () => {
  const folder = await mkdtemp(join(tmpdir(), "parley-outbound-"));
  const trace = join(folder, "trace");
  const port = freePort();
  const server = Bun.spawn(
    [
      strace ?? "",
      "-D",
      "-f",
      "-qq",
      "-e",
      "trace=connect,sendto,sendmsg",
      "-e",
      "signal=none",
      "-o",
      trace,
    ].concat([process.execPath, "server/src/main.ts"]),
    {
      cwd: root,
      env: {
        PATH: process.env.PATH ?? "",
        HOME: folder,
        DATA_DIR: join(folder, "data"),
        PORT: String(port),
        ADMIN_USERNAME: admin.username,
        ADMIN_EMAIL: admin.email,
        ADMIN_PASSWORD: admin.password,
      },
      stdout: "ignore",
      stderr: "ignore",
    },
  );
  try {
    const url = `http://localhost:${port}`;
    await answering(url);
    expect(await use(url)).toBe(1);
    // Premise: the tracer sees what this process sends.
    expect(readFileSync(trace, "utf8")).toContain("HTTP/1.1 200");
    expect(connectionsIn(readFileSync(trace, "utf8"))).toEqual([]);
  } finally {
    server.kill("SIGTERM");
    await server.exited;
    await rm(folder, { recursive: true, force: true });
  }
});
