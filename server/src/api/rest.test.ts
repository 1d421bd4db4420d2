import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  apiBase,
  contract,
  methodAndPath,
  type OperationName,
  operationNames,
} from "@parley/protocol/contract";
import { errorCodes } from "@parley/protocol/errors";
import { type Answered, type TestApp, testApp } from "../testing/app.ts";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app?.close());

/** The path with the same value in each place. */
function pathOf(name: OperationName, value: string | number = 1): string {
  return apiBase + methodAndPath(name).path.replaceAll(/\{\w+\}/g, String(value));
}

function expectProblem(answered: Answered, status: number, code: string): void {
  expect(answered.headers.get("content-type")).toBe("application/problem+json");
  expect(answered.body).toMatchObject({
    type: `urn:parley:problem:${code}`,
    title: expect.any(String),
    status,
    detail: expect.any(String),
    code,
    request_id: answered.headers.get("x-request-id") as string,
  });
  expect(answered.status).toBe(status);
}

describe("routes", () => {
  test("REST-1 every operation has a route of its own", async () => {
    const routes = operationNames
      .map((name) => methodAndPath(name))
      .map(({ method, path }) => `${method} ${path}`);
    expect(new Set(routes.map((route) => route.replaceAll(/\{\w+\}/g, "{}"))).size).toBe(
      operationNames.length,
    );
    for (const name of operationNames) {
      const answered = await app.ask(methodAndPath(name).method, pathOf(name), {
        body: contract[name].rest.startsWith("GET") ? undefined : {},
      });
      expect([name, answered.status]).not.toEqual([name, 404]);
      expect([name, answered.status]).not.toEqual([name, 405]);
    }
  });

  test("REST-1 an operation over REST answers what its contract says", async () => {
    const { alice } = app.people;
    const made = await app.ask("POST", "/api/v2/rooms", {
      as: alice,
      body: { kind: "channel", name: "plans" },
    });
    expect(made.status).toBe(201);
    expect(contract["room.create"].output.safeParse(made.body).error).toBeUndefined();
    const path = `/api/v2/rooms/${made.body.id}`;
    const sent = await app.ask("POST", `${path}/messages`, { as: alice, body: { text: "hello" } });
    expect(contract["message.send"].output.safeParse(sent.body).error).toBeUndefined();
    const page = await app.ask("GET", `${path}/messages?limit=1`, { as: alice });
    expect(page).toMatchObject({ status: 200, body: { messages: [{ id: sent.body.id, text: "hello" }] } });
    const gone = await app.ask("DELETE", `/api/v2/messages/${sent.body.id}`, { as: alice });
    expect([gone.status, gone.body]).toEqual([204, ""]);
  });

  test("REST-2 lists in a query are separated by commas or given one by one", async () => {
    const { alice, bob, carol } = app.people;
    const ids = [bob.id, carol.id];
    for (const query of [
      `ids=${ids.join(",")}`,
      ids.map((id) => `ids=${id}`).join("&"),
      `ids=${ids.join("%2C")}`,
    ]) {
      const { body } = await app.ask("GET", `/api/v2/users?${query}`, { as: alice });
      expect(body.users.map((user: { id: number }) => user.id).sort()).toEqual(ids);
    }
  });

  test("REST-2 what is unknown, given twice or in the wrong place is refused, and named", async () => {
    const { alice } = app.people;
    const room = `/api/v2/rooms/${app.rooms.design.id}`;
    const refused = async (method: string, path: string, body: unknown, field: string) => {
      const answered = await app.ask(method, path, { as: alice, body });
      expectProblem(answered, 422, "invalid");
      expect(JSON.stringify(answered.body.fields)).toContain(field);
    };
    await refused("GET", `${room}/messages?colour=red`, undefined, "colour");
    await refused("GET", `${room}/messages?limit=1&limit=2`, undefined, "limit");
    await refused("GET", `${room}/messages?limit=ten`, undefined, "limit");
    await refused("GET", "/api/v2/rooms/first", undefined, "room");
    await refused("POST", `${room}/messages`, { text: "x", colour: "red" }, "colour");
    await refused("POST", `${room}/messages`, { text: "x", room: 1 }, "room");
    await refused("POST", `${room}/messages?text=x`, {}, "text");
    await refused("PATCH", room, '{"name":"x","__proto__":{"role":"admin"}}', "__proto__");
  });
});

describe("who", () => {
  test("REST-3 without a good token nothing that needs a session answers", async () => {
    const { alice } = app.people;
    const [head = "", claims = "", signature = ""] = alice.accessToken.split(".");
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString("base64url");
    const headers = [
      {},
      { authorization: "" },
      { authorization: "Bearer" },
      { authorization: "Bearer x" },
      { authorization: alice.accessToken },
      { authorization: `Basic ${alice.accessToken}` },
      { authorization: `Bearer ${alice.accessToken} more` },
      { authorization: `Bearer ${head}.${claims}.${signature.split("").reverse().join("")}` },
      { authorization: `Bearer ${none}.${claims}.` },
      { authorization: `Bearer ${alice.refreshToken}` },
      { cookie: `parley_refresh=${alice.refreshToken}; access_token=${alice.accessToken}` },
    ] as Record<string, string>[];
    for (const each of headers) {
      const answered = await app.ask("GET", "/api/v2/me", { headers: each });
      expectProblem(answered, 401, "unauthenticated");
      expect(answered.headers.get("www-authenticate")).toBe("Bearer");
    }
    expectProblem(await app.ask("GET", `/api/v2/me?token=${alice.accessToken}`), 401, "unauthenticated");
  });

  test("REST-3 every operation that needs a session asks for it before it looks at the input", async () => {
    const guarded = operationNames.filter((name) => contract[name].who !== "anyone");
    expect(guarded.length).toBeGreaterThan(30);
    for (const name of guarded) {
      const { method } = methodAndPath(name);
      const body = method === "GET" || method === "DELETE" ? undefined : "{ not JSON";
      expectProblem(await app.ask(method, pathOf(name, "x"), { body }), 401, "unauthenticated");
    }
  });

  test("REST-3 the scheme is written in any case", async () => {
    const headers = { authorization: `bearer ${app.people.alice.accessToken}` };
    expect((await app.ask("GET", "/api/v2/me", { headers })).status).toBe(200);
  });

  test("REST-3 an operation for everybody does not mind a bad token", async () => {
    expect((await app.ask("GET", "/api/v2/server", { headers: { authorization: "Bearer x" } })).status).toBe(
      200,
    );
  });
});

describe("errors", () => {
  test("REST-4 an error is a problem with its code", async () => {
    const { alice, carol } = app.people;
    expectProblem(
      await app.ask("GET", `/api/v2/rooms/${app.rooms.design.id}`, { as: carol }),
      404,
      "not_found",
    );
    expectProblem(
      await app.ask("POST", "/api/v2/users", { as: alice, body: { username: "dave" } }),
      403,
      "forbidden",
    );
    const made = { username: "alice", email: "other@example.org" };
    expectProblem(
      await app.ask("POST", "/api/v2/users", { as: app.people.admin, body: made }),
      409,
      "conflict",
    );
    const answered = await app.ask("POST", "/api/v2/session", { body: { login: 1 } });
    expectProblem(answered, 422, "invalid");
    const paths = answered.body.fields.map((field: { path: string[] }) => field.path.join("."));
    expect(paths).toEqual(["login", "password"]);
  });

  test("REST-4 an error never repeats the value that was sent", async () => {
    const canary = "canary-7f3a";
    for (const body of [
      { login: [canary], password: canary },
      { login: "a", password: { canary } },
      `{"a":"${canary}`,
    ]) {
      const answered = await app.ask("POST", "/api/v2/session", { body });
      expect(answered.status).toBe(422);
      expect(JSON.stringify(answered.body)).not.toContain(canary);
    }
  });
});

describe("keys", () => {
  test("REST-6 a repeat under the same key answers as the first time", async () => {
    const ask = (key: string, name: string) =>
      app.ask("POST", "/api/v2/rooms", {
        as: app.people.alice,
        body: { kind: "group", name },
        headers: { "idempotency-key": key },
      });
    const first = await ask("key-1", "walks");
    expect(first.status).toBe(201);
    expect((await ask("key-1", "walks")).body).toEqual(first.body);
    expect((await ask("key-2", "walks")).body.id).not.toBe(first.body.id);
    expectProblem(await ask("key-1", "talks"), 409, "conflict");
  });

  test("REST-6 a message without a client id is known by the key", async () => {
    const ask = () =>
      app.ask("POST", `/api/v2/rooms/${app.rooms.design.id}/messages`, {
        as: app.people.bob,
        body: { text: "once" },
        headers: { "idempotency-key": "once-only" },
      });
    const first = await ask();
    expect(first.body.client_id).toBe("once-only");
    expect((await ask()).body).toEqual(first.body);
  });

  test("REST-6 a malformed key is refused", async () => {
    for (const key of ["with space", "x".repeat(65), "ü"]) {
      const headers = { "idempotency-key": encodeURI(key) === key || key.includes(" ") ? key : "caf\u00e9" };
      const answered = await app.ask("GET", "/api/v2/me", { as: app.people.alice, headers });
      expectProblem(answered, 422, "invalid");
      expect(answered.body.fields[0].path).toEqual(["Idempotency-Key"]);
    }
  });
});

describe("methods", () => {
  test("REST-15 an unknown path is not found, a wrong method is told what is right", async () => {
    for (const path of ["/nope", "/api/v2", "/api/v2/nope", "/api/v1/me", "/api/v2/rooms/1/2/3"]) {
      expectProblem(await app.ask("GET", path, { as: app.people.alice }), 404, "not_found");
    }
    const wrong = await app.ask("DELETE", "/api/v2/me", { as: app.people.alice });
    expect(wrong.status).toBe(405);
    expect(wrong.body).toMatchObject({ status: 405, title: "Method Not Allowed" });
    expect(wrong.headers.get("allow")?.split(", ").sort()).toEqual(["GET", "HEAD", "OPTIONS", "PATCH"]);
  });

  test("REST-15 a slash at the end changes nothing", async () => {
    for (const path of ["/api/v2/me/", `/api/v2/rooms/${app.rooms.design.id}/`, "/health/", "/docs/"]) {
      expect([path, (await app.ask("GET", path, { as: app.people.alice })).status]).toEqual([path, 200]);
    }
    expect((await app.ask("DELETE", "/api/v2/me/", { as: app.people.alice })).status).toBe(405);
  });

  test("REST-15 HEAD answers as GET without a body", async () => {
    const { alice } = app.people;
    const [get, head] = await Promise.all([
      app.ask("GET", "/api/v2/me", { as: alice }),
      app.ask("HEAD", "/api/v2/me", { as: alice }),
    ]);
    expect([head.status, head.headers.get("content-length")]).toEqual([
      200,
      get.headers.get("content-length"),
    ]);
    expect((await app.ask("HEAD", "/api/v2/me")).status).toBe(401);
    expect((await app.ask("HEAD", "/api/v2/session")).status).toBe(405);
  });

  test("REST-15 OPTIONS says what may be sent", async () => {
    const answered = await app.ask("OPTIONS", "/api/v2/rooms/1");
    expect(answered.status).toBe(204);
    expect(answered.headers.get("allow")?.split(", ").sort()).toEqual([
      "DELETE",
      "GET",
      "HEAD",
      "OPTIONS",
      "PATCH",
    ]);
    expect((await app.ask("OPTIONS", "/nope")).status).toBe(404);
  });

  test("REST-15 each code has a status of its own", () => {
    expect(new Set(Object.values(errorCodes)).size).toBe(Object.keys(errorCodes).length);
  });
});
