import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { compilePrograms, startLoad } from "./native.ts";
import { onFreshSite } from "./targets.ts";

const missing = ["cc", "taskset"].filter((program) => Bun.which(program) === null);
const canRun = process.platform === "linux" && missing.length === 0;
const name = canRun
  ? "the bench's programs"
  : `the bench's programs (skipped: needs Linux, ${missing.join(" and ")})`;

const folder = mkdtempSync(join(tmpdir(), "parley-bench-"));
const pair = { name: "pair", connections: [[1], [1], [1]], messages: 0 };
const short = { seconds: 0.2, "warm-up": 0.1, settle: 0.5 };

const text = `~${"0".repeat(22)}${"x".repeat(97)}`;

interface Answers {
  /** What a reader is sent for a message of which it should see one delivery. */
  deliver(message: string, reader: number): string[];
  onPong?(): void;
}

/** A server whose faults we choose. It speaks as much of the protocol as the generator does. */
function serve({ deliver, onPong }: Answers) {
  const sockets: Bun.ServerWebSocket<undefined>[] = [];
  return Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request, server) => (server.upgrade(request) ? undefined : new Response(null, { status: 400 })),
    websocket: {
      open: (socket) => void sockets.push(socket),
      pong: () => onPong?.(),
      message(socket, frame) {
        const { type, id, input } = JSON.parse(String(frame));
        if (type === "hello") {
          socket.send('{"type":"ready","rooms":[]}');
          if (onPong) socket.ping("are you there");
          return;
        }
        sockets.forEach((reader, index) => {
          for (const sent of deliver(input.text, index)) reader.send(sent);
        });
        socket.send(`{"type":"done","id":"${id}","result":{"text":${JSON.stringify(input.text)}}}`);
      },
    },
  });
}

const event = (message: string) => `{"type":"event","room":1,"seq":1,"event":{"text":"${message}"}}`;

async function tokensFor(readers: number): Promise<string> {
  const path = join(folder, `tokens-${readers}`);
  await Bun.write(path, "a-token 1\n".repeat(readers));
  return path;
}

async function loadOn(answers: Answers, mode: string, readers: number) {
  const server = serve(answers);
  try {
    return await startLoad(mode, { port: server.port ?? 0, tokens: await tokensFor(readers), ...short })
      .report;
  } finally {
    await server.stop(true);
  }
}

/** Hands bytes on in crumbs, so that frames are torn everywhere. */
function crumble(port: number) {
  return Bun.listen<{ ahead: Promise<Bun.Socket<undefined>> }>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(near) {
        near.setNoDelay(true);
        const ahead = Bun.connect({
          hostname: "127.0.0.1",
          port,
          socket: {
            data: (_far, bytes) => {
              for (let at = 0; at < bytes.length; at += 7) near.write(bytes.subarray(at, at + 7));
            },
            close: () => void near.end(),
          },
        });
        near.data = { ahead };
      },
      data: async (near, bytes) => void (await near.data.ahead).write(bytes),
      close: async (near) => void (await near.data.ahead).end(),
    },
  });
}

beforeAll(async () => {
  if (canRun) await compilePrograms();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!canRun)(name, () => {
  for (const mode of ["floor", "floor-batch", "floor-durable"] as const) {
    for (const workload of ["w1", "w3"]) {
      test(`BENCH-1 everyone sees every message of ${mode} in ${workload}`, async () => {
        const report = await onFreshSite(
          mode,
          pair,
          undefined,
          join(folder, "site"),
          (site) => startLoad(workload, { port: site.port, tokens: site.tokens, ...short }).report,
        );
        expect(report.acks).toBeGreaterThan(0);
        expect(report.deliveries).toBeGreaterThan(report.acks ?? 0);
        expect(report).toMatchObject({ missing: 0, failed: 0, closed: 0 });
      });
    }
  }

  test("BENCH-1 the floor speaks to any websocket client", async () => {
    await onFreshSite("floor-batch", pair, undefined, join(folder, "site"), async ({ port }) => {
      const heard: unknown[] = [];
      const all = Promise.withResolvers<void>();
      const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v2/live`, "parley.v1");
      socket.onerror = () => all.reject(new Error("no connection"));
      socket.onopen = () => socket.send('{"type":"hello","token":"alice","open":[7]}');
      socket.onmessage = ({ data }) => {
        heard.push(JSON.parse(data));
        if (heard.length === 1) {
          socket.send(`{"type":"do","id":"one","op":"message.send","input":{"room":7,"text":"${text}"}}`);
        }
        if (heard.length === 3) all.resolve();
      };
      await all.promise;
      socket.close();
      expect(heard).toEqual([
        { type: "ready" },
        { type: "event", room: 7, seq: 1, event: text },
        { type: "done", id: "one" },
      ]);
    });
  });

  test("BENCH-2 floor-durable keeps every message it delivered", async () => {
    const site = join(folder, "site");
    await onFreshSite("floor-durable", pair, undefined, site, async ({ port, tokens }) => {
      const { acks } = await startLoad("w1", { port, tokens, ...short }).report;
      const kept = readFileSync(join(site, "log"), "latin1").split("~").length - 1;
      expect(kept).toBeGreaterThanOrEqual(acks ?? Number.POSITIVE_INFINITY);
    });
  });

  test("BENCH-3 a delivery that one reader does not get is missing", async () => {
    const lossy = (message: string, reader: number) => (reader === 2 ? [] : [event(message)]);
    const lost = await loadOn({ deliver: lossy }, "w3", 3);
    expect(lost.acks).toBeGreaterThan(0);
    expect(lost.missing).toBeGreaterThanOrEqual(lost.acks ?? 0);
    const whole = await loadOn({ deliver: (message) => [event(message)] }, "w3", 3);
    expect(whole.missing).toBe(0);
  });

  test("BENCH-3 several deliveries in one frame of any length count as several", async () => {
    for (const size of [1, 10, 1_000]) {
      const events = Array.from({ length: size }, () => `{"text":"${text}"}`);
      const frame = `{"type":"events","room":1,"from":0,"to":${size},"events":[${events.join(",")}]}`;
      const report = await loadOn({ deliver: () => [frame] }, "w3", 1);
      expect(report.acks).toBeGreaterThan(0);
      expect(report.deliveries).toBeGreaterThanOrEqual(((report.acks ?? 0) - 1) * size);
      expect(report.deliveries).toBeLessThanOrEqual(((report.acks ?? 0) + 1) * size);
    }
  });

  test("BENCH-3 frames torn at any byte are read whole", async () => {
    const server = serve({ deliver: (message) => [event(message)] });
    const crumbs = crumble(server.port ?? 0);
    const tokens = await tokensFor(2);
    const report = await startLoad("w3", { port: crumbs.port, tokens, ...short }).report;
    crumbs.stop(true);
    await server.stop(true);
    expect(report.acks).toBeGreaterThan(0);
    expect(report).toMatchObject({ missing: 0, closed: 0 });
  });

  test("BENCH-4 the generator answers pings and passes over what it does not know", async () => {
    let pongs = 0;
    const noise = '{"type":"signal","signal":{"kind":"typing"}}';
    const deliver = (message: string) => [noise, event(message), '{"type":"bump","rooms":[]}'];
    const report = await loadOn({ deliver, onPong: () => pongs++ }, "w3", 4);
    expect(pongs).toBe(4);
    expect(report).toMatchObject({ missing: 0, failed: 0 });
  });

  test("BENCH-4 refusals, gaps and ends are counted", async () => {
    const gap = '{"type":"gap","room":1,"head":9,"reason":"slow"}';
    const report = await loadOn({ deliver: (message) => [gap, event(message)] }, "w3", 1);
    expect(report.gaps).toBeGreaterThan(0);

    const refusing = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request, server) => (server.upgrade(request) ? undefined : new Response(null, { status: 400 })),
      websocket: {
        message(socket, frame) {
          const { type, id } = JSON.parse(String(frame));
          if (type === "hello") socket.send('{"type":"ready"}');
          else socket.send(`{"type":"failed","id":"${id}","error":{"code":"forbidden"}}`);
        },
      },
    });
    const tokens = await tokensFor(1);
    const refused = await startLoad("w3", { port: refusing.port ?? 0, tokens, ...short }).report;
    await refusing.stop(true);
    expect(refused.failed).toBeGreaterThan(0);
    expect(refused.acks).toBe(0);
  });
});
