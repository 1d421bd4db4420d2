import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { Tokens } from "../../platform/tokens.ts";
import { type TestContext, testContext } from "../../testing/context.ts";
import { outcomeOf } from "../../testing/failures.ts";
import { addCast, addressOf, callBy, type Device, deviceOf, passwordOf } from "../../testing/people.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { authenticate, listSessions } from "../sessions/sessions.ts";
import { setActive } from "../users/users.ts";
import { endOtherSessions, refresh, revoke, signIn } from "./sign-ins.ts";

onEveryEngine((engine) => {
  let fixture: TestContext;
  let ids: Awaited<ReturnType<typeof addCast>>;
  let alice: Device;

  beforeEach(async () => {
    fixture = await testContext({ engine });
    ids = await addCast(fixture.context);
    alice = await deviceOf(fixture.context, "alice");
  });
  afterEach(() => fixture.close());

  const refreshed = (token: string | undefined, on = fixture.context) =>
    refresh(on, callBy(null), {
      ...(token !== undefined && { refresh_token: token }),
      cookie: false,
      once: false,
    });
  const isAlive = (device: { access_token: string }) =>
    outcomeOf(authenticate(fixture.context, device.access_token, ""));

  describe("signing in", () => {
    test("SES-1 with the name or the address, whatever the case", async () => {
      for (const login of ["bob", "BOB", "bob@example.org", "Bob@Example.ORG", " bob "]) {
        const input = { login, password: passwordOf("bob"), device: "", cookie: false };
        const signed = await signIn(fixture.context, callBy(null), input);
        expect(signed.user).toMatchObject({ id: ids.bob, username: "bob", email: "bob@example.org" });
      }
    });

    test("SES-1 answers tokens and the account, and tells the other devices", async () => {
      const signed = await deviceOf(fixture.context, "alice", { device: "tablet" });
      expect(signed).toMatchObject({ token_type: "bearer", expires_in: 900 });
      expect(signed.refresh_token).toMatch(/^\d+\.1\.[A-Za-z0-9_-]{43}$/);
      expect(JSON.stringify(signed)).not.toContain("$2b$");
      expect(fixture.store.changes.at(-1)).toMatchObject({
        log: "user",
        id: ids.alice,
        event: { kind: "session.started", session: signed.session, device: "tablet" },
      });
    });

    test("SES-1 no secret is logged", async () => {
      await outcomeOf(refreshed(alice.refresh_token));
      await outcomeOf(deviceOf(fixture.context, "bob"));
      const log = fixture.log.join("\n");
      for (const secret of [passwordOf("bob"), alice.refresh_token, alice.access_token])
        expect(log).not.toContain(secret);
    });
  });

  describe("refreshing", () => {
    test("SES-6 each token leads to the next one of the same session", async () => {
      const second = await refreshed(alice.refresh_token);
      const third = await refreshed(second.refresh_token);
      expect([second.session, third.session]).toEqual([alice.session, alice.session]);
      expect(new Set([alice.refresh_token, second.refresh_token, third.refresh_token]).size).toBe(3);
      expect(third.user.id).toBe(ids.alice);
      for (const each of [alice, second, third]) expect(await isAlive(each)).toBe("done");
    });

    test("SES-7 within twenty seconds the token before leads to the same successor", async () => {
      const second = await refreshed(alice.refresh_token);
      fixture.store.clock.advance(20_000);
      const again = await refreshed(alice.refresh_token);
      expect(again.refresh_token).toBe(second.refresh_token ?? "");
      expect(await outcomeOf(refreshed(second.refresh_token))).toBe("done");
    });

    test("SES-7 however many ask at once, on however many nodes, there is one successor", async () => {
      await fixture.close();
      fixture = await testContext({ engine, spread: true });
      await addCast(fixture.context);
      alice = await deviceOf(fixture.context, "alice");
      const all = await Promise.all(Array.from({ length: 20 }, () => refreshed(alice.refresh_token)));
      expect(new Set(all.map((each) => each.refresh_token)).size).toBe(1);
      expect(await isAlive(alice)).toBe("done");
    });

    test("SES-7 not where the caller says `once`: then the session is over", async () => {
      const once = (token: string | undefined) =>
        refresh(fixture.context, callBy(null), {
          ...(token && { refresh_token: token }),
          cookie: false,
          once: true,
        });
      const second = await once(alice.refresh_token);
      expect(await isAlive(second)).toBe("done");
      expect(await outcomeOf(once(alice.refresh_token))).toBe("unauthenticated");
      expect(await outcomeOf(once(second.refresh_token))).toBe("unauthenticated");
      expect(await isAlive(second)).toBe("unauthenticated");
      expect(fixture.log.some((line) => line.includes("session.token_reused"))).toBe(true);
    });

    test("SES-16 a refresh token ends its session by itself, an old one too, and no other", async () => {
      const gone = (token: string) => revoke(fixture.context, callBy(null), { refresh_token: token });
      const tablet = await deviceOf(fixture.context, "alice");
      const television = await deviceOf(fixture.context, "alice");
      for (const nothing of ["no token", `${tablet.session}.1.${"A".repeat(43)}`]) {
        expect(await gone(nothing)).toEqual({});
      }
      expect(await isAlive(tablet)).toBe("done");
      expect(await gone(tablet.refresh_token)).toEqual({});
      expect(await isAlive(tablet)).toBe("unauthenticated");
      expect(await outcomeOf(refreshed(tablet.refresh_token))).toBe("unauthenticated");
      expect(fixture.store.changes.at(-1)).toMatchObject({
        ...{ log: "user", id: ids.alice, event: { kind: "session.ended", session: tablet.session } },
      });
      const told = fixture.store.changes.length;
      expect(await gone(tablet.refresh_token)).toEqual({});
      expect(fixture.store.changes.length).toBe(told);
      expect(fixture.log.some((line) => line.includes("session.token_reused"))).toBe(false);
      const third = await refreshed((await refreshed(television.refresh_token)).refresh_token);
      expect(await gone(television.refresh_token)).toEqual({});
      expect(await isAlive(third)).toBe("unauthenticated");
      expect(fixture.log.some((line) => line.includes("session.token_reused"))).toBe(true);
      expect(await isAlive(alice)).toBe("done");
    });

    test("SES-8 after twenty seconds the token before ends the session", async () => {
      const second = await refreshed(alice.refresh_token);
      fixture.store.clock.advance(20_001);
      expect(await outcomeOf(refreshed(alice.refresh_token))).toBe("unauthenticated");
      expect(await outcomeOf(refreshed(second.refresh_token))).toBe("unauthenticated");
      expect(await isAlive(second)).toBe("unauthenticated");
    });

    test("SES-8 an older one ends the session within the twenty seconds too, and tells its sockets and the log", async () => {
      const second = await refreshed(alice.refresh_token);
      const third = await refreshed(second.refresh_token);
      expect(await outcomeOf(refreshed(alice.refresh_token))).toBe("unauthenticated");
      expect(await outcomeOf(refreshed(third.refresh_token))).toBe("unauthenticated");
      expect(await isAlive(third)).toBe("unauthenticated");
      const ended = { kind: "session.ended", session: alice.session };
      expect(fixture.store.changes.at(-1)).toMatchObject({ log: "user", id: ids.alice, event: ended });
      expect(fixture.log.some((line) => line.includes("session.token_reused"))).toBe(true);
    });

    test("SES-8 it ends that session only", async () => {
      const tablet = await deviceOf(fixture.context, "alice");
      await refreshed((await refreshed(alice.refresh_token)).refresh_token);
      expect(await outcomeOf(refreshed(alice.refresh_token))).toBe("unauthenticated");
      expect(await isAlive(tablet)).toBe("done");
    });

    test("SES-8 a token of a later number than the store knows is nobody's, and ends the session", async () => {
      const { family_secret: familySecret } = await storedFamily(alice.session);
      const ahead = fixture.context.tokens.refreshToken({
        session: alice.session,
        familySecret,
        generation: 2,
      });
      expect(await outcomeOf(refreshed(ahead))).toBe("unauthenticated");
      expect(await isAlive(alice)).toBe("unauthenticated");
    });

    test("SES-14 who has read the whole database can make no token, nor end a session by trying", async () => {
      const { family_secret: familySecret } = await storedFamily(alice.session);
      const thief = new Tokens({
        secretKey: familySecret,
        accessTokenMinutes: 15,
        clock: fixture.store.clock,
      });
      const made = thief.refreshToken({ session: alice.session, familySecret, generation: 1 });
      for (const token of [
        made,
        undefined,
        "",
        "1.1",
        `${alice.session}.1.${"A".repeat(43)}`,
        `${alice.session}.9.${"A".repeat(43)}`,
      ]) {
        expect(await outcomeOf(refreshed(token))).toBe("unauthenticated");
      }
      const access_token = await thief.signAccess(alice.actor);
      expect(await isAlive({ access_token })).toBe("unauthenticated");
      expect(await isAlive(alice)).toBe("done");
      expect(await outcomeOf(refreshed(alice.refresh_token))).toBe("done");
    });

    test("SES-14 another secret key signs everybody out", async () => {
      const other = fixture.restarted({ SECRET_KEY: "kP3-xV9_qL7mZ2wB8nR5tY1uC4sD6fG0hJ" });
      expect(await outcomeOf(authenticate(other, alice.access_token, ""))).toBe("unauthenticated");
      expect(await outcomeOf(refreshed(alice.refresh_token, other))).toBe("unauthenticated");
      const restarted = fixture.restarted();
      expect(await outcomeOf(refreshed(alice.refresh_token, restarted))).toBe("done");
    });

    test("SES-5 a deactivated person's token leads nowhere", async () => {
      const input = { user: ids.alice, active: false };
      await fixture.context.writer.write((tx) => setActive(tx, { user: ids.admin, session: 1 }, input));
      expect(await outcomeOf(refreshed(alice.refresh_token))).toBe("unauthenticated");
    });

    async function storedFamily(session: number): Promise<{ family_secret: string }> {
      const { database } = fixture.context;
      const query = database.build.selectFrom("sessions").select("family_secret").where("id", "=", session);
      return (await database.first(query)) ?? { family_secret: "" };
    }
  });

  describe("ending the others", () => {
    const endOthers = (password: string) =>
      endOtherSessions(fixture.context, callBy(alice.actor), { password });

    test("SES-10 ends every session but this one, and nobody else's", async () => {
      const others = [
        await deviceOf(fixture.context, "alice"),
        await deviceOf(fixture.context, "alice", { address: addressOf.office }),
      ];
      const bob = await deviceOf(fixture.context, "bob");
      await endOthers(passwordOf("alice"));
      for (const each of others) expect(await isAlive(each)).toBe("unauthenticated");
      for (const each of [alice, bob]) expect(await isAlive(each)).toBe("done");
      expect((await listSessions(fixture.context, callBy(alice.actor))).sessions).toHaveLength(1);
    });

    test("SES-10 needs the password", async () => {
      const other = await deviceOf(fixture.context, "alice");
      expect(await outcomeOf(endOthers("not my password"))).toBe("forbidden");
      expect(await isAlive(other)).toBe("done");
    });
  });
});
