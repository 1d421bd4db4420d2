import { afterEach, beforeEach, expect, test } from "bun:test";
import type { ServerFrame, ServerSignal } from "@parley/protocol/frames";
import type { Presence } from "@parley/protocol/presence";
import { type TestApp, testApp } from "../../testing/app.ts";
import { eventually } from "../../testing/eventually.ts";
import { type HelloSocket, liveSocket } from "../../testing/live-socket.ts";
import type { Name } from "../../testing/people.ts";
import { onEveryEngine } from "../../testing/store.ts";

const type = (socket: HelloSocket, room: number) =>
  socket.send({ type: "signal", signal: { kind: "typing", room, on: true } });
const watch = (socket: HelloSocket, ...users: number[]) =>
  socket.send({ type: "signal", signal: { kind: "watch", users } });
const says = (socket: HelloSocket, state: "online" | "away") =>
  socket.send({ type: "signal", signal: { kind: "presence", state } });

function signalsOf<Kind extends ServerSignal["kind"]>(frames: readonly ServerFrame[], kind: Kind) {
  return frames.flatMap((frame) =>
    frame.type === "signal" && frame.signal.kind === kind
      ? [frame.signal as Extract<ServerSignal, { kind: Kind }>]
      : [],
  );
}

const toldOf = (socket: HelloSocket, user: number): Presence[] =>
  signalsOf(socket.frames, "presence").flatMap(({ presence }) => (presence.user === user ? [presence] : []));

onEveryEngine((engine) => {
  let app: TestApp;
  beforeEach(async () => {
    app = await testApp({ engine });
  });
  afterEach(() => app.close());

  const online = async (name: Name) => liveSocket(app.url, await app.signIn(name));
  const block = (socket: HelloSocket, user: number, on = true) => socket.done("block.set", { user, on });
  const unseen = (user: number) => ({ user, state: "offline", last_seen: null, status_message: "" }) as const;

  test("BLOCK-2 every device of whoever blocks is told, and nobody else", async () => {
    const [alice, phone, bob] = await Promise.all([online("alice"), online("alice"), online("bob")]);
    expect(alice.ready.blocks).toBeUndefined();
    await block(alice, app.people.bob.id);
    const told = await phone.until("user_event", ({ event }) => event.kind === "block.set");
    expect(told.event).toMatchObject({ user: app.people.bob.id, on: true });
    await bob.settled();
    expect(bob.texts.filter((text) => text.includes("block"))).toEqual([]);
    expect((await online("alice")).ready.blocks).toEqual([app.people.bob.id]);
    expect((await online("bob")).ready.blocks).toBeUndefined();
  });

  test("BLOCK-5 no typing passes between them in any room; to others it does", async () => {
    const [alice, bob, admin] = await Promise.all([online("alice"), online("bob"), online("admin")]);
    const room = app.rooms.lobby.id;
    await block(alice, app.people.bob.id);
    type(alice, room);
    type(bob, room);
    const typists = (socket: HelloSocket) => signalsOf(socket.frames, "typing").map(({ user }) => user);
    await eventually(() => typists(admin).length === 2);
    await Promise.all([alice.settled(), bob.settled()]);
    expect([...typists(alice), ...typists(bob)]).toEqual([]);
    await block(alice, app.people.bob.id, false);
    type(alice, room);
    type(bob, room);
    await eventually(() => typists(alice).length === 1 && typists(bob).length === 1);
  });

  test("BLOCK-5 a device that comes later hears as little", async () => {
    await block(await online("alice"), app.people.bob.id);
    const [alice, bob, admin] = await Promise.all([online("alice"), online("bob"), online("admin")]);
    for (const socket of [alice, bob]) type(socket, app.rooms.lobby.id);
    await eventually(() => signalsOf(admin.frames, "typing").length === 2);
    await Promise.all([alice.settled(), bob.settled()]);
    for (const socket of [alice, bob]) expect(signalsOf(socket.frames, "typing")).toEqual([]);
  });

  test("BLOCK-5 no marks pass between them; to others they do", async () => {
    const [alice, bob, admin] = await Promise.all([online("alice"), online("bob"), online("admin")]);
    const room = app.rooms.lobby.id;
    await block(bob, app.people.alice.id);
    const { seq } = await admin.done("message.send", { room, text: "Look" });
    for (const socket of [alice, bob]) await socket.done("receipt.read", { room, seq });
    app.app.live.rounds.go();
    const movers = (socket: HelloSocket) =>
      signalsOf(socket.frames, "marks").flatMap(({ marks }) => marks.map(({ user }) => user));
    const both = [app.people.alice.id, app.people.bob.id];
    await eventually(() => both.every((user) => movers(admin).includes(user)));
    await Promise.all([alice.settled(), bob.settled()]);
    expect(movers(alice)).not.toContain(app.people.bob.id);
    expect(movers(bob)).not.toContain(app.people.alice.id);
    expect(movers(alice)).toContain(app.people.alice.id);
    await block(bob, app.people.alice.id, false);
    const next = await admin.done("message.send", { room, text: "Once more" });
    for (const socket of [alice, bob]) await socket.done("receipt.read", { room, seq: next.seq });
    app.app.live.rounds.go();
    await eventually(() => movers(alice).includes(app.people.bob.id));
    await eventually(() => movers(bob).includes(app.people.alice.id));
  });

  test("BLOCK-5 each goes offline for the other with the block, and nothing of them is told until it is off", async () => {
    const [alice, bob, carol] = await Promise.all([online("alice"), online("bob"), online("carol")]);
    const { alice: one, bob: other } = app.people;
    await alice.done("user.update", { status_message: "In the workshop" });
    watch(alice, other.id);
    watch(bob, one.id);
    watch(carol, one.id, other.id);
    await Promise.all([alice.settled(), bob.settled(), carol.settled()]);
    await block(alice, other.id);
    await eventually(() => toldOf(bob, one.id).length === 1 && toldOf(alice, other.id).length === 1);
    expect(toldOf(bob, one.id)).toEqual([unseen(one.id)]);
    expect(toldOf(alice, other.id)).toEqual([unseen(other.id)]);
    says(alice, "away");
    says(bob, "away");
    await eventually(() => toldOf(carol, one.id).length === 1 && toldOf(carol, other.id).length === 1);
    await Promise.all([alice.settled(), bob.settled()]);
    expect([toldOf(bob, one.id).length, toldOf(alice, other.id).length]).toEqual([1, 1]);
    await block(alice, other.id, false);
    await eventually(() => toldOf(bob, one.id).at(-1)?.state === "away");
    await eventually(() => toldOf(alice, other.id).at(-1)?.state === "away");
    expect(toldOf(bob, one.id).at(-1)?.status_message).toBe("In the workshop");
  });

  test("BLOCK-6 whoever blocks need not be connected for the blocked to be kept apart", async () => {
    const bob = await online("bob");
    const { alice, bob: blocked } = app.people;
    watch(bob, alice.id);
    await bob.settled();
    const { status } = await app.ask("PUT", `/api/v2/blocks/${blocked.id}`, {
      as: alice,
      body: { on: true },
    });
    expect(status).toBe(204);
    await eventually(() => toldOf(bob, alice.id).length === 1);
    expect(toldOf(bob, alice.id)).toEqual([unseen(alice.id)]);
  });

  test("BLOCK-6 signals between people without a block in memory ask the store for none", async () => {
    const [alice, bob] = await Promise.all([online("alice"), online("bob")]);
    await block(alice, app.people.admin.id);
    const asked: string[] = [];
    const { database } = app.context;
    const { rows } = database;
    database.rows = <Row>(query: Parameters<typeof rows<Row>>[0]) => {
      asked.push("compile" in query ? query.compile().sql : query.plan.text(engine, database.build).text);
      return rows.call(database, query) as Promise<Row[]>;
    };
    watch(bob, app.people.alice.id);
    type(alice, app.rooms.lobby.id);
    await bob.until("signal", ({ signal }) => signal.kind === "typing");
    says(alice, "away");
    await bob.until("signal", ({ signal }) => signal.kind === "presence");
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((text) => text.includes("blocks"))).toEqual([]);
  });
});
