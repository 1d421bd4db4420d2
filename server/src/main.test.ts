import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeCodes, livePath, liveSubprotocol } from "@parley/protocol/frames";
import type { Subprocess } from "bun";
import { freePort } from "./testing/ports.ts";

const root = mkdtempSync(join(tmpdir(), "parley-main-"));
let folders = 0;
const newFolder = () => join(root, `data-${++folders}`);

const running = new Set<Subprocess>();
afterEach(async () => {
  for (const child of running) child.kill("SIGKILL");
  await Promise.all([...running].map((child) => child.exited));
  running.clear();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const admin = { username: "admin", email: "admin@example.org", password: "admin keeps seven grey herons" };
const firstAdmin = {
  ADMIN_USERNAME: admin.username,
  ADMIN_EMAIL: admin.email,
  ADMIN_PASSWORD: admin.password,
};

/** A server process; `before` is what the shell does first. */
async function start(environment: Record<string, string>, before = "") {
  const port = freePort();
  const child = Bun.spawn(
    [
      "sh",
      "-c",
      `${before} exec "$0" --no-env-file --no-install "$1"`,
      process.execPath,
      join(import.meta.dir, "main.ts"),
    ],
    {
      env: { PORT: String(port), HOME: root, ...environment },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    },
  );
  running.add(child);
  let output = "";
  const reading = [child.stdout, child.stderr].map(async (stream) => {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) output += part;
  });
  const url = `http://127.0.0.1:${port}`;
  const code = child.exited.then(async (exit) => {
    await Promise.all(reading);
    return exit;
  });
  /** Waits until it answers; false when it ended instead. */
  const ready = async () => {
    while (child.exitCode === null) {
      if ((await fetch(`${url}/health/live`).catch(() => null))?.ok) return true;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return false;
  };
  return { child, url, code, ready, output: () => output };
}

const post = (url: string, body: unknown, token?: string) =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });

async function signIn(url: string): Promise<string> {
  const response = await post(`${url}/api/v2/session`, { login: admin.username, password: admin.password });
  return ((await response.json()) as { access_token: string }).access_token;
}

async function makeRoom(url: string, token: string): Promise<string> {
  const response = await post(`${url}/api/v2/rooms`, { kind: "channel", name: "lobby" }, token);
  return `${url}/api/v2/rooms/${((await response.json()) as { id: number }).id}/messages`;
}

/** A live socket that has said hello, and the frames it got. */
async function connect(url: string, token: string) {
  const socket = new WebSocket(url.replace("http", "ws") + livePath, liveSubprotocol);
  const frames: { type: string }[] = [];
  const closed = new Promise<number>((resolve) => {
    socket.onclose = ({ code }) => resolve(code);
  });
  await new Promise<void>((resolve) => {
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", token }));
    socket.onmessage = ({ data }) => {
      frames.push(JSON.parse(data));
      resolve();
    };
  });
  return { frames, closed };
}

describe("the start", () => {
  test("CONFIG-10 an unclaimed server prints its set-up link, and never logs it", async () => {
    const server = await start({ DATA_DIR: newFolder(), LOG_LEVEL: "debug" });
    expect(await server.ready()).toBe(true);
    while (!server.output().includes("/setup#code=")) await new Promise((resolve) => setTimeout(resolve, 20));
    const code = /\/setup#code=(\S+)/.exec(server.output())?.[1] ?? "";
    const claimed = await post(`${server.url}/api/v2/server/claim`, { ...admin, code });
    expect(claimed.status).toBe(201);
    const lines = server
      .output()
      .split("\n")
      .filter((line) => line.startsWith("{"));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines)
      expect([line.includes(code), typeof JSON.parse(line).event]).toEqual([false, "string"]);
  });

  test("CONFIG-10 a claimed server prints none", async () => {
    const server = await start({ DATA_DIR: newFolder(), ...firstAdmin });
    expect(await server.ready()).toBe(true);
    expect(
      (await post(`${server.url}/api/v2/session`, { login: "admin", password: admin.password })).status,
    ).toBe(200);
    expect(server.output()).not.toContain("setup");
    expect(server.output()).not.toContain(admin.password);
  });

  test("CONFIG-9 wrong settings end with code 78 and plain words", async () => {
    const server = await start({ DATA_DIR: newFolder(), REGISTRATION: "sometimes", LOG_LEVEL: "loud" });
    expect(await server.ready()).toBe(false);
    expect(await server.code).toBe(78);
    expect(server.output()).toContain("REGISTRATION must be one of closed, invite, open");
    expect(server.output()).toContain("LOG_LEVEL");
    expect(server.output()).not.toMatch(/\n\s+at /);
  });

  test("CONFIG-9 a weak password for the first admin stops the start and is not shown", async () => {
    const server = await start({ DATA_DIR: newFolder(), ...firstAdmin, ADMIN_PASSWORD: "password123" });
    expect(await server.ready()).toBe(false);
    expect(await server.code).toBe(1);
    expect(server.output()).toContain("ADMIN_PASSWORD");
    expect(server.output()).not.toContain("password123");
  });

  test("CONFIG-5 a second server on the same folder is refused; one on what a killed server left is not", async () => {
    const DATA_DIR = newFolder();
    const first = await start({ DATA_DIR, ...firstAdmin });
    expect(await first.ready()).toBe(true);
    const second = await start({ DATA_DIR });
    expect(await second.code).toBe(1);
    expect(second.output()).toContain(
      `another server (process ${first.child.pid}) is using the data in ${DATA_DIR}`,
    );
    first.child.kill("SIGKILL");
    await first.code;
    const third = await start({ DATA_DIR });
    expect(await third.ready()).toBe(true);
  });

  test("CONFIG-5 a second server on the same SQLite file is refused too", async () => {
    const DATABASE_URL = `sqlite:///${join(newFolder(), "shared.db")}`;
    const first = await start({ DATA_DIR: newFolder(), DATABASE_URL, ...firstAdmin });
    expect(await first.ready()).toBe(true);
    const second = await start({ DATA_DIR: newFolder(), DATABASE_URL });
    expect(await second.code).toBe(1);
    expect(second.output()).toContain("is using the database");
  });
});

describe("the stop", () => {
  test("CONFIG-7 not ready any more, sockets are sent away, what was begun is finished, code 0", async () => {
    const server = await start({ DATA_DIR: newFolder(), ...firstAdmin });
    expect(await server.ready()).toBe(true);
    const token = await signIn(server.url);
    const messages = await makeRoom(server.url, token);
    const socket = await connect(server.url, token);
    const sends = Array.from({ length: 50 }, (_, index) => post(messages, { text: `last ${index}` }, token));
    server.child.kill("SIGTERM");
    for (;;) {
      const health = await fetch(`${server.url}/health/ready`);
      if (health.status === 503) {
        expect(await health.json()).toMatchObject({ status: "draining", database: "ok" });
        break;
      }
    }
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    const upgrade = await fetch(server.url + livePath, {
      headers: {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
      },
    });
    expect(upgrade.status).toBe(503);
    // While others still leave, whoever is there is served.
    expect((await post(messages, { text: "while stopping" }, token)).status).toBe(201);
    expect((await Promise.all(sends)).every((response) => response.status === 201)).toBe(true);
    expect(await socket.closed).toBe(closeCodes.drain);
    expect(socket.frames.map((frame) => frame.type)).toContain("drain");
    expect(await server.code).toBe(0);
    expect(server.output()).toContain("server.stopped");
  });

  test("CONFIG-7 with nobody there it is gone at once, by either signal", async () => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      const server = await start({ DATA_DIR: newFolder(), ...firstAdmin });
      expect(await server.ready()).toBe(true);
      server.child.kill(signal);
      expect(await server.code).toBe(0);
    }
  });

  test("CONFIG-7 a second signal does not wait", async () => {
    const server = await start({ DATA_DIR: newFolder(), ...firstAdmin });
    expect(await server.ready()).toBe(true);
    await connect(server.url, await signIn(server.url));
    server.child.kill("SIGTERM");
    while ((await fetch(`${server.url}/health/ready`)).status !== 503);
    server.child.kill("SIGTERM");
    expect(await server.code).toBe(1);
  });

  test("WRITE-6 when the disk fails under a commit nothing more is answered, and what was answered is there", async () => {
    const DATA_DIR = newFolder();
    // Files may grow to a megabyte; a write beyond it fails as a broken disk does.
    const server = await start({ DATA_DIR, ...firstAdmin }, "trap '' XFSZ; ulimit -f 2048;");
    expect(await server.ready()).toBe(true);
    const token = await signIn(server.url);
    const messages = await makeRoom(server.url, token);
    let acknowledged = 0;
    for (;;) {
      const response = await post(messages, { text: `${acknowledged} ${"x".repeat(9_000)}` }, token).catch(
        () => null,
      );
      if (response === null) break;
      expect(response.status).toBe(201);
      acknowledged++;
    }
    expect(await server.code).toBe(70);
    expect(server.output()).toContain("stopping, because nobody can tell what was stored");
    expect(acknowledged).toBeGreaterThan(0);

    const again = await start({ DATA_DIR });
    expect(await again.ready()).toBe(true);
    const page = await fetch(`${messages.replace(server.url, again.url)}?after=0&limit=200`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { messages: found } = (await page.json()) as { messages: { text: string }[] };
    expect(found.slice(0, acknowledged).map(({ text }) => Number.parseInt(text, 10))).toEqual(
      Array.from({ length: acknowledged }, (_, index) => index),
    );
    expect(found.length - acknowledged).toBeOneOf([0, 1]);
  });

  test("CONFIG-9 what stops the start leaves nothing locked", async () => {
    const DATA_DIR = newFolder();
    const taken = Bun.listen({
      hostname: "127.0.0.1",
      port: freePort(),
      socket: { data: () => undefined },
    });
    const failed = await start({ DATA_DIR, ...firstAdmin, PORT: String(taken.port) });
    expect(await failed.code).toBe(1);
    taken.stop(true);
    expect(failed.output()).toContain(String(taken.port));
    expect(() => readFileSync(join(DATA_DIR, "server.pid"))).toThrow();
  });
});
