import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { limits } from "@parley/protocol/limits";
import { closeCodes } from "@parley/protocol/live";
import { type Person, type TestApp, testApp } from "../../testing/app.ts";
import { type DialectClient, type DialectFrame, dialectSocket } from "../../testing/dialect-socket.ts";
import { liveSocket } from "../../testing/live-socket.ts";
import { addPerson } from "../../testing/people.ts";
import { saidIn } from "./room-socket.ts";

describe("a socket of one room", () => {
  let app: TestApp;
  const open = new Set<DialectClient>();

  beforeAll(async () => {
    app = await testApp({ environment: { OPERATIONS_PER_SECOND: "0" } });
  });
  afterAll(async () => {
    for (const client of open) client.destroy();
    await app.close();
    expect(app.log.filter((line) => /"level":"(?:error|warn)"/.test(line))).toEqual([]);
  });

  async function connect(room: number, person: Person): Promise<DialectClient> {
    const client = await dialectSocket(app, `/ws/${room}`, person.accessToken);
    open.add(client);
    await client.until("active_users");
    return client;
  }
  const does = (as: Person, method: string, path: string, body?: unknown) =>
    app.ask(method, `/api/v2${path}`, { as, ...(body !== undefined && { body }) });
  async function newRoom(by: Person, input: object = { public: true }): Promise<number> {
    const made = await does(by, "POST", "/rooms", { kind: "channel", name: "room", ...input });
    expect(made.status).toBe(201);
    return made.body.id;
  }
  /** What came after the list at the beginning, up to what is said last. */
  async function heard(client: DialectClient, room: number): Promise<DialectFrame[]> {
    const last = `last ${Math.random()}`;
    await does(app.people.alice, "POST", `/rooms/${room}/messages`, { text: last });
    await client.until("message", ({ content }) => content === last);
    return client.frames.filter(({ content }) => content !== last);
  }
  const closeOf = async ({ closed }: DialectClient) => (await closed).code;
  const namesIn = ({ users }: DialectFrame) => users.map(({ username }: DialectFrame) => username);

  test("DIALECT-3 nobody without a good token gets one, and to nobody is a private room there", async () => {
    const { alice, carol } = app.people;
    const room = await newRoom(alice, { public: false });
    const refusalOf = (path: string, token: string | null) =>
      dialectSocket(app, path, token).then(() => "open", String);
    expect(await refusalOf(`/ws/${room}`, null)).toContain("401");
    expect(await refusalOf(`/ws/${room}`, "no.such.token")).toContain("401");
    expect(await refusalOf(`/ws/${room}`, carol.accessToken)).toContain("404");
    expect(await refusalOf("/ws/999999", carol.accessToken)).toContain("404");
    for (const odd of ["x", "1.5", "-1", "9007199254740993"]) {
      expect(await refusalOf(`/ws/${odd}`, carol.accessToken)).toContain("422");
    }
    expect((await app.ask("GET", `/ws/${room}`, { as: alice })).status).toBe(426);
  });

  test("DIALECT-91 to connect to a public room is to join it, and a private one opens to its people", async () => {
    const { alice, carol } = app.people;
    const room = await newRoom(alice);
    expect((await does(carol, "GET", `/rooms/${room}`)).body.role).toBeNull();
    await connect(room, carol);
    expect((await does(carol, "GET", `/rooms/${room}`)).body.role).toBe("member");
    await connect(room, carol);
    expect((await does(carol, "GET", `/rooms/${room}`)).body.member_count).toBe(2);
    const hidden = await newRoom(alice, { members: [app.people.bob.id] });
    await connect(hidden, app.people.bob);
    const direct = await connect(app.rooms.aliceBob.id, alice);
    direct.send("Just us");
    expect(await direct.until("message")).toMatchObject({ content: "Just us", username: "alice" });
  });

  test("DIALECT-91 what is archived is not joined", async () => {
    const { alice, carol } = app.people;
    const room = await newRoom(alice);
    await does(alice, "PUT", `/rooms/${room}/archived`, { archived: true });
    expect(await dialectSocket(app, `/ws/${room}`, carol.accessToken).then(() => "open", String)).toContain(
      "403",
    );
    const member = await connect(room, alice);
    member.send("More");
    expect(await member.until("error")).toEqual({ type: "error", detail: "this room is archived" });
  });

  test("DIALECT-92 an object with content says that, any other text says itself", () => {
    expect(saidIn('{"content":"Hi","client_id":"a-1","colour":"red"}')).toEqual({
      content: "Hi",
      client_id: "a-1",
    });
    const plain = [
      "Hello",
      "42",
      "[1]",
      "null",
      "true",
      '"quoted"',
      "{broken",
      '{"text":"no content"}',
      "{}",
      '[{"content":"x"}]',
      " leading",
      '{"content":"one","content":"two"}',
      `${"[".repeat(200)}${"]".repeat(200)}`,
    ];
    for (const text of plain) expect(saidIn(text)).toEqual({ content: text });
    const wrong = ["", '{"content":""}', '{"content":5}', '{"content":null}', '{"content":["x"]}'];
    wrong.push('{"content":"x","client_id":""}', '{"content":"x","client_id":5}', "x".repeat(10_001));
    for (const text of wrong) expect(() => saidIn(text)).toThrow();
  });

  test("DIALECT-92 what is said reaches everybody in the room, its sender too, in the shape that is documented", async () => {
    const { alice, bob } = app.people;
    const room = await newRoom(alice);
    const [one, other] = [await connect(room, alice), await connect(room, bob)];
    one.send('{"content":"As an object"}');
    for (const text of ["42", "[1]", "{broken", "Plain ünïcode 🐦"]) other.send(text);
    for (const client of [one, other]) {
      await client.until("message", ({ content }) => content === "Plain ünïcode 🐦");
      const said = client.frames.filter(({ type }) => type === "message");
      expect(new Set(said.map(({ content }) => content))).toEqual(
        new Set(["As an object", "42", "[1]", "{broken", "Plain ünïcode 🐦"]),
      );
      expect(said.find(({ content }) => content === "42")).toEqual({
        type: "message",
        id: expect.any(Number),
        content: "42",
        username: "bob",
        user_id: bob.id,
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        room_id: room,
      });
    }
    const idsIn = ({ frames }: DialectClient) =>
      frames.filter(({ type }) => type === "message").map(({ id }) => id);
    expect(idsIn(one)).toEqual(idsIn(other));
  });

  test("DIALECT-7 what cannot be said is answered by an error frame, and the socket stays open", async () => {
    const { alice } = app.people;
    const room = await newRoom(alice);
    const client = await connect(room, alice);
    const bad = ["", '{"content":""}', '{"content":7}', '{"content":"x","client_id":" "}'];
    bad.push("x".repeat(limits.messageText + 1), '{"content":"\\ud800"}', "nul \u0000");
    for (const text of bad) {
      const before = client.frames.length;
      client.send(text);
      const failed = await client.until("error", (frame) => client.frames.indexOf(frame) >= before);
      expect(Object.keys(failed).sort()).toEqual(["detail", "type"]);
    }
    client.wire.sendFrame(2, new Uint8Array([1, 2]));
    client.send("Still here");
    expect(await client.until("message")).toMatchObject({ content: "Still here" });
    expect(client.frames.filter(({ type }) => type === "error")).toHaveLength(bad.length + 1);
  });

  test("DIALECT-102 a client id is taken once", async () => {
    const { alice } = app.people;
    const room = await newRoom(alice);
    const client = await connect(room, alice);
    for (let time = 0; time < 3; time++) client.send({ content: "Once", client_id: "once" });
    client.send("Then");
    await client.until("message", ({ content }) => content === "Then");
    expect(client.frames.filter(({ content }) => content === "Once")).toHaveLength(1);
  });

  test("DIALECT-93 whoever connects is told first who is there, then who comes and goes", async () => {
    const { alice, bob } = app.people;
    const room = await newRoom(alice);
    const one = await connect(room, alice);
    expect(one.frames[0]).toEqual({
      ...{ type: "active_users", room_id: room, count: 1 },
      users: [{ user_id: alice.id, username: "alice" }],
    });
    const other = await connect(room, bob);
    expect(other.frames[0]).toMatchObject({ type: "active_users", count: 2 });
    expect(namesIn(other.frames[0])).toEqual(["alice", "bob"]);
    const who = { room_id: room, user_id: bob.id, username: "bob", timestamp: expect.any(String) };
    expect(await one.until("user_joined")).toEqual({ type: "user_joined", ...who });
    await one.until("active_users", ({ count }) => count === 2);
    // Another device of theirs is not another person.
    const second = await connect(room, await app.signIn("bob"));
    second.destroy();
    await second.closed;
    other.destroy();
    expect(await one.until("user_left")).toEqual({ type: "user_left", ...who });
    await one.until("active_users", (frame) => one.frames.indexOf(frame) > 3);
    expect(one.frames.map(({ type, count }) => [type, count])).toEqual([
      ["active_users", 1],
      ["user_joined", undefined],
      ["active_users", 2],
      ["user_left", undefined],
      ["active_users", 1],
    ]);
  });

  test("DIALECT-93 whoever has the room open in the web client is there too", async () => {
    const { alice, bob } = app.people;
    const room = await newRoom(alice);
    await does(bob, "POST", `/rooms/${room}/join`, {});
    const one = await connect(room, alice);
    const web = await liveSocket(app.url, bob);
    web.send({ type: "open", room });
    await one.until("user_joined", ({ username }) => username === "bob");
    web.send({ type: "close", room });
    await one.until("user_left", ({ username }) => username === "bob");
    web.destroy();
  });

  test("DIALECT-94 many who come at once make few lists, which name 200 and count all", async () => {
    const { alice } = app.people;
    const { context } = app;
    const people: number[] = [];
    for (let number = 0; number < 230; number++) {
      people.push(await addPerson(context, `crowd-${number}`));
    }
    const room = await newRoom(alice);
    const one = await connect(room, alice);
    const { attendance } = app.app.live;
    attendance.hear("elsewhere", { room, users: people, now: context.clock.monotonic() });
    const list = await one.until("active_users", ({ count }) => count === 231);
    expect(list.users).toHaveLength(200);
    expect(one.frames.filter(({ type }) => type === "active_users")).toHaveLength(2);
    expect(one.frames.filter(({ type }) => type === "user_joined")).toHaveLength(230);
    expect(one.frames.at(-1)).toEqual(list);
    attendance.lose("elsewhere");
    await one.until("active_users", (frame) => frame.count === 1 && frame !== one.frames[0]);
    expect(one.frames.filter(({ type }) => type === "active_users")).toHaveLength(3);
    expect(one.frames.filter(({ type }) => type === "user_left")).toHaveLength(230);
  });

  test("DIALECT-95 nobody is told of people from whom a block keeps them apart", async () => {
    const { alice, bob, carol } = app.people;
    const room = await newRoom(alice);
    await does(carol, "PUT", `/blocks/${bob.id}`, { on: true });
    const [one, other] = [await connect(room, alice), await connect(room, bob)];
    const third = await connect(room, carol);
    await one.until("active_users", ({ count }) => count === 3);
    expect(namesIn(third.frames[0])).toEqual(["alice", "carol"]);
    expect(third.frames[0].count).toBe(2);
    third.destroy();
    await one.until("user_left", ({ username }) => username === "carol");
    const frames = await heard(other, room);
    expect(JSON.stringify(frames)).not.toContain("carol");
    for (const { count } of frames.filter(({ type }) => type === "active_users")) expect(count).toBe(2);
    await does(carol, "PUT", `/blocks/${bob.id}`, { on: false });
  });

  test("DIALECT-96 edits and deletions are told, whichever way they were made", async () => {
    const { alice, bob } = app.people;
    const room = await newRoom(alice);
    const client = await connect(room, bob);
    const { body: sent } = await does(alice, "POST", `/rooms/${room}/messages`, { text: "Sx o'clock" });
    expect(await client.until("message")).toMatchObject({ id: sent.id, username: "alice" });
    await does(alice, "PATCH", `/messages/${sent.id}`, { text: "Six o'clock" });
    expect(await client.until("message_edited")).toMatchObject({ id: sent.id, content: "Six o'clock" });
    await does(alice, "DELETE", `/messages/${sent.id}`);
    expect(await client.until("message_deleted")).toEqual({
      ...{ type: "message_deleted", room_id: room, id: sent.id, timestamp: expect.any(String) },
    });
  });

  test("DIALECT-97 whoever leaves, is removed, or whose room is deleted, hears the end: 4403", async () => {
    const { alice, bob, carol } = app.people;
    const room = await newRoom(alice);
    const [one, left, removed] = [
      await connect(room, alice),
      await connect(room, bob),
      await connect(room, carol),
    ];
    await does(bob, "POST", `/rooms/${room}/leave`, {});
    expect(await closeOf(left)).toBe(4403);
    await does(alice, "DELETE", `/rooms/${room}/members/${carol.id}`);
    expect(await closeOf(removed)).toBe(4403);
    await does(alice, "POST", `/rooms/${room}/messages`, { text: "Among ourselves" });
    await one.until("message");
    for (const { frames } of [left, removed]) expect(JSON.stringify(frames)).not.toContain("Among ourselves");
    await does(alice, "DELETE", `/rooms/${room}`);
    expect(await closeOf(one)).toBe(4403);
  });

  test("DIALECT-9 it ends with its session", async () => {
    const person = await app.signIn("bob");
    const client = await connect(app.rooms.lobby.id, person);
    await does(person, "POST", "/sessions/end", {});
    expect(await closeOf(client)).toBe(closeCodes.revoked);
  });

  test("DIALECT-91 of a room that is made private its people stay, and nobody else comes in", async () => {
    const { alice, bob, carol } = app.people;
    const room = await newRoom(alice);
    const client = await connect(room, bob);
    await does(alice, "PATCH", `/rooms/${room}`, { public: false });
    expect(await dialectSocket(app, `/ws/${room}`, carol.accessToken).then(() => "open", String)).toContain(
      "404",
    );
    client.send("Still in");
    await client.until("message", ({ content }) => content === "Still in");
  });
});
