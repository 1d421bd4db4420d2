import { afterEach, describe, expect, test } from "bun:test";
import type { ServerFrame, ServerSignal } from "@parley/protocol/frames";
import type { Mark } from "@parley/protocol/messages";
import type { Presence, PresenceState } from "@parley/protocol/presence";
import { eventually } from "../../testing/eventually.ts";
import type { HelloSocket } from "../../testing/live-socket.ts";
import { type TestNodes, testNodes } from "../../testing/nodes.ts";
import { postgresMissing } from "../../testing/postgres.ts";

let fixture: TestNodes;
afterEach(() => fixture?.close());

const type = (socket: HelloSocket, room: number, on: boolean) =>
  socket.send({ type: "signal", signal: { kind: "typing", room, on } });
const says = (socket: HelloSocket, state: "online" | "away") =>
  socket.send({ type: "signal", signal: { kind: "presence", state } });

async function watch(socket: HelloSocket, ...users: number[]): Promise<void> {
  socket.send({ type: "signal", signal: { kind: "watch", users } });
  await socket.settled();
}

function signalsOf<Kind extends ServerSignal["kind"]>(frames: readonly ServerFrame[], kind: Kind) {
  return frames.flatMap((frame) =>
    frame.type === "signal" && frame.signal.kind === kind
      ? [frame.signal as Extract<ServerSignal, { kind: Kind }>]
      : [],
  );
}

const toldOf = (socket: HelloSocket, user: number): Presence[] =>
  signalsOf(socket.frames, "presence").flatMap(({ presence }) => (presence.user === user ? [presence] : []));

const statesOf = (socket: HelloSocket, user: number) => toldOf(socket, user).map(({ state }) => state);

const untilTold = (socket: HelloSocket, user: number, state: PresenceState) =>
  eventually(() => toldOf(socket, user).at(-1)?.state === state);

const stateOn = (node: number, user: number) => fixture.at(node).app.live.presences.stateOf(user);

/** Moves every node's clock, and lets each look after what is due. */
function pass(milliseconds: number, nodes: readonly number[] = fixture.nodes.keys().toArray()): void {
  for (const node of nodes) fixture.at(node).clock.advance(milliseconds);
  for (const node of nodes) {
    const { live, nodes: beside } = fixture.at(node).app;
    live.rounds.go();
    beside?.beat();
  }
}

/** Waits until what was published has arrived: the bus keeps its order while nothing spoils it. */
async function arrived(): Promise<void> {
  for (const { app } of fixture.nodes) app.nodes?.beat();
  await Bun.sleep(20);
}

/** Lets time go on while the bus is heard; each node looks at the store when that is due. */
async function goOn(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 1_000) {
    pass(1_000);
    await arrived();
    await Promise.all(fixture.nodes.map(({ app }) => app.nodes?.look()));
  }
}

const missing = postgresMissing ? "several nodes (PostgreSQL is not on this machine)" : "several nodes";
describe.skipIf(postgresMissing)(missing, () => {
  test("SIG-1 typing reaches those who hear the room on every node, and never who types", async () => {
    fixture = await testNodes(3);
    const { design } = fixture.rooms;
    const [alice, aliceToo] = await Promise.all([fixture.online(0, "alice"), fixture.online(1, "alice")]);
    const bobs = await Promise.all([0, 1, 2].map((node) => fixture.online(node, "bob")));
    const outsiders = await Promise.all([fixture.online(1, "carol"), fixture.online(2, "admin")]);
    type(alice, design.id, true);
    type(alice, design.id, false);
    for (const bob of bobs) {
      await eventually(() => signalsOf(bob.frames, "typing").length === 2);
      expect(signalsOf(bob.frames, "typing").map(({ user, on }) => [user, on])).toEqual([
        [fixture.people.alice.id, true],
        [fixture.people.alice.id, false],
      ]);
    }
    for (const socket of [alice, aliceToo, ...outsiders]) {
      await socket.settled();
      expect(signalsOf(socket.frames, "typing")).toEqual([]);
    }
  });

  test("MARK-4 marks that move on one node are told on every node, once", async () => {
    fixture = await testNodes(2);
    const { design } = fixture.rooms;
    const { bob: reader } = fixture.people;
    const [alice, bob] = await Promise.all([fixture.online(0, "alice"), fixture.online(1, "bob")]);
    const { seq } = await alice.done("message.send", { room: design.id, text: "read me" });
    await bob.done("receipt.read", { room: design.id, seq });
    const heard = (): Mark[] => signalsOf(alice.frames, "marks").flatMap(({ marks }) => marks);
    await eventually(() => heard().length > 0);
    expect(heard()).toEqual([{ user: reader.id, read: seq, delivered: seq }]);
    // The other node goes on to tell of it for a while, in case that it was lost.
    await arrived();
    fixture.at(0).app.live.rounds.go();
    await alice.settled();
    expect(heard().length).toBe(1);
  });

  test("LIVE-10 marks that were lost are told again, and those that moved while the bus was down are read", async () => {
    fixture = await testNodes(2);
    const { design } = fixture.rooms;
    const [alice, bob] = await Promise.all([fixture.online(0, "alice"), fixture.online(1, "bob")]);
    const heard = (): number =>
      Math.max(0, ...signalsOf(alice.frames, "marks").flatMap(({ marks }) => marks.map(({ read }) => read)));
    const read = async (text: string) => {
      const { seq } = await alice.done("message.send", { room: design.id, text });
      await bob.done("receipt.read", { room: design.id, seq });
      return seq;
    };
    let lost = 0;
    fixture.broker.fate = (message) => (message.includes('"marks"') && lost++ < 4 ? [] : [0]);
    const first = await read("lost");
    await eventually(() => heard() === first);
    expect(lost).toBeGreaterThanOrEqual(4);

    fixture.broker.stop();
    await eventually(() => fixture.nodes.every(({ app }) => app.nodes?.isDeaf));
    await fixture.at(0).app.nodes?.look();
    const second = await read("down");
    fixture.broker.fate = (message) => (message.includes('"marks"') ? [] : [0]);
    fixture.broker.start();
    // The nodes begin anew with the bus after ten seconds of silence, and look at marks then.
    await eventually(() => heard() === second, { within: 60_000 });
  }, 120_000);

  test("SIG-2 a person is online while any device on any node is", async () => {
    fixture = await testNodes(3, { clock: "stopped" });
    const { id } = fixture.people.alice;
    const bob = await fixture.online(0, "bob");
    await watch(bob, id);
    const phone = await fixture.online(1, "alice", "phone");
    await untilTold(bob, id, "online");
    const desk = await fixture.online(2, "alice", "desk");
    says(phone, "away");
    await eventually(() => stateOn(1, id) === "online" && stateOn(2, id) === "online");
    says(desk, "away");
    await untilTold(bob, id, "away");
    says(phone, "online");
    await untilTold(bob, id, "online");
    phone.destroy();
    await eventually(() => fixture.at(1).app.live.people.of(id).length === 0);
    pass(15_000);
    await untilTold(bob, id, "away");
    expect(statesOf(bob, id)).toEqual(["online", "away", "online", "away"]);
    const { presences } = await bob.done("presence.list", { users: [id] });
    expect(presences[0].state).toBe("away");
  });

  test("SIG-2 whoever comes back on another node within 15 s was never gone", async () => {
    fixture = await testNodes(2, { clock: "stopped" });
    const { id } = fixture.people.alice;
    const bob = await fixture.online(0, "bob");
    await watch(bob, id);
    const first = await fixture.online(1, "alice");
    await untilTold(bob, id, "online");
    first.destroy();
    await eventually(() => fixture.at(1).app.live.people.of(id).length === 0);
    pass(10_000);
    const second = await fixture.online(0, "alice");
    await second.settled();
    await arrived();
    pass(10_000);
    await arrived();
    second.destroy();
    await eventually(() => fixture.at(0).app.live.people.of(id).length === 0);
    pass(14_999);
    await arrived();
    expect(statesOf(bob, id)).toEqual(["online"]);
    pass(1);
    await untilTold(bob, id, "offline");
    const gone = new Date(fixture.at(0).clock.now()).toISOString();
    expect(toldOf(bob, id).at(-1)?.last_seen).toBe(gone);
  });

  test("SIG-2 of a node that stops, whoever does not come back is offline after 15 s", async () => {
    fixture = await testNodes(2, { clock: "stopped" });
    const { alice, carol } = fixture.people;
    const bob = await fixture.online(0, "bob");
    await watch(bob, alice.id, carol.id);
    await Promise.all([fixture.online(1, "alice"), fixture.online(1, "carol")]);
    await untilTold(bob, alice.id, "online");
    await untilTold(bob, carol.id, "online");
    const stoppedAt = new Date(fixture.at(1).clock.now()).toISOString();
    await fixture.at(1).app.stop({ drainSeconds: 0 });
    fixture.nodes.pop();
    await eventually(() => fixture.at(0).app.nodes?.neighbours === 0);
    const back = await fixture.online(0, "alice");
    await back.settled();
    pass(14_999);
    await bob.settled();
    expect(stateOn(0, carol.id)).toBe("online");
    pass(1);
    await untilTold(bob, carol.id, "offline");
    expect(toldOf(bob, carol.id).at(-1)?.last_seen).toBe(stoppedAt);
    expect(statesOf(bob, alice.id)).toEqual(["online"]);
  });

  test("SIG-2 of a node that has fallen silent everyone is offline after 60 s, and when is remembered", async () => {
    fixture = await testNodes(3, { clock: "stopped" });
    const { alice } = fixture.people;
    const bob = await fixture.online(0, "bob");
    await watch(bob, alice.id);
    await fixture.online(1, "alice");
    await untilTold(bob, alice.id, "online");
    await eventually(() => stateOn(2, alice.id) === "online");
    const silent = fixture.at(1).app.nodes?.id ?? "";
    fixture.broker.fate = (message) => (message.includes(silent) ? [] : [0]);
    // What was on its way has arrived before the time passes.
    await arrived();
    pass(60_000, [0, 2]);
    await arrived();
    expect(stateOn(0, alice.id)).toBe("online");
    pass(1, [0, 2]);
    await untilTold(bob, alice.id, "offline");
    await eventually(async () => {
      const { presences } = await bob.done("presence.list", { users: [alice.id] });
      return presences[0].last_seen === new Date(fixture.at(0).clock.now()).toISOString();
    });
    expect(statesOf(bob, alice.id)).toEqual(["online", "offline"]);
    // Heard again, it is there again with everyone it has.
    fixture.broker.fate = () => [0];
    pass(10_000, [1]);
    await untilTold(bob, alice.id, "online");
  });

  test("LIVE-10 a change of presence that was lost is known within ten seconds", async () => {
    fixture = await testNodes(2, { clock: "stopped" });
    const { alice, carol } = fixture.people;
    const bob = await fixture.online(0, "bob");
    await watch(bob, alice.id, carol.id);
    const gone = await fixture.online(1, "alice");
    await untilTold(bob, alice.id, "online");
    fixture.broker.fate = (message) => (message.includes('"presences"') ? [] : [0]);
    await fixture.online(1, "carol");
    gone.destroy();
    await eventually(() => fixture.at(1).app.live.people.of(alice.id).length === 0);
    pass(15_000);
    await eventually(() => stateOn(1, alice.id) === "offline");
    await arrived();
    pass(10_000);
    await untilTold(bob, alice.id, "offline");
    await untilTold(bob, carol.id, "online");
  });

  test("BLOCK-6 a block counts for signals on every node, wherever it was set", async () => {
    fixture = await testNodes(3);
    const { lobby } = fixture.rooms;
    const { alice: blocker, bob: blocked } = fixture.people;
    const [alice, bob, admin] = await Promise.all([
      fixture.online(0, "alice"),
      fixture.online(1, "bob"),
      fixture.online(2, "admin"),
    ]);
    const phone = await fixture.online(2, "alice", "phone");
    await watch(bob, blocker.id);
    await watch(alice, blocked.id);
    await phone.done("block.set", { user: blocked.id, on: true });
    await untilTold(bob, blocker.id, "offline");
    await untilTold(alice, blocked.id, "offline");
    type(alice, lobby.id, true);
    type(bob, lobby.id, true);
    await eventually(() => signalsOf(admin.frames, "typing").length === 2);
    await arrived();
    for (const socket of [alice, bob, phone]) {
      await socket.settled();
      expect(signalsOf(socket.frames, "typing")).toEqual([]);
    }
    await phone.done("block.set", { user: blocked.id, on: false });
    await untilTold(bob, blocker.id, "online");
    await untilTold(alice, blocked.id, "online");
    type(alice, lobby.id, true);
    await bob.until("signal", ({ signal }) => signal.kind === "typing");
  });

  test("BLOCK-6 a block of which the bus lost the word is heard of again, or read once the bus carries again", async () => {
    fixture = await testNodes(2);
    const { alice: blocker, bob: blocked, carol } = fixture.people;
    const [alice, bob] = await Promise.all([fixture.online(0, "alice"), fixture.online(1, "bob")]);
    await watch(bob, blocker.id, carol.id);
    let lost = 0;
    fixture.broker.fate = (message) => (message.includes('"blocks"') && lost++ < 4 ? [] : [0]);
    await alice.done("block.set", { user: blocked.id, on: true });
    await untilTold(bob, blocker.id, "offline");
    expect(lost).toBeGreaterThanOrEqual(4);

    const other = await fixture.online(0, "carol");
    await untilTold(bob, carol.id, "online");
    fixture.broker.stop();
    await eventually(() => fixture.nodes.every(({ app }) => app.nodes?.isDeaf));
    await fixture.at(1).app.nodes?.look();
    await other.done("block.set", { user: blocked.id, on: true });
    fixture.broker.fate = (message) => (message.includes('"blocks"') ? [] : [0]);
    fixture.broker.start();
    await untilTold(bob, carol.id, "offline");
  });

  test("BLOCK-6 whoever blocks learns of it on every node from their own log, whatever else is lost", async () => {
    fixture = await testNodes(3, { clock: "stopped" });
    const [alice, bob, admin] = await Promise.all([
      fixture.online(0, "alice"),
      fixture.online(1, "bob"),
      fixture.online(2, "admin"),
    ]);
    const phone = await fixture.online(2, "alice", "phone");
    fixture.broker.fate = (message) => (message.includes('"blocks"') ? [] : [0]);
    await phone.done("block.set", { user: fixture.people.bob.id, on: true });
    await goOn(15_000);
    await alice.until("user_event", ({ event }) => event.kind === "block.set");
    type(bob, fixture.rooms.lobby.id, true);
    await eventually(() => signalsOf(admin.frames, "typing").length === 1);
    await arrived();
    await alice.settled();
    expect(signalsOf(alice.frames, "typing")).toEqual([]);
  });

  test("SIG-2 a node that starts learns who is there on the others", async () => {
    fixture = await testNodes(1);
    const alice = await fixture.online(0, "alice");
    await alice.settled();
    await fixture.add();
    await eventually(() => stateOn(1, fixture.people.alice.id) === "online");
  });
});
