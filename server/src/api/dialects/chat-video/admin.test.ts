import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { type Answered, type Person, type TestApp, testApp } from "../../../testing/app.ts";
import { type DescribedApi, describedApi } from "../../../testing/described.ts";
import { dialectSocket } from "../../../testing/dialect-socket.ts";

let app: TestApp;
let api: DescribedApi;
beforeAll(async () => {
  app = await testApp({ environment: { OPERATIONS_PER_SECOND: "0" } });
  api = await describedApi(app);
});
afterAll(() => app?.close());

const users = "/api/admin/users";
const byAdmin = (method: string, path: string, body?: unknown) =>
  api.ask(method, `${users}${path}`, { as: app.people.admin, ...(body !== undefined && { body }) });
const locs = (answered: Answered) => [
  ...new Set(answered.body.detail.map((fault: { loc: string[] }) => fault.loc.join("."))),
];
const login = (username: string, password = passwordFor(username)) =>
  api.ask("POST", "/api/auth/login", { body: { username, password } });
const passwordFor = (username: string) => `${username} counts eleven white storks`;

let made = 0;
let name = "";
let account: Answered["body"];
beforeEach(async () => {
  name = `person-${++made}`;
  account = (await byAdmin("POST", "", { username: name, password: passwordFor(name) })).body;
});

/** The one just made, signed in. */
async function signedIn(): Promise<Person> {
  const { body } = await login(name);
  const tokens = { accessToken: body.access_token, refreshToken: body.refresh_token };
  return { id: account.id, name: "carol", actor: { user: account.id, session: 0 }, ...tokens };
}

test("DIALECT-65 an admin makes an account, and its owner signs in with the password given", async () => {
  const body = {
    ...{ username: "guest", password: passwordFor("guest"), email: "guest@example.org" },
    ...{ first_name: "Guest", last_name: "Example", role: "admin" },
  };
  const { status, body: answered } = await byAdmin("POST", "", body);
  expect([status, answered]).toEqual([
    201,
    {
      ...{ id: expect.any(Number), username: "guest", email: "guest@example.org", profile_pic: null },
      ...{ first_name: "Guest", last_name: "Example", role: "admin", is_active: true },
      ...{ created_at: expect.any(String), updated_at: expect.any(String) },
    },
  ]);
  expect((await login("guest")).body.user).toEqual(answered);
  expect((await byAdmin("POST", "", body)).status).toBe(409);
  const plain = await byAdmin("POST", "", {
    username: "visitor",
    password: passwordFor("visitor"),
    email: null,
  });
  expect(plain.body).toMatchObject({ email: null, first_name: null, last_name: null, role: "user" });
  const wrong = [
    [{ username: "tenant" }, ["body.password"]],
    [{ username: "tenant", password: "short" }, ["body.password"]],
    [{ username: "tenant", password: "password123" }, ["body.password"]],
    [{ username: "tenant", password: passwordFor("tenant"), role: "owner" }, ["body.role"]],
    [{ username: "tenant", password: passwordFor("tenant"), last_name: " " }, ["body.last_name"]],
    [{ username: "everyone", password: passwordFor("tenant") }, ["body.username"]],
  ] as const;
  for (const [sent, where] of wrong) {
    const refused = await byAdmin("POST", "", sent);
    expect([sent, refused.status, locs(refused)]).toEqual([sent, 422, [...where]]);
  }
});

test("DIALECT-65 accounts are found by name, address, role and whether they are active, with their number", async () => {
  const { body: everybody } = await byAdmin("GET", "");
  expect(everybody.total).toBe(everybody.items.length);
  expect(everybody.items[0]).toEqual(account);
  await byAdmin("PATCH", `/${account.id}/toggle-active`);
  const found = async (query: string) => {
    const { body } = await byAdmin("GET", `?${query}`);
    return [body.items.map(({ username }: { username: string }) => username), body.total];
  };
  expect(await found(`search=${name}`)).toEqual([[name], 1]);
  expect(await found("search=BOB%40example")).toEqual([["bob"], 1]);
  expect(await found("search=nobody%25")).toEqual([[], 0]);
  expect(await found("is_active=false")).toEqual([[name], 1]);
  expect(await found("role=admin&search=admin")).toEqual([["admin"], 1]);
  const page = await byAdmin("GET", "?limit=2&offset=1&search=");
  expect(page.body.total).toBe(everybody.total);
  expect(page.body.items).toEqual(everybody.items.slice(1, 3));
  expect(await found("offset=1000000")).toEqual([[], everybody.total]);
  for (const query of ["role=owner", "is_active=maybe", "limit=0", "offset=-1", "offset=1000001"]) {
    const refused = await byAdmin("GET", `?${query}`);
    expect([query, refused.status, locs(refused)]).toEqual([query, 422, [`query.${query.split("=")[0]}`]]);
  }
});

test("DIALECT-65 an account is changed field by field", async () => {
  const change = (body: object) => byAdmin("PUT", `/${account.id}`, body);
  expect((await byAdmin("GET", `/${account.id}`)).body).toEqual(account);
  expect((await change({})).body).toEqual(account);
  const named = await change({ first_name: "Paula", last_name: "Person", email: `${name}@example.org` });
  expect(named.body).toMatchObject({ username: name, first_name: "Paula", email: `${name}@example.org` });
  expect((await change({ first_name: "", email: null })).body).toMatchObject({
    ...{ first_name: null, last_name: "Person", email: null },
  });
  const all = { username: `${name}-x`, role: "admin", is_active: false };
  expect((await change(all)).body).toMatchObject({ username: `${name}-x`, role: "admin", is_active: false });
  expect((await change({ username: "Alice" })).status).toBe(409);
  expect(locs(await change({ role: "owner", is_active: "yes" }))).toEqual(["body.role", "body.is_active"]);
  await change({ role: "user" });
  expect((await byAdmin("GET", "/999999")).status).toBe(404);
  expect((await byAdmin("PUT", "/999999", { first_name: "X" })).status).toBe(404);
  expect((await byAdmin("PUT", "/999999", {})).status).toBe(404);
});

test("DIALECT-65 a password that an admin sets ends the person's sessions", async () => {
  const { accessToken } = await signedIn();
  const password = "another eleven white storks";
  expect((await byAdmin("PUT", `/${account.id}`, { password })).status).toBe(200);
  const headers = { authorization: `Bearer ${accessToken}` };
  expect((await api.ask("GET", "/api/users/me", { headers })).status).toBe(401);
  expect((await login(name)).status).toBe(401);
  expect((await login(name, password)).status).toBe(200);
});

test("DIALECT-65 nobody but an admin is told or changes anything, whatever they ask", async () => {
  const { alice } = app.people;
  const asked = [
    ["GET", ""],
    ["POST", "", { username: "mine", password: passwordFor("mine") }],
    ["GET", `/${alice.id}`],
    ["PUT", `/${alice.id}`, { role: "admin" }],
    ["DELETE", `/${account.id}`],
    ["PATCH", `/${account.id}/toggle-active`],
    ["GET", "/999999"],
  ] as const;
  for (const [method, path, body] of asked) {
    const answered = await api.ask(method, `${users}${path}`, { as: alice, ...(body && { body }) });
    expect([method, path, answered.status]).toEqual([method, path, 403]);
  }
  const now = await byAdmin("GET", `/${account.id}`);
  expect(now.body).toEqual(account);
});

test("DIALECT-66 the last admin stays one: 409, and nothing of the call is done", async () => {
  const own = await testApp();
  const { admin } = own.people;
  const described = await describedApi(own);
  const ask = (method: string, path: string, body?: unknown) =>
    described.ask(method, `${users}${path}`, { as: admin, ...(body !== undefined && { body }) });
  const before = (await ask("GET", `/${admin.id}`)).body;
  const refused = [
    await ask("PUT", `/${admin.id}`, { role: "user", first_name: "Changed" }),
    await ask("PUT", `/${admin.id}`, { is_active: false, username: "changed" }),
    await ask("PATCH", `/${admin.id}/toggle-active`),
    await ask("DELETE", `/${admin.id}`),
  ];
  expect(refused.map(({ status, body }) => [status, typeof body.detail])).toEqual(
    Array(4).fill([409, "string"]),
  );
  expect((await ask("GET", `/${admin.id}`)).body).toEqual(before);
  await ask("PUT", `/${own.people.alice.id}`, { role: "admin" });
  const down = await ask("PUT", `/${admin.id}`, { role: "user", first_name: "Retired" });
  expect([down.status, down.body]).toMatchObject([200, { role: "user", first_name: "Retired" }]);
  expect((await ask("GET", "")).status).toBe(403);
  await own.close();
});

test("DIALECT-67 deactivation ends sessions and sockets at once, and the person comes back when it ends", async () => {
  const person = await signedIn();
  const path = `/api/messages/ws/${person.id}`;
  const socket = await dialectSocket(app, path, person.accessToken);
  await socket.until("connected");
  const off = await byAdmin("PATCH", `/${person.id}/toggle-active`);
  expect([off.status, off.body.is_active]).toEqual([200, false]);
  expect((await socket.closed).code).toBe(4403);
  expect((await api.ask("GET", "/api/users/me", { as: person })).status).toBe(401);
  const refresh_token = person.refreshToken;
  expect((await api.ask("POST", "/api/auth/refresh", { body: { refresh_token } })).status).toBe(401);
  expect((await login(name)).status).toBe(401);
  const on = await byAdmin("PATCH", `/${person.id}/toggle-active`);
  expect(on.body.is_active).toBe(true);
  expect((await login(name)).status).toBe(200);
});

test("DIALECT-67 of a deleted person what they said stays, and nothing else", async () => {
  const { alice } = app.people;
  const person = await signedIn();
  const [theirs, socket] = [
    await dialectSocket(app, `/api/messages/ws/${person.id}`, person.accessToken),
    await dialectSocket(app, `/api/messages/ws/${person.id}`, alice.accessToken),
  ];
  await Promise.all([theirs.until("connected"), socket.until("connected")]);
  theirs.send({ type: "message", receiver_id: alice.id, content: "words that stay" });
  await socket.until("message");
  expect((await byAdmin("DELETE", `/${person.id}`)).status).toBe(204);
  expect((await theirs.closed).code).toBe(4403);
  expect((await login(name)).status).toBe(401);
  expect((await byAdmin("GET", `/${person.id}`)).status).toBe(404);
  expect((await byAdmin("DELETE", `/${person.id}`)).status).toBe(404);
  const page = await api.ask("GET", `/api/messages/${person.id}`, { as: alice });
  expect(page.body.items).toMatchObject([{ sender_id: person.id, content: "words that stay" }]);
  socket.send({ type: "message", content: "are you there?", client_id: "late" });
  expect(await socket.until("error")).toMatchObject({ client_id: "late" });
  const again = await byAdmin("POST", "", { username: name, password: passwordFor(name) });
  expect(again.status).toBe(201);
  expect(again.body.id).not.toBe(person.id);
  socket.destroy();
});

test("DIALECT-2 every route for admins was seen to answer what it is described as", () => {
  expect(api.unseen("chat-video").filter((each) => each.includes("/api/admin"))).toEqual([]);
});
