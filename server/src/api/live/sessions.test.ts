import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import type { Hello } from "@parley/protocol/frames";
import { endSession } from "../../features/sessions/sessions.ts";
import { accessRow } from "../../features/sessions/sessions-rows.ts";
import { type Person, type TestApp, testApp } from "../../testing/app.ts";
import { eventually } from "../../testing/eventually.ts";
import { holdReads } from "../../testing/gates.ts";
import { heardUpTo, type LiveSocket, liveSocket, openSocket } from "../../testing/live-socket.ts";
import { passwordOf } from "../../testing/people.ts";

let app: TestApp;
const open: LiveSocket[] = [];

beforeAll(async () => {
  app = await testApp({ environment: { OPERATIONS_PER_SECOND: "0" } });
});
afterAll(() => app.close());
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

async function connect(person: Person, hello: Partial<Hello> = {}) {
  const socket = await liveSocket(app.url, person, hello);
  open.push(socket);
  return socket;
}

const revoked = { code: 4403, reason: "this session has ended" };

test("LIVE-6 a session that ends takes its sockets with it, and nobody else's", async () => {
  const phone = await app.signIn("alice", "phone");
  const onPhone = await Promise.all([connect(phone), connect(phone)]);
  const desk = await connect(app.people.alice);
  const bob = await connect(app.people.bob);
  await desk.done("session.end", { session: phone.actor.session });
  for (const socket of onPhone) {
    expect(await socket.closed).toEqual(revoked);
    expect(socket.frames.at(-1)).toMatchObject({ type: "bye", code: 4403 });
  }
  await Promise.all([desk.settled(), bob.settled()]);
  const again = await openSocket({ url: app.url });
  again.send({ type: "hello", token: phone.accessToken });
  expect((await again.closed).code).toBe(4401);
});

test("LIVE-6 deactivation, a changed password and a copied refresh token close what they end", async () => {
  const admin = await connect(app.people.admin);
  const carol = await connect(app.people.carol);
  await admin.done("user.set_active", { user: app.people.carol.id, active: false });
  expect(await carol.closed).toEqual(revoked);

  const [here, elsewhere] = [await app.signIn("bob"), await app.signIn("bob")];
  const [kept, ended] = [await connect(here), await connect(elsewhere)];
  await kept.done("password.change", {
    current_password: passwordOf("bob"),
    new_password: "nine purple lanterns adrift",
  });
  expect(await ended.closed).toEqual(revoked);
  await kept.settled();

  const copied = await app.signIn("alice");
  const socket = await connect(copied);
  const refresh = () =>
    app.ask("POST", "/api/v2/session/refresh", { body: { refresh_token: copied.refreshToken } });
  const { body } = await refresh();
  await app.ask("POST", "/api/v2/session/refresh", { body: { refresh_token: body.refresh_token } });
  app.clock.advance(30_000);
  expect((await refresh()).status).toBe(401);
  expect(await socket.closed).toEqual(revoked);
});

test("LIVE-6 a slow reader's socket is closed too, and what it had not read is given up", async () => {
  const alice = await connect(app.people.alice);
  const slow = await app.signIn("bob", "slow");
  const socket = await connect(slow);
  socket.wire.pause();
  const { live } = app.app;
  const [connection] = [...live.people.of(slow.id)].filter((each) => each.session === slow.actor.session);
  while (!connection?.blocked) {
    const send = () => alice.done("message.send", { room: app.rooms.lobby.id, text: "x".repeat(9_000) });
    await Promise.all(Array.from({ length: 20 }, send));
  }
  await app.context.writer.write((tx) => endSession(tx, slow.actor, {}));
  expect(live.all.has(connection)).toBe(false);
  expect(connection.phase).toBe("closed");
  expect(connection.socket.getBufferedAmount()).toBe(0);
  socket.wire.resume();
  expect((await socket.closed).code).toBe(1006);
});

test("LIVE-6 a session that ends during the hello is noticed, whatever was read before", async () => {
  for (const others of [0, 1]) {
    const device = await app.signIn("alice", "late");
    if (others > 0) await connect(app.people.alice);
    const gate = holdReads(app.context.database, accessRow({ session: 0 }));
    const socket = await openSocket({ url: app.url });
    socket.send({ type: "hello", token: device.accessToken });
    await gate.reached;
    await app.context.writer.write((tx) => endSession(tx, device.actor, {}));
    gate.release();
    expect((await socket.closed).code).toBe(4403);
  }
});

test("LIVE-6 a deleted account's sockets close, and others hear who is gone from where", async () => {
  const own = await testApp();
  const [phone, desk] = [await own.signIn("bob"), await own.signIn("bob")];
  const [onPhone, onDesk] = await Promise.all([liveSocket(own.url, phone), liveSocket(own.url, desk)]);
  const [admin, alice] = await Promise.all([
    liveSocket(own.url, own.people.admin),
    liveSocket(own.url, own.people.alice),
  ]);
  await admin.done("account.delete", { user: phone.id });
  for (const socket of [onPhone, onDesk]) {
    expect(await socket.closed).toEqual(revoked);
    expect(socket.texts.join()).not.toContain('"member.left"');
  }
  await alice.settled();
  const left = alice.texts.filter((text) => text.includes('"member.left"')).join();
  for (const { id } of Object.values(own.rooms)) expect(left).toContain(`"room":${id},`);
  const again = await openSocket({ url: own.url });
  again.send({ type: "hello", token: phone.accessToken });
  expect((await again.closed).code).toBe(4401);
  for (const socket of [admin, alice]) socket.destroy();
  await own.close();
});

test("LIVE-6 rights are those of the moment, on every open socket", async () => {
  const admin = await connect(app.people.admin);
  const helper = await app.signIn("bob");
  const socket = await connect(helper);
  const list = () => socket.do("invite.list", {});
  expect(await list()).toMatchObject({ type: "failed", error: { code: "forbidden" } });
  await admin.done("user.set_role", { user: helper.id, role: "admin" });
  expect(await list()).toMatchObject({ type: "done" });
  await admin.done("user.set_role", { user: helper.id, role: "user" });
  expect(await list()).toMatchObject({ type: "failed", error: { code: "forbidden" } });
});

test("FRAME-4 a socket outlives its token by a minute, and a fresh token keeps it", async () => {
  const own = await testApp();
  const [going, staying] = await Promise.all([own.signIn("alice"), own.signIn("bob")]);
  const goes = await liveSocket(own.url, going);
  const stays = await liveSocket(own.url, staying);
  own.clock.advance(10 * 60_000);
  const refreshed = await own.ask("POST", "/api/v2/session/refresh", {
    body: { refresh_token: staying.refreshToken },
  });
  const [socket] = own.app.live.people.of(own.people.bob.id);
  const before = socket?.tokenUntil ?? 0;
  stays.send({ type: "auth", token: refreshed.body.access_token });
  // What a good token changes is not answered.
  await eventually(() => (socket?.tokenUntil ?? 0) > before);
  own.clock.advance(5 * 60_000 + 59_000);
  own.app.live.rounds.go();
  await Promise.all([goes.settled(), stays.settled()]);
  own.clock.advance(2_000);
  own.app.live.rounds.go();
  expect((await goes.closed).code).toBe(4401);
  await stays.settled();
  await own.close();
});

test("FRAME-4 a token of another session, or a bad one, changes nothing", async () => {
  const own = await testApp();
  const alice = await liveSocket(own.url, own.people.alice);
  for (const token of [own.people.bob.accessToken, (await own.signIn("alice")).accessToken, "nonsense"]) {
    const from = alice.frames.length;
    alice.send({ type: "auth", token });
    const answer = await alice.first((frame) => frame.type === "error", "an error", from);
    expect(answer).toMatchObject({ type: "error", error: { code: "unauthenticated" } });
  }
  const room = own.rooms.lobby.id;
  const { seq } = await alice.done("message.send", { room, text: "still alice" });
  await heardUpTo(alice, room, seq);
  own.clock.advance(17 * 60_000);
  own.app.live.rounds.go();
  expect((await alice.closed).code).toBe(4401);
  await own.close();
});
