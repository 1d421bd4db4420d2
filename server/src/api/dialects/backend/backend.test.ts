import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Person, type TestApp, testApp } from "../../../testing/app.ts";
import { type DescribedApi, describedApi } from "../../../testing/described.ts";
import { dialectSocket } from "../../../testing/dialect-socket.ts";
import { addPerson, passwordOf } from "../../../testing/people.ts";

describe("the backend API", () => {
  let app: TestApp;
  let people: TestApp["people"];
  let api: DescribedApi;

  beforeAll(async () => {
    app = await testApp();
    ({ people } = app);
    api = await describedApi(app);
  });
  afterAll(async () => {
    await app.close();
    expect(app.log.filter((line) => /"level":"(?:error|warn)"/.test(line))).toEqual([]);
  });

  const get = (path: string, as: Person) => api.ask("GET", path, { as });
  const change = (room: number, as: Person, body: object) => api.ask("PATCH", `/room/${room}`, { as, body });
  const newRoom = async (as: Person, more: object = {}): Promise<number> => {
    const made = await api.ask("POST", "/room/", { as, body: { name: "openings", ...more } });
    expect(made.status).toBe(201);
    return made.body.id;
  };
  const say = (room: number, as: Person, body: object) =>
    api.ask("POST", `/message/rooms/${room}/messages`, { as, body });
  const idsIn = (body: { id: number }[]) => body.map(({ id }) => id);

  describe("signing in", () => {
    test("DIALECT-105 a token comes for a name or an address, in JSON or a form, with the session's number", async () => {
      const password = passwordOf("alice");
      const asForm = (fields: Record<string, string>) =>
        fetch(`${app.url}/auth/token`, { method: "POST", body: new URLSearchParams(fields) });
      const answers = [
        (await api.ask("POST", "/auth/token", { body: { username: "alice", password } })).body,
        (await api.ask("POST", "/auth/token", { body: { email: "alice@example.org", password } })).body,
        await (await asForm({ username: "alice", password })).json(),
        await (
          await asForm({ grant_type: "password", username: "alice", password, scope: "", client_id: "app" })
        ).json(),
      ];
      for (const body of answers) {
        expect(body).toEqual({
          access_token: expect.any(String),
          token_type: "bearer",
          expires_in: app.context.config.accessTokenMinutes * 60,
          session_id: expect.any(Number),
        });
        const headers = { authorization: `Bearer ${body.access_token}` };
        const { body: sessions } = await api.ask("GET", "/api/v2/sessions", { headers });
        const current = sessions.sessions.find((each: { current?: boolean }) => each.current);
        expect(current?.id ?? body.session_id).toBe(body.session_id);
        expect(idsIn(sessions.sessions)).toContain(body.session_id);
      }
    });

    test("DIALECT-105 nothing comes for a wrong password, or for another grant", async () => {
      const ask = (body: object) => api.ask("POST", "/auth/token", { body });
      expect((await ask({ username: "alice", password: "wrong" })).status).toBe(401);
      expect((await ask({ username: "nobody", password: "wrong" })).status).toBe(401);
      const other = { grant_type: "refresh_token", username: "alice", password: passwordOf("alice") };
      const refused = await ask(other);
      expect([refused.status, refused.body.detail[0].loc]).toEqual([422, ["body", "grant_type"]]);
      expect((await ask({ password: "x" })).body.detail[0].loc).toEqual(["body", "username"]);
    });

    test("DIALECT-108 a password is changed by who knows it, and every other session ends", async () => {
      const [here, there] = [await app.signIn("bob"), await app.signIn("bob")];
      const ask = (as: Person, current_password: string, new_password: string) =>
        api.ask("POST", "/user/update_password", { as, body: { current_password, new_password } });
      const other = "bob keeps eight white herons";
      expect((await ask(here, "wrong", other)).status).toBeGreaterThanOrEqual(400);
      const short = await ask(here, passwordOf("bob"), "short");
      expect([short.status, short.body.detail[0].loc]).toEqual([422, ["body", "new_password"]]);
      expect((await get("/room/rooms", there)).status).toBe(200);
      expect((await ask(here, passwordOf("bob"), other)).status).toBe(200);
      expect((await get("/room/rooms", there)).status).toBe(401);
      expect((await get("/room/rooms", here)).status).toBe(200);
      expect((await ask(here, other, passwordOf("bob"))).status).toBe(200);
      people.bob = await app.signIn("bob");
    });
  });

  describe("accounts", () => {
    const update = (id: number, as: Person, body: object) =>
      api.ask("PUT", `/user/update/${id}`, { as, body });

    test("DIALECT-106 an admin of the server is told of everybody, with e-mail addresses, and nobody else", async () => {
      const { status, body } = await get("/user/users", people.admin);
      expect(status).toBe(200);
      const names = body.map(({ username }: { username: string }) => username);
      expect(names).toEqual(expect.arrayContaining(["admin", "alice", "bob", "carol"]));
      expect(body.find(({ username }: { username: string }) => username === "carol")).toMatchObject({
        ...{ id: people.carol.id, email: "carol@example.org", role: "user", is_active: true },
      });
      expect(JSON.stringify(body)).not.toMatch(/password|hash/);
      expect((await get("/user/users", people.alice)).status).toBe(403);
      expect((await get("/user/users?search=CAR", people.admin)).body).toHaveLength(1);
      const pages = [];
      for (let offset = 0; offset < names.length; offset += 2) {
        pages.push(...(await get(`/user/users?limit=2&offset=${offset}`, people.admin)).body);
      }
      expect(idsIn(pages)).toEqual(idsIn(body));
      expect((await get("/user/users?offset=1", people.admin)).body).toHaveLength(names.length - 1);
    });

    test("DIALECT-106 all of them are told, however many pages they fill", async () => {
      const before = (await get("/user/users", people.admin)).body.length;
      for (let number = 0; number < 205; number++) await addPerson(app.context, `reader-${number}`);
      const { body } = await get("/user/users?search=reader-", people.admin);
      expect(new Set(idsIn(body)).size).toBe(205);
      expect((await get("/user/users", people.admin)).body).toHaveLength(before + 205);
    });

    test("DIALECT-107 people change their own profile, field by field", async () => {
      const { status, body } = await update(people.carol.id, people.carol, {
        ...{ first_name: "Carol", last_name: "Marsh", email: "carol.marsh@example.org" },
      });
      expect([status, body.full_name, body.email]).toEqual([200, "Carol Marsh", "carol.marsh@example.org"]);
      const renamed = await update(people.carol.id, people.carol, { username: "carola" });
      expect(renamed.body).toMatchObject({ username: "carola", first_name: "Carol", last_name: "Marsh" });
      const back = { username: "carol", email: "carol@example.org", full_name: "carol" };
      expect((await update(people.carol.id, people.carol, back)).body.first_name).toBeNull();
      expect((await update(people.carol.id, people.carol, {})).status).toBe(200);
    });

    test("DIALECT-107 others' profiles are changed by admins of the server alone", async () => {
      const refused = await update(people.bob.id, people.alice, { full_name: "Not Bob" });
      expect([refused.status, refused.body.detail]).toEqual([403, "only an admin may do this"]);
      expect((await update(999_999, people.alice, { full_name: "x" })).status).toBe(403);
      expect((await update(999_999, people.admin, { full_name: "x" })).status).toBe(404);
      const changed = await update(people.bob.id, people.admin, { full_name: "Bob of the club" });
      expect([changed.status, changed.body.full_name]).toEqual([200, "Bob of the club"]);
      const taken = await update(people.bob.id, people.admin, { username: "ALICE" });
      expect([taken.status, typeof taken.body.detail]).toEqual([409, "string"]);
      // What is not among the fields changes nothing.
      const greedy = await update(people.alice.id, people.alice, { role: "admin", is_active: false, id: 1 });
      expect(greedy.body).toMatchObject({ id: people.alice.id, role: "user", is_active: true });
    });

    test("DIALECT-107 what is wrong is told by the names of this API", async () => {
      for (const [body, field] of [
        [{ full_name: "" }, "full_name"],
        [{ first_name: " x" }, "first_name"],
        [{ last_name: "x".repeat(200) }, "last_name"],
        [{ email: "nowhere" }, "email"],
        [{ username: "a b" }, "username"],
      ] as const) {
        const { status, body: told } = await update(people.alice.id, people.alice, body);
        expect([status, told.detail[0].loc]).toEqual([422, ["body", field]]);
      }
    });

    test("DIALECT-90 /user/signup makes an account as /auth/signup does", async () => {
      const body = { username: "dave", email: "dave@example.org", password: passwordOf("dave") };
      expect((await api.ask("POST", "/user/signup", { body })).status).toBe(403);
      const made = await api.ask("POST", "/user/signup", { as: people.admin, body });
      expect([made.status, made.body.username]).toEqual([201, "dave"]);
      expect((await api.ask("POST", "/auth/login", { body })).status).toBe(200);
    });
  });

  describe("rooms", () => {
    test("DIALECT-109 anybody makes a room and is its admin; it is open unless it is private", async () => {
      const made = await api.ask("POST", "/room/", { as: people.alice, body: { name: "openings" } });
      expect(made.body).toEqual({
        ...{ id: expect.any(Number), name: "openings", description: "", created_by: people.alice.id },
        ...{ created_at: expect.stringMatching(/Z$/), is_private: false, member_count: 1 },
      });
      const { body } = await get(`/api/v2/rooms/${made.body.id}`, people.alice);
      expect(body).toMatchObject({ kind: "channel", public: true, role: "owner" });
      const hidden = await newRoom(people.alice, { is_private: true, description: "For two" });
      expect((await get(`/room/${hidden}`, people.alice)).body).toMatchObject({
        ...{ is_private: true, description: "For two" },
      });
      expect((await get(`/room/${hidden}`, people.carol)).status).toBe(404);
      expect((await get(`/room/${made.body.id}`, people.carol)).status).toBe(200);
    });

    test("DIALECT-109 the list has one's own rooms, and for an admin of the server all but those of two others", async () => {
      const open = await newRoom(people.alice);
      const hidden = await newRoom(people.alice, { is_private: true });
      const { body: own } = await api.ask("POST", "/api/v2/rooms/direct", {
        as: people.admin,
        body: { user: people.carol.id },
      });
      const listed = async (as: Person) => idsIn((await get("/room/rooms", as)).body);
      const [alices, carols, admins] = [
        await listed(people.alice),
        await listed(people.carol),
        await listed(people.admin),
      ];
      expect(alices).toEqual(expect.arrayContaining([open, hidden, app.rooms.aliceBob.id]));
      expect(carols).toEqual([own.id]);
      expect(admins).toEqual(expect.arrayContaining([open, hidden, app.rooms.design.id, own.id]));
      expect(admins).not.toContain(app.rooms.aliceBob.id);
      expect(admins).toEqual([...new Set(admins)].sort((one, other) => one - other));
    });

    test("DIALECT-109 an admin of the server knows what a private room is, and reads nothing of it", async () => {
      const room = await newRoom(people.alice, { is_private: true, name: "plans" });
      await say(room, people.alice, { content: "quiet-rush" });
      const seen = await get(`/room/${room}`, people.admin);
      expect([seen.status, seen.body.name, seen.body.is_private]).toEqual([200, "plans", true]);
      expect((await get(`/room/${app.rooms.aliceBob.id}`, people.admin)).status).toBe(404);
      expect((await get("/room/999999", people.admin)).status).toBe(404);
      expect((await get(`/message/rooms/${room}/messages`, people.admin)).status).toBe(404);
      expect((await say(room, people.admin, { content: "Let me in" })).status).toBe(404);
      const refused = await dialectSocket(app, `/ws/${room}`, people.admin.accessToken).catch(String);
      expect(String(refused)).toContain("404");
      expect(JSON.stringify((await get("/room/rooms", people.admin)).body)).not.toContain("quiet-rush");
    });

    test("DIALECT-109 a room is changed by its admins and those of the server", async () => {
      const room = await newRoom(people.alice);
      await get(`/message/rooms/${room}/messages`, people.bob);
      expect((await change(room, people.bob, { name: "bobs" })).status).toBe(403);
      expect((await change(room, people.carol, { name: "carols" })).status).toBe(403);
      const path = `/api/v2/rooms/${room}/members/${people.bob.id}/role`;
      await api.ask("PUT", path, { as: people.alice, body: { role: "admin" } });
      expect((await change(room, people.bob, { name: "endgames" })).body.name).toBe("endgames");
      const managed = await change(room, people.admin, { name: "middle", description: "Plans" });
      expect([managed.status, managed.body.name, managed.body.description]).toEqual([200, "middle", "Plans"]);
      expect((await change(room, people.bob, { is_private: true })).status).toBe(403);
      expect((await change(room, people.admin, { is_private: true })).body.is_private).toBe(true);
      // What was said among few is not opened by anybody but who made the room.
      expect((await change(room, people.admin, { is_private: false })).status).toBe(403);
      expect((await change(room, people.alice, { is_private: false })).body.is_private).toBe(false);
      expect((await change(room, people.alice, {})).status).toBe(200);
      const wrong = await change(room, people.alice, { description: "nul \u0000" });
      expect([wrong.status, wrong.body.detail[0].loc]).toEqual([422, ["body", "description"]]);
    });

    test("DIALECT-109 a room is deleted by who made it and by admins of the server", async () => {
      const remove = (room: number, as: Person) => api.ask("DELETE", `/room/${room}`, { as });
      const [one, other] = [await newRoom(people.alice), await newRoom(people.alice, { is_private: true })];
      expect((await remove(one, people.carol)).status).toBe(403);
      expect((await remove(other, people.carol)).status).toBe(404);
      expect((await remove(one, people.alice)).status).toBe(204);
      expect((await remove(other, people.admin)).status).toBe(204);
      expect((await remove(other, people.admin)).status).toBe(404);
      expect((await remove(app.rooms.aliceBob.id, people.admin)).status).toBe(404);
      expect((await remove(app.rooms.aliceBob.id, people.alice)).status).toBe(403);
    });
  });

  describe("messages", () => {
    test("DIALECT-110 in a private room its people speak and read, and to others it is not there", async () => {
      const { id } = app.rooms.design;
      const sent = await say(id, people.alice, { content: "Six o'clock" });
      expect([sent.status, sent.body]).toEqual([
        201,
        {
          ...{ id: expect.any(Number), content: "Six o'clock", username: "alice", user_id: people.alice.id },
          ...{ timestamp: expect.stringMatching(/Z$/), room_id: id, is_edited: false, is_deleted: false },
        },
      ]);
      for (const person of [people.carol, people.admin]) {
        expect((await say(id, person, { content: "Me too" })).status).toBe(404);
        expect((await get(`/message/rooms/${id}/messages`, person)).status).toBe(404);
      }
      const direct = await say(app.rooms.aliceBob.id, people.bob, { content: "Just us" });
      expect(direct.status).toBe(201);
    });

    test("DIALECT-110 whoever is not in an open room joins before they speak: by reading it, or by connecting", async () => {
      const room = await newRoom(people.alice);
      const refused = await say(room, people.carol, { content: "Hello" });
      expect([refused.status, refused.body]).toEqual([403, { detail: "join this channel first" }]);
      expect((await get(`/message/rooms/${room}/messages`, people.carol)).status).toBe(200);
      expect((await say(room, people.carol, { content: "Hello" })).status).toBe(201);
      const other = await newRoom(people.alice);
      const socket = await dialectSocket(app, `/ws/${other}`, people.carol.accessToken);
      await socket.until("active_users");
      expect((await say(other, people.carol, { content: "Hello" })).status).toBe(201);
      await socket.until("message", ({ content }) => content === "Hello");
      socket.destroy();
    });

    test("DIALECT-110 the list goes back from the newest, oldest first", async () => {
      const room = await newRoom(people.alice);
      const sent: number[] = [];
      for (let number = 1; number <= 5; number++) {
        sent.push((await say(room, people.alice, { content: `move ${number}` })).body.id);
      }
      const page = async (query: string) =>
        idsIn((await get(`/message/rooms/${room}/messages${query}`, people.alice)).body);
      expect(await page("")).toEqual(sent);
      expect(await page("?limit=2")).toEqual(sent.slice(3));
      expect(await page(`?limit=2&before=${sent[3]}`)).toEqual(sent.slice(1, 3));
      expect(await page(`?before=${sent[0]}`)).toEqual([]);
      const foreign = (await say(app.rooms.design.id, people.alice, { content: "Elsewhere" })).body.id;
      for (const before of [foreign, 999_999]) {
        const path = `/message/rooms/${room}/messages?before=${before}`;
        expect((await get(path, people.alice)).status).toBe(404);
      }
    });

    test("DIALECT-102 what is sent again with one client id, or under one key, is the first", async () => {
      const room = await newRoom(people.alice);
      const ids = new Set<number>();
      for (let time = 0; time < 3; time++) {
        ids.add((await say(room, people.alice, { content: "Once", client_id: "once" })).body.id);
      }
      expect(ids.size).toBe(1);
      const keyed = { as: people.alice, body: { content: "Keyed" }, headers: { "idempotency-key": "k-1" } };
      for (let time = 0; time < 3; time++) {
        ids.add((await api.ask("POST", `/message/rooms/${room}/messages`, keyed)).body.id);
      }
      expect(ids.size).toBe(2);
    });

    test("DIALECT-110 content has 1 to 10,000 characters", async () => {
      const room = await newRoom(people.alice);
      for (const content of ["", "x".repeat(10_001), 5, null, undefined, "\ud800"]) {
        const { status, body } = await say(room, people.alice, { content });
        expect([status, body.detail[0].loc]).toEqual([422, ["body", "content"]]);
      }
      expect((await say(room, people.alice, { content: "x".repeat(10_000) })).status).toBe(201);
    });
  });

  test("DIALECT-2 every route of it was seen to do what its description says", () => {
    expect(api.unseen("backend")).toEqual([]);
  });
});
