import { describe, expect, test } from "bun:test";
import { ChatError } from "@parley/protocol/errors";
import type { ServerFrame } from "@parley/protocol/frames";
import { closeCodes } from "@parley/protocol/live";
import { ScriptedNetwork, settled } from "./scripted-network.ts";
import { LiveSocket } from "./socket.ts";

const ready: ServerFrame = {
  type: "ready",
  session: 1,
  epoch: "first",
  now: "2027-01-15T08:00:00.000Z",
  user: 1,
  user_seq: 0,
  mode: "fresh",
  rooms: [],
};

function setUp() {
  const network = new ScriptedNetwork();
  const states: string[] = [];
  const heard: string[] = [];
  const refused: string[] = [];
  const session = { token: async () => "a-token", ended: 0 };
  const socket = new LiveSocket({
    url: "http://localhost:8000",
    environment: network,
    app: "test",
    device: "here",
    token: () => session.token(),
    refused: (token) => refused.push(token),
    ended: () => {
      session.ended += 1;
    },
    positions: () => ({ epoch: "first", user_seq: 3, rooms: { 7: [12, 99] }, open: [7] }),
    ready: () => states.push("greeted"),
    frame: ({ type }) => heard.push(type),
    changed: ({ status }) => states.push(status),
  });
  const connect = async () => {
    await settled();
    network.socket.open();
    network.socket.receive(ready);
  };
  return { network, socket, states, heard, refused, session, connect };
}

async function started() {
  const all = setUp();
  all.socket.start();
  await all.connect();
  return all;
}

describe("the live socket", () => {
  test("LINK-5 says hello with the positions held, and is ready when it is greeted", async () => {
    const { network, states } = await started();
    const { url, subprotocol, sent } = network.socket;
    expect([url, subprotocol]).toEqual(["ws://localhost:8000/api/v2/live", "parley.v1"]);
    expect(sent).toEqual([
      {
        type: "hello",
        token: "a-token",
        app: "test",
        device: "here",
        epoch: "first",
        user_seq: 3,
        rooms: { 7: [12, 99] },
        open: [7],
      },
    ] as never);
    expect(states).toEqual(["connecting", "greeted", "ready"]);
  });

  test("LINK-1 comes back after a cut, later each time, until it has stood for a minute", async () => {
    const { network, states, connect } = await started();
    network.chance = 0.999;
    const waits: number[] = [];
    for (let cuts = 0; cuts < 4; cuts++) {
      network.socket.cut();
      expect(states.at(-1)).toBe("waiting");
      waits.push(Math.round(network.waits.at(-1) ?? 0));
      await network.pass(network.waits.at(-1) ?? 0);
      await connect();
    }
    expect(waits).toEqual([999, 999, 1998, 3996]);
    for (let minute = 0; minute < 70; minute++) {
      await network.pass(1_000);
      const ping = network.socket.frames("ping").at(-1);
      if (ping) network.socket.receive({ type: "pong", n: ping.n, now: ready.now, user_seq: 0 });
    }
    network.socket.cut();
    expect(Math.round(network.waits.at(-1) ?? 0)).toBe(999);
  });

  test("LINK-1 waits as long as the server asks for", async () => {
    const { network, socket } = setUp();
    socket.start();
    await settled();
    network.socket.open();
    network.socket.receive({
      type: "error",
      error: { code: "unavailable", message: "full", retry: "wait", after: 8 },
    });
    network.socket.cut(closeCodes.drain);
    expect(network.waits).toEqual([8_500]);
  });

  test("LINK-1 gives up on a server that does not greet", async () => {
    const { network, states, socket } = setUp();
    socket.start();
    await settled();
    network.socket.open();
    await network.pass(15_000);
    expect(states.at(-1)).toBe("waiting");
    expect(network.sockets[0]?.closedWith).toBe(1000);
  });

  test("LINK-1 is at once back when the device wakes", async () => {
    const { network, socket } = await started();
    network.socket.cut();
    socket.wake();
    await settled();
    expect(network.sockets.length).toBe(2);
  });

  test("LINK-2 asks every 25 s or so whether anybody is there, first at a moment of chance", async () => {
    const { network } = await started();
    await network.pass(12_499);
    expect(network.socket.frames("ping").length).toBe(0);
    await network.pass(1);
    expect(network.socket.frames("ping").length).toBe(1);
    network.socket.receive({ type: "pong", n: 1, now: ready.now, user_seq: 0 });
    network.chance = 1;
    await network.pass(25_000);
    network.socket.receive({ type: "pong", n: 2, now: ready.now, user_seq: 0 });
    await network.pass(29_999);
    expect(network.socket.frames("ping").map(({ n }) => n)).toEqual([1, 2]);
    await network.pass(1);
    expect(network.socket.frames("ping").map(({ n }) => n)).toEqual([1, 2, 3]);
  });

  test("LINK-2 leaves a connection on which nobody answers, however open it says it is", async () => {
    const { network, states, heard, connect } = await started();
    const [silent] = network.sockets;
    await network.pass(12_500);
    await network.pass(9_999);
    expect(states.at(-1)).toBe("ready");
    await network.pass(1);
    expect(states.at(-1)).toBe("waiting");
    await network.pass(500);
    await connect();
    heard.length = 0;
    silent?.receive({ type: "user_gap", head: 3 });
    silent?.cut();
    expect([states.at(-1), heard]).toEqual(["ready", []]);
  });

  test("LINK-2 finds out within 3 s of waking that the connection is dead", async () => {
    const { network, socket, states } = await started();
    socket.wake();
    expect(network.socket.frames("ping").length).toBe(1);
    await network.pass(3_000);
    expect(states.at(-1)).toBe("waiting");
  });

  test("LINK-3 leaves a stopping server at its own moment and comes back at once", async () => {
    const { network, states, connect } = await started();
    network.chance = 0.25;
    network.socket.receive({ type: "drain", in: 8 });
    await network.pass(1_999);
    expect([network.sockets.length, states.at(-1)]).toEqual([1, "ready"]);
    await network.pass(1);
    expect(network.sockets.length).toBe(2);
    await connect();
    expect(states.at(-1)).toBe("ready");
  });

  test("LINK-4 does not come back once the session has ended", async () => {
    for (const cut of [
      (network: ScriptedNetwork) => network.socket.cut(closeCodes.revoked),
      (network: ScriptedNetwork) => {
        network.socket.receive({ type: "bye", code: closeCodes.revoked, message: "" });
        network.socket.cut(1006);
      },
    ]) {
      const { network, states, session } = await started();
      cut(network);
      expect([states.at(-1), session.ended, network.waits]).toEqual(["off", 1, []]);
    }
  });

  test("LINK-4 comes with another token when the server refuses this one", async () => {
    const { network, refused, session } = await started();
    session.token = async () => "another";
    network.socket.cut(closeCodes.unauthenticated);
    expect(refused).toEqual(["a-token"]);
    await network.pass(500);
    network.socket.open();
    expect(network.socket.sent[0]).toMatchObject({ type: "hello", token: "another" });
  });

  test("LINK-4 gives up when there is no session, and goes on when it cannot be asked for", async () => {
    const { network, states, session, socket } = setUp();
    session.token = async () => {
      throw new ChatError("unavailable", "no network");
    };
    socket.start();
    await settled();
    expect(states.at(-1)).toBe("waiting");
    session.token = async () => {
      throw new ChatError("unauthenticated", "sign in");
    };
    await network.pass(500);
    expect([states.at(-1), session.ended, network.sockets.length]).toEqual(["off", 1, 0]);
  });

  test("LINK-6 lives on with a fresh token", async () => {
    const { network, socket, refused } = await started();
    socket.renew("fresh");
    expect(network.socket.frames("auth")).toEqual([{ type: "auth", token: "fresh" }]);
    network.socket.cut(closeCodes.unauthenticated);
    expect(refused).toEqual(["fresh"]);
  });

  test("LINK-7 gives each operation its answer", async () => {
    const { network, socket } = await started();
    const [first, second] = [socket.do("message.send", { text: "one" }, "a"), socket.do("x", {}, "b")];
    expect(network.socket.frames("do")).toEqual([
      { type: "do", id: "a", op: "message.send", input: { text: "one" } },
      { type: "do", id: "b", op: "x", input: {} },
    ]);
    network.socket.receive({
      type: "failed",
      id: "b",
      error: { code: "rate_limited", message: "slowly", retry: "wait", after: 3 },
    });
    network.socket.receive({ type: "done", id: "a", result: { seq: 4 } });
    expect((await first).result).toEqual({ seq: 4 });
    await expect(second).rejects.toMatchObject({ code: "rate_limited", details: { after: 3 } });
  });

  test("LINK-7 says of operations under way at a cut that their outcome is not known", async () => {
    const { network, socket } = await started();
    const doing = socket.do("message.send", {}, "a");
    network.socket.cut();
    await expect(doing).rejects.toMatchObject({ code: "unavailable" });
    await expect(socket.do("message.send", {}, "b")).rejects.toMatchObject({ code: "unavailable" });
  });

  test("LINK-7 takes a connection that answers pings but nothing else for broken", async () => {
    const { network, socket, states } = await started();
    const doing = socket.do("message.send", {}, "a");
    doing.catch(() => undefined);
    await network.pass(12_500);
    network.socket.receive({ type: "pong", n: 1, now: ready.now, user_seq: 0 });
    await network.pass(17_499);
    expect(states.at(-1)).toBe("ready");
    await network.pass(1);
    expect(states.at(-1)).toBe("waiting");
    await expect(doing).rejects.toMatchObject({ code: "unavailable" });
  });

  test("LINK-7 does not send a frame for which the server would close the connection", async () => {
    const { network, socket } = await started();
    const doing = socket.do("message.send", { text: "ж".repeat(33_000) }, "a");
    await expect(doing).rejects.toMatchObject({ code: "too_large" });
    expect(network.socket.frames("do")).toEqual([]);
  });

  test("LINK-8 once stopped it neither hears nor comes back", async () => {
    const { network, socket, states, heard } = await started();
    const [socketOnce] = network.sockets;
    socket.stop();
    expect([states.at(-1), network.waits]).toEqual(["off", []]);
    heard.length = 0;
    socketOnce?.receive({ type: "user_gap", head: 3 });
    socketOnce?.cut();
    await network.pass(60_000);
    expect([network.sockets.length, heard]).toEqual([1, []]);
  });
});
