import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Context } from "../../context.ts";
import { type TestContext, testContext } from "../../testing/context.ts";
import { outcomeOf } from "../../testing/failures.ts";
import { addCast, addressOf, callBy, type Device, deviceOf } from "../../testing/people.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { refresh } from "../sign-ins/sign-ins.ts";
import { authenticate, endSession, forgetOldSessions, listSessions, sessionsEndedSince } from "./sessions.ts";

const minute = 60_000;
const day = 86_400_000;

onEveryEngine((engine) => {
  let fixture: TestContext;
  let ids: Awaited<ReturnType<typeof addCast>>;
  let alice: Device;

  beforeEach(async () => {
    fixture = await testContext({ engine });
    ids = await addCast(fixture.context);
    alice = await deviceOf(fixture.context, "alice", { device: "telephone" });
  });
  afterEach(() => fixture.close());

  const end = (device: Device, session?: number) =>
    fixture.context.writer.write((tx) =>
      endSession(tx, device.actor, session === undefined ? {} : { session }),
    );
  const authentic = (device: { access_token: string }, address: string = addressOf.home) =>
    authenticate(fixture.context, device.access_token, address);
  const refreshed = (token: string | undefined) =>
    refresh(fixture.context, callBy(null), {
      ...(token && { refresh_token: token }),
      cookie: false,
      once: false,
    });

  test("SES-15 a session is forgotten ninety days after its end, and not before", async () => {
    const forget = () => fixture.context.writer.write(forgetOldSessions);
    const present = async () => {
      const { database } = fixture.context;
      const rows = await database.rows(database.build.selectFrom("sessions").select("id"));
      return rows.some((row) => row.id === alice.session);
    };
    await end(alice);
    fixture.store.clock.advance(90 * day);
    await forget();
    expect(await present()).toBe(true);
    fixture.store.clock.advance(1);
    await forget();
    expect(await present()).toBe(false);
  });

  describe("each call", () => {
    test("SES-5 asks the store who stands behind the token", async () => {
      expect(await authentic(alice)).toEqual({
        actor: { user: ids.alice, session: alice.session },
        role: "user",
        restricted: false,
        expires_at: fixture.store.clock.now() + 15 * minute,
      });
      const admin = await authentic(await deviceOf(fixture.context, "admin"));
      expect(admin.role).toBe("admin");
    });

    test("SES-5 an ended session's token is good no longer, at once", async () => {
      await end(alice);
      expect(await outcomeOf(authentic(alice))).toBe("unauthenticated");
    });

    test("SES-5 a token for a session that is not there, or somebody else's, is good for nothing", async () => {
      const bob = await deviceOf(fixture.context, "bob");
      for (const claims of [
        { user: ids.alice, session: 999_999 },
        { user: ids.alice, session: bob.session },
      ]) {
        const access_token = await fixture.context.tokens.signAccess(claims);
        expect(await outcomeOf(authentic({ access_token }))).toBe("unauthenticated");
      }
    });

    test("SES-9 a session ends when it is not used for seven days", async () => {
      fixture.store.clock.advance(7 * day - 1);
      const rotated = await refreshed(alice.refresh_token);
      fixture.store.clock.advance(7 * day);
      expect(await outcomeOf(refreshed(rotated.refresh_token))).toBe("unauthenticated");
      const access_token = await fixture.context.tokens.signAccess(alice.actor);
      expect(await outcomeOf(authentic({ access_token }))).toBe("unauthenticated");
    });

    test("SES-9 a session ends after ninety days, however much it is used", async () => {
      let token: string | undefined = alice.refresh_token;
      for (let days = 0; days < 85; days += 5) {
        fixture.store.clock.advance(5 * day);
        token = (await refreshed(token)).refresh_token;
      }
      fixture.store.clock.advance(5 * day - 5 * minute);
      const last = await refreshed(token);
      expect((await authentic(last)).expires_at).toBe(fixture.store.clock.now() + 5 * minute);
      fixture.store.clock.advance(5 * minute);
      expect(await outcomeOf(refreshed(last.refresh_token))).toBe("unauthenticated");
      expect(await outcomeOf(authentic(last))).toBe("unauthenticated");
    });
  });

  describe("its use", () => {
    const used = async () => (await listSessions(fixture.context, callBy(alice.actor))).sessions[0];

    test("SES-11 is noted at most once a minute, with the network it came from", async () => {
      const { clock, changes } = fixture.store;
      const began = await used();
      const written = countingRows(fixture.context);
      clock.advance(minute - 1);
      await authentic(alice, addressOf.office);
      await fixture.context.writer.idle();
      expect(await used()).toEqual(began);
      expect(written).toEqual([]);
      clock.advance(1);
      const told = changes.length;
      await Promise.all(Array.from({ length: 10 }, () => authentic(alice, addressOf.office)));
      await fixture.context.writer.idle();
      expect(await used()).toMatchObject({
        network: "198.51.100.0/24",
        used_at: new Date(clock.now()).toISOString(),
      });
      expect(changes.length).toBe(told);
      expect(written.filter((rows) => rows > 0)).toEqual([1]);
    });

    /** How many rows each operation changes from now on. */
    function countingRows(context: Context): number[] {
      const rows: number[] = [];
      const enqueue = context.writer.enqueue.bind(context.writer);
      context.writer.enqueue = (operation, lane) =>
        enqueue(
          {
            ...operation,
            succeed(result, made) {
              rows.push(Number(result));
              operation.succeed(result, made);
            },
          },
          lane,
        );
      return rows;
    }

    test("SES-11 keeps the session from ending", async () => {
      const { clock } = fixture.store;
      for (let days = 0; days < 12; days += 6) {
        clock.advance(6 * day);
        await authentic({ access_token: await fixture.context.tokens.signAccess(alice.actor) });
        await fixture.context.writer.idle();
      }
      clock.advance(6 * day);
      expect(await outcomeOf(refreshed(alice.refresh_token))).toBe("done");
    });

    test("SES-11 a call is answered although its use cannot be noted", async () => {
      const { context, store, log } = fixture;
      store.clock.advance(minute);
      const enqueue = context.writer.enqueue.bind(context.writer);
      context.writer.enqueue = (operation) => operation.fail(new Error("no room left"));
      expect(await outcomeOf(authentic(alice))).toBe("done");
      context.writer.enqueue = enqueue;
      expect(log.some((line) => line.includes("session.use_not_noted"))).toBe(true);
    });
  });

  describe("the list", () => {
    test("SES-10 shows one's own live sessions, the latest used first, and which is this one", async () => {
      fixture.store.clock.advance(minute);
      const tablet = await deviceOf(fixture.context, "alice", {
        device: "tablet",
        address: addressOf.office,
      });
      await deviceOf(fixture.context, "bob");
      const { sessions } = await listSessions(fixture.context, callBy(alice.actor));
      expect(sessions.map(({ device, network, current }) => ({ device, network, current }))).toEqual([
        { device: "tablet", network: "198.51.100.0/24", current: false },
        { device: "telephone", network: "192.0.2.0/24", current: true },
      ]);
      await end(tablet);
      expect((await listSessions(fixture.context, callBy(alice.actor))).sessions).toHaveLength(1);
    });

    test("SES-10 one may be ended: one's own, once, from any of one's devices", async () => {
      const tablet = await deviceOf(fixture.context, "alice");
      const bob = await deviceOf(fixture.context, "bob");
      expect(await outcomeOf(end(bob, alice.session))).toBe("not_found");
      expect(await outcomeOf(authentic(alice))).toBe("done");
      expect(await outcomeOf(end(tablet, alice.session))).toBe("done");
      expect(await outcomeOf(authentic(alice))).toBe("unauthenticated");
      expect(await outcomeOf(authentic(tablet))).toBe("done");
      const told = fixture.store.changes.length;
      expect(await outcomeOf(end(tablet, alice.session))).toBe("done");
      expect(fixture.store.changes.length).toBe(told);
      expect(await outcomeOf(end(tablet, 999_999))).toBe("not_found");
    });

    test("SES-13 a hundred devices: the next one signs the longest unused out", async () => {
      const { context, store } = fixture;
      for (let count = 1; count < 100; count++) {
        store.clock.advance(1_000);
        await deviceOf(context, "alice");
      }
      const before = (await listSessions(context, callBy(alice.actor))).sessions.map(({ id }) => id);
      expect(before).toHaveLength(100);
      expect(before.at(-1)).toBe(alice.session);
      const newest = await deviceOf(context, "alice");
      expect(await outcomeOf(authentic(alice))).toBe("unauthenticated");
      const after = (await listSessions(context, callBy(alice.actor))).sessions.map(({ id }) => id);
      expect(after).toEqual([newest.session, ...before.slice(0, -1)]);
    });
  });

  describe("an end", () => {
    test("SES-12 is an event of the person's private log, with the session's number", async () => {
      await end(alice);
      expect(fixture.store.changes.at(-1)).toMatchObject({
        log: "user",
        id: ids.alice,
        event: { kind: "session.ended", session: alice.session },
      });
    });

    test("SES-12 is found by a node that heard nothing of it", async () => {
      const { clock } = fixture.store;
      const tablet = await deviceOf(fixture.context, "alice");
      const before = clock.now();
      clock.advance(1_000);
      await end(alice);
      clock.advance(1_000);
      await end(tablet);
      const database = fixture.context.database;
      expect(await sessionsEndedSince(database, before)).toEqual([
        { id: alice.session, user_id: ids.alice, ended_at: before + 1_000 },
        { id: tablet.session, user_id: ids.alice, ended_at: before + 2_000 },
      ]);
      expect((await sessionsEndedSince(database, before + 1_001)).map(({ id }) => id)).toEqual([
        tablet.session,
      ]);
      expect(await sessionsEndedSince(database, before + 2_001)).toEqual([]);
    });
  });
});
