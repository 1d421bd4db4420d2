import { afterEach, beforeEach, expect, test } from "bun:test";
import type { ServerFrame, ServerSignal } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import type { Presence } from "@parley/protocol/presence";
import { joinRoom } from "../../features/members/members.ts";
import { addUser, namesOf } from "../../features/users/users.ts";
import { type TestApp, testApp } from "../../testing/app.ts";
import { eventually } from "../../testing/eventually.ts";
import { type HelloSocket, liveSocket } from "../../testing/live-socket.ts";
import type { Name } from "../../testing/people.ts";
import { everyRow } from "../../testing/tables.ts";

let app: TestApp;
beforeEach(async () => {
  app = await testApp();
});
afterEach(() => app.close());

async function online(name: Name, device = ""): Promise<HelloSocket> {
  return liveSocket(app.url, await app.signIn(name, device));
}

const type = (socket: HelloSocket, room: number, on = true) =>
  socket.send({ type: "signal", signal: { kind: "typing", room, on } });
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

/** Waits until this is the last that a watcher was told of somebody. */
async function untilTold(socket: HelloSocket, user: number, state: Presence["state"]): Promise<Presence> {
  await eventually(() => toldOf(socket, user).at(-1)?.state === state);
  return toldOf(socket, user).at(-1) as Presence;
}

test("SIG-1 typing reaches those who hear the room, not who types and not outsiders", async () => {
  const [alice, aliceToo, bob, admin, carol] = await Promise.all([
    online("alice"),
    online("alice", "phone"),
    online("bob"),
    online("admin"),
    online("carol"),
  ]);
  const { design } = app.rooms;
  type(alice, design.id);
  const heard = await bob.until("signal");
  expect(heard.signal).toEqual({ kind: "typing", room: design.id, user: app.people.alice.id, on: true });
  type(alice, design.id, false);
  await bob.until("signal", ({ signal }) => signal.kind === "typing" && !signal.on);
  // Carol is in no room, and admin is not in this one: what they type reaches nobody.
  type(carol, design.id);
  type(admin, design.id);
  for (const socket of [carol, admin, alice, aliceToo, bob]) await socket.settled();
  for (const socket of [alice, aliceToo, admin, carol])
    expect(signalsOf(socket.frames, "typing")).toEqual([]);
  expect(signalsOf(bob.frames, "typing").length).toBe(2);
});

test("SIG-1 in a room of more than 200 people nobody is told who types", async () => {
  const lobby = app.rooms.lobby.id;
  const bob = await online("bob");
  const alice = await online("alice");
  type(alice, lobby);
  await bob.until("signal");
  const password_hash = await app.context.passwords.hash("nobody signs in with this");
  await app.context.writer.write(async (tx) => {
    for (let index = 0; index <= limits.typingRoomMembers; index++) {
      const names = namesOf({ username: `person-${index}`, email: `person-${index}@example.org` });
      const added = await addUser(tx, { ...names, role: "user", password_hash, must_change_password: false });
      await joinRoom(tx, { user: added.id, session: 0 }, { room: lobby });
    }
  });
  type(alice, lobby, false);
  await alice.settled();
  await bob.settled();
  expect(signalsOf(bob.frames, "typing").length).toBe(1);
});

test("SIG-1 more signals than ten in a second are dropped", async () => {
  const bob = await online("bob");
  const alice = await online("alice");
  for (let count = 0; count < 50; count++) type(alice, app.rooms.lobby.id, count % 2 === 0);
  await alice.settled();
  await bob.settled();
  expect(signalsOf(bob.frames, "typing").length).toBe(10);
  app.clock.advance(1_000);
  type(alice, app.rooms.lobby.id);
  await alice.settled();
  await bob.settled();
  expect(signalsOf(bob.frames, "typing").length).toBe(11);
});

test("SIG-2 online while any device is, away when all say so, offline 15 s after the last", async () => {
  const bob = await online("bob");
  const { id } = app.people.alice;
  watch(bob, id);
  await bob.settled();
  const phone = await online("alice", "phone");
  await untilTold(bob, id, "online");
  const desk = await online("alice", "desk");
  says(phone, "away");
  await phone.settled();
  expect(app.app.live.presences.stateOf(id)).toBe("online");
  says(desk, "away");
  await untilTold(bob, id, "away");
  says(phone, "online");
  await untilTold(bob, id, "online");
  phone.destroy();
  // The device that is left is away.
  await untilTold(bob, id, "away");
  desk.destroy();
  await eventually(() => app.app.live.people.of(id).length === 0);
  app.clock.advance(14_999);
  app.app.live.rounds.go();
  await bob.settled();
  expect(app.app.live.presences.stateOf(id)).toBe("away");
  app.clock.advance(1);
  app.app.live.rounds.go();
  const gone = await untilTold(bob, id, "offline");
  expect(gone.last_seen).toBe(new Date(app.clock.now()).toISOString());
  expect(toldOf(bob, id).map(({ state }) => state)).toEqual(["online", "away", "online", "away", "offline"]);
});

test("SIG-2 whoever is back within 15 s was never gone", async () => {
  const bob = await online("bob");
  const { id } = app.people.alice;
  watch(bob, id);
  await bob.settled();
  const first = await online("alice");
  await untilTold(bob, id, "online");
  first.destroy();
  await eventually(() => app.app.live.people.of(id).length === 0);
  app.clock.advance(10_000);
  app.app.live.rounds.go();
  const second = await online("alice");
  app.clock.advance(10_000);
  app.app.live.rounds.go();
  await second.settled();
  await bob.settled();
  expect(toldOf(bob, id).map(({ state }) => state)).toEqual(["online"]);
});

test("SIG-3 presence is told to those who watch, and to no others, with what the person says of themselves", async () => {
  const bob = await online("bob");
  const carol = await online("carol");
  const { id } = app.people.alice;
  await app.ask("PATCH", "/api/v2/me", { as: app.people.alice, body: { status_message: "in the garden" } });
  watch(bob, id);
  watch(carol, id);
  watch(carol, app.people.admin.id);
  await Promise.all([bob.settled(), carol.settled()]);
  const alice = await online("alice");
  expect(await untilTold(bob, id, "online")).toEqual({
    user: id,
    state: "online",
    last_seen: null,
    status_message: "in the garden",
  });
  const { presences } = await carol.done("presence.list", { users: [id, app.people.admin.id] });
  expect(presences.map(({ user, state }: Presence) => [user, state])).toEqual([
    [app.people.admin.id, "offline"],
    [id, "online"],
  ]);
  expect(toldOf(carol, id)).toEqual([]);
  alice.destroy();
});

test("SIG-4 whoever watches a person hears that their profile is another now, and nobody else", async () => {
  const [bob, carol] = [await online("bob"), await online("carol")];
  const { id } = app.people.alice;
  watch(bob, id);
  await Promise.all([bob.settled(), carol.settled()]);
  const heard = (socket: typeof bob) =>
    socket.frames.filter((frame) => frame.type === "signal" && frame.signal.kind === "user").length;
  const patched = await app.ask("PATCH", "/api/v2/me", {
    as: app.people.alice,
    body: { display_name: "Alice B." },
  });
  expect(patched.status).toBe(200);
  await eventually(() => heard(bob) > 0);
  await carol.settled();
  expect(heard(carol)).toBe(0);
});

test("LIVE-10 signals are stored nowhere", async () => {
  const bob = await online("bob");
  const alice = await online("alice");
  const before = await everyRow(app.context.database);
  watch(bob, app.people.alice.id);
  type(alice, app.rooms.lobby.id);
  says(alice, "away");
  await untilTold(bob, app.people.alice.id, "away");
  for (const socket of [alice, bob]) await socket.settled();
  expect(signalsOf(bob.frames, "typing").length).toBe(1);
  expect(await everyRow(app.context.database)).toEqual(before);
});

test("LIVE-10 a reader who was slow is told again who is here", async () => {
  const alice = await online("alice");
  const bob = await online("bob");
  const lobby = app.rooms.lobby.id;
  watch(bob, app.people.alice.id);
  await bob.settled();
  const [connection] = app.app.live.people.of(app.people.bob.id);
  bob.wire.pause();
  while (!connection?.blocked) {
    const body = { text: "x".repeat(9_000) };
    const ask = () => app.ask("POST", `/api/v2/rooms/${lobby}/messages`, { as: app.people.admin, body });
    await Promise.all(Array.from({ length: 25 }, ask));
  }
  says(alice, "away");
  await eventually(() => connection.missed);
  expect(toldOf(bob, app.people.alice.id)).toEqual([]);
  bob.wire.resume();
  await eventually(() => !connection.blocked);
  app.app.live.rounds.go();
  await untilTold(bob, app.people.alice.id, "away");
});
