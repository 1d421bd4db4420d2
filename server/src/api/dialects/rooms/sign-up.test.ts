import { describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInvite } from "../../../features/invites/invites.ts";
import { PasswordHasher } from "../../../platform/passwords.ts";
import { type TestApp, type TestAppOptions, testApp } from "../../../testing/app.ts";
import { callBy, passwordOf } from "../../../testing/people.ts";

const person = (username: string, more: object = {}) => ({
  ...{ username, email: `${username}@example.org`, password: passwordOf(username) },
  ...more,
});

const paths = ["/auth/signup", "/user/signup"] as const;

/** Hashes nothing to the end before all are at it: each has found no admin before any becomes one. */
class HasherOfAll extends PasswordHasher {
  private readonly met = Promise.withResolvers<void>();

  constructor(private missing: number) {
    super({ cost: 4 });
  }

  override async hash(password: string): Promise<string> {
    const hash = await super.hash(password);
    if (--this.missing === 0) this.met.resolve();
    await this.met.promise;
    return hash;
  }
}

/** An app for one test. */
async function on<Result>(options: TestAppOptions, work: (app: TestApp) => Promise<Result>): Promise<Result> {
  const app = await testApp(options);
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}

const admins = async (app: TestApp) => {
  const rows = await app.context.database.rows<{ role: string }>(
    app.context.database.build.selectFrom("users").select("role").where("role", "=", "admin"),
  );
  return rows.length;
};

describe("the first admin", () => {
  for (const path of paths) {
    test(`DIALECT-6 ${path} makes the first admin for whoever is at the machine itself`, () =>
      on({ unclaimed: true }, async (app) => {
        const { status, body } = await app.ask("POST", path, {
          body: person("root-user", { role: "admin" }),
        });
        expect([status, body.role, body.username]).toEqual([201, "admin", "root-user"]);
        expect(JSON.stringify(body)).not.toMatch(/password|token/);
        const login = { username: "root-user", password: passwordOf("root-user") };
        expect((await app.ask("POST", "/auth/login", { body: login })).status).toBe(200);
        const second = await app.ask("POST", path, { body: person("second", { role: "admin" }) });
        expect([second.status, typeof second.body.detail]).toEqual([403, "string"]);
      }));

    test(`DIALECT-6 ${path} makes none for whoever comes through a proxy`, () =>
      on({ unclaimed: true }, async (app) => {
        for (const headers of [
          { "x-forwarded-for": "127.0.0.1" },
          { "x-forwarded-for": "203.0.113.30" },
          { forwarded: "for=127.0.0.1" },
          { "x-real-ip": "127.0.0.1" },
        ]) {
          const body = person("root-user", { role: "admin" });
          expect((await app.ask("POST", path, { body, headers })).status).toBe(403);
        }
        expect(await admins(app)).toBe(0);
      }));
  }

  test("DIALECT-6 a proxy that is trusted changes nothing: the machine itself needs no proxy", () =>
    on({ unclaimed: true, environment: { TRUSTED_PROXIES: "127.0.0.1" } }, async (app) => {
      const headers = { "x-forwarded-for": "127.0.0.1" };
      const body = person("root-user", { role: "admin" });
      expect((await app.ask("POST", "/auth/signup", { body, headers })).status).toBe(403);
      expect(await admins(app)).toBe(0);
    }));

  test("DIALECT-6 from anywhere the set-up code makes one, once, and a wrong one none", () =>
    on({ unclaimed: true }, async (app) => {
      const link = await readFile(join(app.context.config.dataDir, "setup-link"), "utf8");
      const setup_code = link.trim().split("#code=")[1];
      const headers = { "x-forwarded-for": "203.0.113.30" };
      const ask = (body: object) => app.ask("POST", "/auth/signup", { body, headers });
      expect((await ask(person("mallory", { role: "admin", setup_code: "wrong" }))).status).toBe(403);
      const made = await ask(person("root-user", { role: "admin", setup_code }));
      expect([made.status, made.body.role]).toEqual([201, "admin"]);
      const again = await ask(person("mallory", { role: "admin", setup_code }));
      expect(again.status).toBe(403);
      expect(await admins(app)).toBe(1);
    }));

  test("DIALECT-6 before there is an admin nobody else signs up", () =>
    on({ unclaimed: true, environment: { REGISTRATION: "open" } }, async (app) => {
      for (const more of [{}, { role: "user" }]) {
        expect((await app.ask("POST", "/auth/signup", { body: person("early", more) })).status).toBe(503);
      }
      expect((await app.ask("GET", "/rooms/")).status).toBe(503);
      expect((await app.ask("POST", "/auth/login", { body: person("early") })).status).toBe(503);
    }));

  test("DIALECT-90 of fifty who sign up as the first admin at once, one is", () =>
    on({ unclaimed: true, passwords: new HasherOfAll(50) }, async (app) => {
      const asked = Array.from({ length: 50 }, (_, index) =>
        app.ask("POST", paths[index % 2] as string, { body: person(`racer-${index}`, { role: "admin" }) }),
      );
      const statuses = (await Promise.all(asked)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 201)).toHaveLength(1);
      expect(statuses.filter((status) => status === 409)).toHaveLength(49);
      expect(await admins(app)).toBe(1);
    }));
});

describe("signing up", () => {
  for (const mode of ["closed", "invite", "open"] as const) {
    test(`DIALECT-90 with REGISTRATION=${mode}, for oneself`, () =>
      on({ environment: { REGISTRATION: mode } }, async (app) => {
        for (const [index, path] of paths.entries()) {
          const plain = await app.ask("POST", path, { body: person(`plain-${index}`) });
          expect([path, plain.status]).toEqual([path, mode === "open" ? 201 : 403]);
          const greedy = await app.ask("POST", path, { body: person(`greedy-${index}`, { role: "admin" }) });
          expect([path, greedy.status]).toEqual([path, 403]);
          const asUser = { as: app.people.alice, body: person(`friend-${index}`, { role: "admin" }) };
          expect((await app.ask("POST", path, asUser)).status).toBe(403);
        }
        const call = callBy(app.people.admin.actor);
        const { code } = await createInvite(app.context, call, { role: "user", uses: 1, days: 1 });
        const invited = await app.ask("POST", "/auth/signup", { body: person("invited", { invite: code }) });
        expect([invited.status, invited.body.role]).toEqual([201, "user"]);
        const again = await app.ask("POST", "/auth/signup", { body: person("late", { invite: code }) });
        expect(again.status).toBeGreaterThanOrEqual(400);
        expect(await admins(app)).toBe(1);
      }));

    test(`DIALECT-90 with REGISTRATION=${mode}, by an admin for others`, () =>
      on({ environment: { REGISTRATION: mode } }, async (app) => {
        for (const role of ["user", "admin"] as const) {
          const asked = { as: app.people.admin, body: person(`made-${role}`, { role }) };
          const { status, body } = await app.ask("POST", "/auth/signup", asked);
          expect([status, body.role]).toEqual([201, role]);
        }
        expect(await admins(app)).toBe(2);
      }));
  }

  test("DIALECT-90 a token that is sent must be good, whatever is asked for", () =>
    on({ environment: { REGISTRATION: "open" } }, async (app) => {
      const headers = { authorization: "Bearer no.such.token" };
      expect((await app.ask("POST", "/auth/signup", { body: person("dave"), headers })).status).toBe(401);
    }));

  test("DIALECT-90 names that are taken are a conflict, and signing up signs nobody in", () =>
    on({ environment: { REGISTRATION: "open" } }, async (app) => {
      const taken = await app.ask("POST", "/auth/signup", { body: person("ALICE") });
      expect([taken.status, typeof taken.body.detail]).toEqual([409, "string"]);
      const { body } = await app.ask("POST", "/auth/signup", { body: person("newcomer") });
      expect(body).toMatchObject({ username: "newcomer", email: "newcomer@example.org", role: "user" });
      const { context } = app;
      const sessions = await context.database.rows<{ ended_at: number | null }>(
        context.database.build.selectFrom("sessions").select("ended_at").where("user_id", "=", body.id),
      );
      expect(sessions.filter(({ ended_at }) => ended_at === null)).toEqual([]);
    }));
});
