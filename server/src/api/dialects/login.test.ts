import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type TestApp, testApp } from "../../testing/app.ts";
import { passwordOf } from "../../testing/people.ts";

describe("signing in as the READMEs say", () => {
  let fixture: TestApp;

  beforeAll(async () => {
    fixture = await testApp();
  });
  afterAll(() => fixture.close());

  const login = (body: unknown) => fixture.ask("POST", "/auth/login", { body });
  const form = (fields: Record<string, string>) =>
    fetch(`${fixture.url}/auth/login`, { method: "POST", body: new URLSearchParams(fields) });

  test("DIALECT-30 takes a name or an address in either field", async () => {
    const password = passwordOf("alice");
    for (const name of ["alice", "ALICE", "alice@example.org"]) {
      for (const field of ["username", "email"]) {
        const { status, body } = await login({ [field]: name, password });
        expect({ name, field, status }).toEqual({ name, field, status: 200 });
        expect(body.user.id).toBe(fixture.people.alice.id);
      }
    }
  });

  test("DIALECT-30 answers tokens that work here and in /api/v2, and who it is", async () => {
    const { body } = await login({ username: "bob", password: passwordOf("bob") });
    expect(body).toEqual({
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      token_type: "bearer",
      expires_in: fixture.context.config.accessTokenMinutes * 60,
      user: {
        id: fixture.people.bob.id,
        username: "bob",
        email: "bob@example.org",
        full_name: "bob",
        first_name: null,
        last_name: null,
        profile_pic: null,
        role: "user",
        is_active: true,
        status_message: "",
        created_at: expect.stringMatching(/Z$/),
      },
    });
    const headers = { authorization: `Bearer ${body.access_token}` };
    expect((await fixture.ask("GET", "/api/v2/me", { headers })).body.id).toBe(body.user.id);
    const { refresh_token } = body;
    const refreshed = await fixture.ask("POST", "/api/v2/session/refresh", { body: { refresh_token } });
    expect(refreshed.status).toBe(200);
  });

  test("DIALECT-30 takes the form that an OAuth client sends", async () => {
    const fields = { grant_type: "password", username: "carol", password: passwordOf("carol"), scope: "" };
    const answered = await form(fields);
    expect(answered.status).toBe(200);
    expect((await answered.json()).user.username).toBe("carol");
    expect((await form({ ...fields, password: "wrong" })).status).toBe(401);
  });

  test("DIALECT-30 says what is missing, and no more than that a sign-in failed", async () => {
    const { status, body } = await login({ password: "x" });
    expect(status).toBe(422);
    expect(body.detail).toEqual([
      { loc: ["body", "username"], msg: "is required, or an email", type: "missing" },
    ]);
    expect((await login({ username: "bob" })).body.detail[0].loc).toEqual(["body", "password"]);
    const wrong = await login({ username: "bob", password: "not my password" });
    const nobody = await login({ username: "nobody-here", password: "not my password" });
    expect([wrong.status, nobody.status]).toEqual([401, 401]);
    expect(wrong.body).toEqual(nobody.body);
  });
});
