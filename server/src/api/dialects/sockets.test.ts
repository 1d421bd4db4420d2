import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { type Person, type TestApp, testApp } from "../../testing/app.ts";
import { type DialectClient, dialectSocket } from "../../testing/dialect-socket.ts";
import { dialectSockets } from "../../testing/dialect-world.ts";
import { eventually } from "../../testing/eventually.ts";

let app: TestApp;
const open: DialectClient[] = [];
beforeAll(async () => {
  app = await testApp({ environment: { OPERATIONS_PER_SECOND: "0" } });
});
afterAll(() => app?.close());
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

async function connect(path: string, token: string | null): Promise<DialectClient> {
  const socket = await dialectSocket(app, path, token);
  open.push(socket);
  return socket;
}

async function refusal(path: string, token: string | null): Promise<string> {
  const outcome = await connect(path, token).then(
    () => "taken",
    (error: Error) => error.message,
  );
  return outcome.replace(/^HTTP\/1.1 (\d+).*$/, "$1");
}

/** It has been read by the server, and what was asked for before has come. */
async function alive(socket: DialectClient): Promise<void> {
  const before = socket.frames.length;
  // Anything else may be what somebody says, in a system where any text is.
  socket.send("");
  await eventually(() => socket.frames.slice(before).some(isError));
}

/** In whichever envelope. */
const isError = (frame: { type: string }) => frame.type === "error";

/** What every frame has said. */
const said = (socket: DialectClient) => JSON.stringify(socket.frames);

const waysOf = dialectSockets();
const rooms = waysOf.filter(({ isOfRoom }) => isOfRoom);

test("DIALECT-3 there are sockets to speak of", () => {
  expect(waysOf.length).toBeGreaterThan(0);
});

for (const { dialect, described, pathFor } of waysOf) {
  describe(`${dialect} ${described}`, () => {
    const lobby = () => app.rooms.lobby.id;
    const here = (person: Person) => pathFor(person, lobby());

    test("DIALECT-3 without a good token of a live session it is refused with 401", async () => {
      const { alice } = app.people;
      const gone = await app.signIn("alice");
      await app.ask("POST", "/api/v2/sessions/end", { as: gone, body: {} });
      const [head, payload = "", mac = ""] = alice.accessToken.split(".");
      const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
      const other = Buffer.from(JSON.stringify({ ...claims, sub: "1" })).toString("base64url");
      const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString("base64url");
      const forged = [
        ...[null, "", "x", alice.refreshToken, gone.accessToken],
        ...[`${head}.${other}.${mac}`, `${none}.${payload}.`, `${head}.${payload}.${mac.slice(0, -2)}AA`],
      ];
      for (const token of forged) expect([token, await refusal(here(alice), token)]).toEqual([token, "401"]);
      expect(await refusal(here(alice), alice.accessToken)).toBe("taken");
    });

    test("DIALECT-3 a token that has ended is refused", async () => {
      const late = await testApp();
      try {
        const { alice } = late.people;
        late.clock.advance(16 * 60_000);
        const path = pathFor(alice, late.rooms.lobby.id);
        const outcome = await dialectSocket(late, path, alice.accessToken).catch(
          (error: Error) => error.message,
        );
        expect(outcome).toContain("401");
      } finally {
        await late.close();
      }
    });

    test("DIALECT-4 its token reaches no line of the log", async () => {
      const { alice } = app.people;
      await connect(here(alice), alice.accessToken);
      await refusal(here(alice), "a-token-that-is-none");
      await app.ask("GET", `${here(alice)}?token=${alice.accessToken}`);
      const lines = app.log.join("\n");
      expect(lines).toContain(here(alice));
      for (const token of [alice.accessToken, "a-token-that-is-none"]) expect(lines).not.toContain(token);
    });

    test("DIALECT-4 a token is taken from the header Authorization too", async () => {
      const strict = await testApp({ environment: { DIALECT_QUERY_TOKEN: "off" } });
      try {
        const { alice } = strict.people;
        const path = pathFor(alice, strict.rooms.lobby.id);
        const outcome = await dialectSocket(strict, path, alice.accessToken).catch(
          (error: Error) => error.message,
        );
        expect(outcome).toContain("401");
        const headers = { authorization: `Bearer ${alice.accessToken}` };
        const socket = new WebSocket(`${strict.url.replace("http", "ws")}${path}`, { headers } as never);
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        socket.onopen = () => resolve();
        socket.onerror = () => reject(new Error("refused"));
        await promise;
        socket.close();
      } finally {
        await strict.close();
      }
    });

    test("DIALECT-3 a page of another origin may not open it", async () => {
      const { alice } = app.people;
      const answer = await fetch(`${app.url}${here(alice)}?token=${alice.accessToken}`, {
        headers: { ...upgrade, origin: "https://elsewhere.example.org" },
      });
      expect(answer.status).toBe(403);
    });

    test("DIALECT-3 a plain request is told that this is a socket", async () => {
      expect((await app.ask("GET", here(app.people.alice))).status).toBe(426);
    });

    test("DIALECT-7 a frame that cannot be read is answered by an error, and the socket stays", async () => {
      const { alice } = app.people;
      const socket = await connect(here(alice), alice.accessToken);
      const bad = [
        ...["{", '{"type":"no such thing"}', '{"type":5}', '{"type":"message","type":"message"}'],
        ...['{"type":"message","content":5}', `{"type":${"[".repeat(100)}${"]".repeat(100)}}`],
        ...['{"type":"__proto__"}', '{"__proto__":{"type":"ping"}}', '{"content":""}'],
      ];
      for (const frame of bad) socket.send(frame);
      socket.wire.sendFrame(2, Buffer.from([0, 1, 2]));
      await alive(socket);
      await alive(socket);
    });

    test("DIALECT-7 a frame over the limit ends the socket with 1009", async () => {
      const { alice } = app.people;
      const socket = await connect(here(alice), alice.accessToken);
      socket.send(JSON.stringify({ type: "message", content: "x".repeat(70_000) }));
      expect([1006, 1009]).toContain((await socket.closed).code);
    });

    test("DIALECT-9 it ends with its session, and with its person's account", async () => {
      const session = await app.signIn("bob");
      const socket = await connect(here(session), session.accessToken);
      await alive(socket);
      await app.ask("POST", "/api/v2/sessions/end", { as: session, body: {} });
      expect((await socket.closed).code).toBe(4403);
      const carol = await app.signIn("carol");
      await app.ask("POST", `/api/v2/rooms/${lobby()}/join`, { as: carol });
      const carols = await connect(pathFor(carol, lobby()), carol.accessToken);
      await alive(carols);
      const path = `/api/v2/users/${carol.id}/active`;
      await app.ask("PUT", path, { as: app.people.admin, body: { active: false } });
      expect((await carols.closed).code).toBe(4403);
      await app.ask("PUT", path, { as: app.people.admin, body: { active: true } });
    });

    test("DIALECT-9 it outlives its access token, as long as the session lasts", async () => {
      const later = await testApp();
      try {
        const { alice } = later.people;
        const socket = await dialectSocket(later, pathFor(alice, later.rooms.lobby.id), alice.accessToken);
        await alive(socket);
        later.clock.advance(3_600_000);
        later.app.live.rounds.go();
        await alive(socket);
        later.clock.advance(8 * 86_400_000);
        later.app.live.rounds.go();
        expect((await socket.closed).code).toBe(4401);
      } finally {
        await later.close();
      }
    });

    test("DIALECT-10 a flood of frames ends it, and nobody else is slower for it", async () => {
      const { alice } = app.people;
      const socket = await connect(here(alice), alice.accessToken);
      socket.wire.sendMany(Array.from({ length: 3_000 }, () => '{"type":"ping"}'));
      const outcome = await Promise.race([socket.closed, alive(socket).then(() => null)]);
      if (outcome) expect(outcome.code).toBeGreaterThan(1_000);
    });
  });
}

const upgrade = {
  upgrade: "websocket",
  connection: "Upgrade",
  "sec-websocket-version": "13",
  "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
};

for (const { dialect, described, pathFor } of rooms) {
  describe(`${dialect} ${described}`, () => {
    test("DIALECT-3 a room that the person may not read is 404 or 403", async () => {
      const carol = await app.signIn("carol");
      for (const room of [app.rooms.design.id, app.rooms.aliceBob.id, 999_999]) {
        expect(await refusal(pathFor(carol, room), carol.accessToken)).toBe("404");
      }
      for (const room of ["0", "-1", "abc", "9007199254740993", "1.5"]) {
        expect(await refusal(pathFor(carol, room as never), carol.accessToken)).toBe("422");
      }
    });

    test("DIALECT-9 whoever is taken out of the room hears nothing after it", async () => {
      const { alice, bob } = app.people;
      const made = await app.ask("POST", "/api/v2/rooms", {
        as: alice,
        body: { kind: "group", name: "plans", members: [bob.id] },
      });
      const room = made.body.id;
      const [alices, bobs] = (await Promise.all(
        [alice, bob].map((person) => connect(pathFor(person, room), person.accessToken)),
      )) as [DialectClient, DialectClient];
      const say = (text: string) =>
        app.ask("POST", `/api/v2/rooms/${room}/messages`, { as: alice, body: { text } });
      await Promise.all([alices, bobs].map(alive));
      await say("the first");
      await Promise.all([alices, bobs].map((socket) => eventually(() => said(socket).includes("the first"))));
      await app.ask("DELETE", `/api/v2/rooms/${room}/members/${bob.id}`, { as: alice });
      await say("the second");
      await eventually(() => said(alices).includes("the second"));
      expect((await bobs.closed).code).toBe(4403);
      expect(said(bobs)).not.toContain("the second");
      expect(await refusal(pathFor(bob, room), bob.accessToken)).toBe("404");
    });

    test("DIALECT-10 whoever does not read is let go, and the others hear everything", async () => {
      const { alice, bob } = app.people;
      const room = app.rooms.design.id;
      const slow = await connect(pathFor(bob, room), bob.accessToken);
      const quick = await connect(pathFor(alice, room), alice.accessToken);
      await alive(slow);
      slow.wire.pause();
      const text = "x".repeat(9_900);
      for (let count = 0; count < 40; count++) {
        const sends = Array.from({ length: 25 }, (_, index) =>
          app.ask("POST", `/api/v2/rooms/${room}/messages`, {
            as: alice,
            body: { text: `${count}-${index} ${text}` },
          }),
        );
        await Promise.all(sends);
      }
      await eventually(() => said(quick).includes("39-24 "));
      const clogged = [...app.app.live.people.of(bob.id)].filter((each) => each.blocked);
      expect(clogged.length).toBe(1);
      app.clock.advance(31_000);
      app.app.live.rounds.go();
      await eventually(() => [...app.app.live.people.of(bob.id)].every((each) => !each.blocked));
      slow.wire.resume();
      expect((await slow.closed).code).toBeGreaterThan(1_000);
    });
  });
}
