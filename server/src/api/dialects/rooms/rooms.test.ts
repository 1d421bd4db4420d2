import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Person, type TestApp, testApp } from "../../../testing/app.ts";
import { type DescribedApi, describedApi } from "../../../testing/described.ts";
import { passwordOf } from "../../../testing/people.ts";

const pages = mkdtempSync(join(tmpdir(), "parley-rooms-pages-"));
writeFileSync(join(pages, "index.html"), "<!doctype html><title>Parley</title>");

describe("the rooms API", () => {
  let app: TestApp;
  let people: TestApp["people"];
  let api: DescribedApi;

  beforeAll(async () => {
    app = await testApp({ pages });
    ({ people } = app);
    api = await describedApi(app);
  });
  afterAll(async () => {
    await app.close();
    rmSync(pages, { recursive: true, force: true });
    expect(app.log.filter((line) => /"level":"(?:error|warn)"/.test(line))).toEqual([]);
  });

  const get = (path: string, as: Person) => api.ask("GET", path, { as });
  const newRoom = async (body: object = { name: "openings" }) => {
    const made = await api.ask("POST", "/rooms/", { as: people.admin, body });
    expect(made.status).toBe(201);
    return made.body;
  };
  const say = (room: number, text: string, as: Person) =>
    api.ask("POST", `/api/v2/rooms/${room}/messages`, { as, body: { text } });

  test("DIALECT-98 /auth/me tells who is signed in", async () => {
    const { status, body } = await get("/auth/me", people.alice);
    expect([status, body.id, body.username, body.email, body.role]).toEqual([
      200,
      people.alice.id,
      "alice",
      "alice@example.org",
      "user",
    ]);
    expect((await api.ask("GET", "/auth/me")).status).toBe(401);
  });

  test("DIALECT-101 an admin of the server makes a room, which is public, and nobody else does", async () => {
    const room = await newRoom({ name: "endgames", description: "Rooks and pawns" });
    expect(room).toEqual({
      ...{ id: expect.any(Number), name: "endgames", description: "Rooks and pawns" },
      ...{ created_by: people.admin.id, created_at: expect.stringMatching(/Z$/) },
    });
    const { body } = await get(`/api/v2/rooms/${room.id}`, people.carol);
    expect(body).toMatchObject({ kind: "channel", public: true, topic: "Rooks and pawns", role: null });
    const refused = await api.ask("POST", "/rooms/", { as: people.alice, body: { name: "mine" } });
    expect(refused.status).toBe(403);
    expect((await newRoom({ name: "endgames" })).id).not.toBe(room.id);
  });

  test("DIALECT-101 a name is told to be wrong by its own name", async () => {
    for (const [body, field] of [
      [{}, "name"],
      [{ name: "" }, "name"],
      [{ name: " padded " }, "name"],
      [{ name: "x".repeat(81) }, "name"],
      [{ name: "fine", description: "x".repeat(501) }, "description"],
      [{ name: "fine", description: "nul \u0000" }, "description"],
    ] as const) {
      const answered = await api.ask("POST", "/rooms", { as: people.admin, body });
      expect([answered.status, answered.body.detail[0].loc]).toEqual([422, ["body", field]]);
    }
  });

  test("DIALECT-101 an admin of the server deletes any room that is not of two people, and nobody else does", async () => {
    const { id } = await newRoom();
    await api.ask("POST", `/api/v2/rooms/${id}/join`, { as: people.alice, body: {} });
    await say(id, "quiet-reed", people.alice);
    const remove = (room: number, as: Person) => api.ask("DELETE", `/rooms/${room}`, { as });
    expect((await remove(id, people.alice)).status).toBe(403);
    const { status, body } = await remove(id, people.admin);
    expect([status, body]).toEqual([204, ""]);
    expect((await remove(id, people.admin)).status).toBe(404);
    expect((await get(`/rooms/${id}`, people.alice)).status).toBe(404);
    expect((await remove(app.rooms.aliceBob.id, people.admin)).status).toBe(404);
    // Not even their own, in this API.
    expect((await remove(app.rooms.design.id, people.alice)).status).toBe(403);
  });

  test("DIALECT-98 the list has all public rooms and one's own, each once, by id", async () => {
    const { id } = await newRoom({ name: "public one" });
    const idsFor = async (as: Person) =>
      (await get("/rooms/", as)).body.map((each: { id: number }) => each.id);
    const [alices, carols] = [await idsFor(people.alice), await idsFor(people.carol)];
    const { lobby, design, aliceBob } = app.rooms;
    for (const room of [id, lobby.id, design.id, aliceBob.id]) expect(alices).toContain(room);
    expect(alices).toEqual([...new Set<number>(alices)].sort((one, other) => one - other));
    expect(carols).toEqual(expect.arrayContaining([id, lobby.id]));
    for (const room of [design.id, aliceBob.id]) expect(carols).not.toContain(room);
    // An admin reads no more than others do.
    expect(await idsFor(people.admin)).not.toContain(design.id);
    const { body } = await get("/rooms", people.alice);
    const direct = body.find((each: { id: number }) => each.id === aliceBob.id);
    expect(direct.name).toBe("bob");
    const seen = await get(`/rooms/${aliceBob.id}`, people.bob);
    expect([seen.status, seen.body.name]).toEqual([200, "alice"]);
  });

  test("DIALECT-98 what one may not see is not there", async () => {
    for (const room of [app.rooms.design.id, app.rooms.aliceBob.id, 999_999]) {
      expect((await get(`/rooms/${room}`, people.carol)).status).toBe(404);
      expect((await get(`/rooms/${room}/messages`, people.carol)).status).toBe(404);
      expect((await get(`/rooms/${room}`, people.admin)).status).toBe(404);
      expect((await get(`/rooms/${room}/messages`, people.admin)).status).toBe(404);
    }
  });

  test("DIALECT-99 the history comes page by page, the newest first, and is complete", async () => {
    const { id } = await newRoom();
    for (let number = 1; number <= 7; number++) await say(id, `move ${number}`, people.admin);
    const found: string[] = [];
    const sizes: number[] = [];
    for (let cursor = ""; ; ) {
      const { status, body } = await get(`/rooms/${id}/messages?limit=3${cursor}`, people.admin);
      expect([status, body.has_more]).toEqual([200, body.next_cursor !== null]);
      sizes.push(body.messages.length);
      found.push(...body.messages.map(({ content }: { content: string }) => content));
      if (body.next_cursor === null) break;
      cursor = `&cursor=${encodeURIComponent(body.next_cursor)}`;
      // What is said meanwhile moves nothing.
      await say(id, "aside", people.admin);
    }
    expect(found).toEqual([7, 6, 5, 4, 3, 2, 1].map((number) => `move ${number}`));
    expect(sizes).toEqual([3, 3, 1]);
    const { body } = await get(`/rooms/${id}/messages`, people.admin);
    expect(body.messages.at(-1)).toEqual({
      ...{ id: expect.any(Number), content: "move 1", username: "admin", user_id: people.admin.id },
      ...{ timestamp: expect.stringMatching(/Z$/), room_id: id, is_edited: false, is_deleted: false },
    });
  });

  test("DIALECT-99 a cursor of another list, or of none, is 422", async () => {
    const [one, other] = [await newRoom(), await newRoom()];
    for (let number = 1; number <= 3; number++) await say(one.id, `move ${number}`, people.admin);
    const { body } = await get(`/rooms/${one.id}/messages?limit=1`, people.admin);
    const odd = ["x", "%00", "MTox", "-1", Buffer.from(`${other.id}:1.5`).toString("base64url")];
    odd.push(Buffer.from(`${other.id}:`).toString("base64url"), "x".repeat(65));
    odd.push(Buffer.from(`${other.id}:99999999999999999999`).toString("base64url"), body.next_cursor);
    for (const cursor of odd) {
      const answered = await get(`/rooms/${other.id}/messages?cursor=${cursor}`, people.admin);
      expect([cursor, answered.status, answered.body.detail[0].loc]).toEqual([
        cursor,
        422,
        ["query", "cursor"],
      ]);
    }
  });

  test("DIALECT-99 of what was deleted nothing is shown but that it was there", async () => {
    const { id } = await newRoom();
    const { body: sent } = await say(id, "quiet-sedge", people.admin);
    await api.ask("DELETE", `/api/v2/messages/${sent.id}`, { as: people.admin });
    const { body } = await get(`/rooms/${id}/messages`, people.admin);
    expect(body.messages).toMatchObject([{ id: sent.id, content: "", is_deleted: true }]);
  });

  test("DIALECT-91 to read a public room is to join it", async () => {
    const { id } = await newRoom();
    await say(id, "Welcome", people.admin);
    const roleIn = async () => (await get(`/api/v2/rooms/${id}`, people.carol)).body.role;
    expect((await get(`/rooms/${id}`, people.carol)).status).toBe(200);
    expect(await roleIn()).toBeNull();
    const { status, body } = await get(`/rooms/${id}/messages`, people.carol);
    expect([status, body.messages.length]).toEqual([200, 1]);
    expect(await roleIn()).toBe("member");
  });

  test("DIALECT-100 a room's address is a page for browsers and JSON for programs", async () => {
    const { id } = await newRoom();
    const page = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for (const path of [`/rooms/${id}`, `/rooms/${id}/`]) {
      const shown = await app.ask("GET", path, { headers: { accept: page } });
      expect([shown.status, shown.headers.get("content-type")]).toEqual([200, "text/html;charset=utf-8"]);
      expect(shown.body).toContain("<title>Parley</title>");
      expect(shown.headers.get("vary")).toContain("Accept");
      for (const accept of ["application/json", "*/*"]) {
        const told = await app.ask("GET", path, { as: people.alice, headers: { accept } });
        expect([told.status, told.body.id]).toEqual([200, id]);
        expect(told.headers.get("vary")).toContain("Accept");
      }
    }
    // Without a session a page still opens, and a program is told to sign in.
    expect((await app.ask("GET", `/rooms/${id}`)).status).toBe(401);
    // Below it there are no pages.
    const below = await app.ask("GET", `/rooms/${id}/messages`, { headers: { accept: page } });
    expect([below.status, below.body.detail]).toEqual([401, expect.any(String)]);
  });

  test("DIALECT-2 every route of it was seen to do what its description says", async () => {
    const newcomer = { username: "dave", email: "dave@example.org", password: passwordOf("dave") };
    const made = await api.ask("POST", "/auth/signup", { as: people.admin, body: newcomer });
    expect([made.status, made.body.username]).toEqual([201, "dave"]);
    const signedIn = await api.ask("POST", "/auth/login", { body: newcomer });
    expect(signedIn.status).toBe(200);
    expect(api.unseen("rooms")).toEqual([]);
  });
});

describe("the pages of the web client", () => {
  test("DIALECT-100 are the same with the rooms API turned off", async () => {
    const folder = mkdtempSync(join(tmpdir(), "parley-rooms-pages-"));
    writeFileSync(join(folder, "index.html"), "<!doctype html><title>Parley</title>");
    const app = await testApp({ pages: folder, environment: { DIALECTS: "none" } });
    try {
      const shown = await app.ask("GET", "/rooms/1", { headers: { accept: "text/html" } });
      expect([shown.status, shown.headers.get("content-type")]).toEqual([200, "text/html;charset=utf-8"]);
      expect((await app.ask("GET", "/rooms")).status).toBe(404);
    } finally {
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
