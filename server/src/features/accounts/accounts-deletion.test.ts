import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { outcomeOf, refusalOf } from "../../testing/failures.ts";
import { callBy, deviceOf, passwordOf } from "../../testing/people.ts";
import { picture } from "../../testing/pictures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { tablesHolding } from "../../testing/tables.ts";
import { avatarByName, setAvatar } from "../avatars/avatars.ts";
import { noteLastSeen } from "../presence/presence.ts";
import { authenticate } from "../sessions/sessions.ts";

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let does: TestRooms["does"];
  let rooms: TestRooms["rooms"];

  beforeEach(async () => {
    await fixture?.close();
    fixture = await testRooms({ engine, spread: true });
    ({ ids, does, rooms } = fixture);
  });
  afterAll(() => fixture.close());

  const remove = (user: number, by = ids.admin) => does(by, "account.delete", { user });
  const say = (user: number, room: number, text: string) => does(user, "message.send", { room, text });
  const eventsOf = async (user: number, room: number) =>
    (await does(user, "room.events", { room, after: 0, limit: 200 })).events;

  describe("what goes and what stays", () => {
    test("ACC-35 the person is signed out everywhere, and comes in by no name", async () => {
      const { context, store } = fixture;
      const devices = [await deviceOf(context, "bob"), await deviceOf(context, "bob")];
      const told = store.changes.length;
      await remove(ids.bob);
      const ended = store.changes
        .slice(told)
        .flatMap((change) =>
          change.log === "user" && change.event.kind === "session.ended" ? [change.event.session] : [],
        );
      expect(ended.toSorted()).toEqual(devices.map(({ session }) => session).toSorted());
      for (const { access_token, refresh_token } of devices) {
        expect(await outcomeOf(authenticate(context, access_token, ""))).toBe("unauthenticated");
        expect(await outcomeOf(does(0, "session.refresh", { refresh_token }))).toBe("unauthenticated");
      }
      for (const login of ["bob", "bob@example.org", `deleted-${ids.bob}`, `deleted ${ids.bob}`]) {
        for (const password of [passwordOf("bob"), ""]) {
          const tried = does(0, "session.create", { login, password: password || " ", device: "" });
          expect([login, await outcomeOf(tried)]).toEqual([login, "unauthenticated"]);
          store.clock.advance(3_600_000);
        }
      }
    });

    test("ACC-35 what was said stays, of somebody of whom nothing is said", async () => {
      await does(ids.bob, "user.update", { given_name: "Robert", status_message: "here" });
      const sent = await say(ids.bob, rooms.lobby.id, "Words that stay");
      await does(ids.alice, "reaction.set", { message: sent.id, emoji: "👍", on: true });
      await remove(ids.bob);
      const { messages } = await does(ids.alice, "message.list", { room: rooms.lobby.id });
      expect(messages.at(-1)).toMatchObject({ id: sent.id, sender: ids.bob, text: "Words that stay" });
      const gone = await does(ids.alice, "user.get", { user: ids.bob });
      expect(gone).toEqual({
        ...{ id: ids.bob, username: `deleted-${ids.bob}`, display_name: "", status_message: "" },
        ...{ given_name: null, family_name: null, avatar: null, role: "user", active: false, deleted: true },
      });
      const { users } = await does(ids.alice, "user.list", { ids: [ids.bob, ids.alice] });
      expect(users.find(({ id }) => id === ids.bob)).toEqual(gone);
      expect(users.find(({ id }) => id === ids.alice)).not.toHaveProperty("deleted");
    });

    test("ACC-35 all that was theirs alone goes from every table, and their picture from the disk", async () => {
      const { context, store } = fixture;
      const { database } = store;
      const by = { user: ids.bob, session: 1 };
      const secrets = {
        username: "bob",
        given: "Givenname",
        family: "Familyname",
        status: "Statuswords",
        draft: "Draftwords",
        later: "Laterwords",
        note: "Notewords",
        device: "Devicewords",
      };
      await deviceOf(context, "bob", { device: secrets.device });
      await does(ids.bob, "user.update", {
        ...{ given_name: secrets.given, family_name: secrets.family, status_message: secrets.status },
      });
      const { avatar } = await setAvatar(context, { ...callBy(by), body: await picture(8, 8) });
      const at = new Date(store.clock.now()).toISOString();
      await does(ids.bob, "draft.set", { room: rooms.lobby.id, text: secrets.draft, at });
      const send_at = new Date(store.clock.now() + 60_000).toISOString();
      await does(ids.bob, "scheduled.create", { room: rooms.lobby.id, text: secrets.later, send_at });
      const notes = await does(ids.bob, "room.direct", { user: ids.bob });
      await say(ids.bob, notes.id, secrets.note);
      const said = await say(ids.alice, rooms.lobby.id, "Words of another");
      await does(ids.bob, "saved.set", { message: said.id, on: true });
      await does(ids.bob, "reminder.set", { message: said.id, remind_at: send_at });
      await does(ids.bob, "block.set", { user: ids.carol, on: true });
      await does(ids.alice, "block.set", { user: ids.bob, on: true });
      await does(ids.bob, "notification.set_default", { level: "all", muted_until: null });
      await does(ids.bob, "room.create", { kind: "group", name: "made" }, "a-key");
      for (const text of Object.values(secrets)) {
        expect([text, await tablesHolding(database, text)]).not.toEqual([text, []]);
      }
      const own = ["drafts", "saved", "reminders", "members", "answers"] as const;
      const countIn = async (table: (typeof own)[number]) =>
        (await database.rows(database.build.selectFrom(table).selectAll().where("user_id", "=", ids.bob)))
          .length;
      for (const table of own) expect([table, await countIn(table)]).not.toEqual([table, 0]);

      await remove(ids.bob);
      await context.writer.write((tx) => noteLastSeen(tx, [ids.bob]));
      await context.writer.idle();
      for (const text of Object.values(secrets)) {
        expect([text, await tablesHolding(database, text)]).toEqual([text, []]);
      }
      for (const table of own) expect([table, await countIn(table)]).toEqual([table, 0]);
      expect(avatar).toBeString();
      expect(await outcomeOf(avatarByName(context, avatar ?? ""))).toBe("not_found");
      const blocks = await database.rows(
        database.build.selectFrom("blocks").select(["user_id", "blocked_id"]),
      );
      // What others wish is theirs.
      expect(blocks).toEqual([{ user_id: ids.alice, blocked_id: ids.bob }]);
      const row = await database.first(
        database.build
          .selectFrom("users")
          .select(["last_seen_at", "password_hash", "notify_level", "email_key"])
          .where("id", "=", ids.bob),
      );
      expect(row).toEqual({
        last_seen_at: null,
        password_hash: "",
        notify_level: "mentions",
        email_key: null,
      });
    });

    test("ACC-35 rooms lose the person, and one of theirs is handed on", async () => {
      await does(ids.alice, "member.set_role", { room: rooms.design.id, user: ids.bob, role: "admin" });
      await remove(ids.alice);
      const told = (await eventsOf(ids.bob, rooms.design.id)).slice(-2);
      expect(told).toMatchObject([
        { kind: "member.role_changed", by: ids.admin, user: ids.bob, role: "owner" },
        { kind: "member.left", by: ids.admin, user: ids.alice },
      ]);
      const { members } = await does(ids.bob, "member.list", { room: rooms.design.id });
      expect(members.map(({ user, role }) => [user, role])).toEqual([[ids.bob, "owner"]]);
      expect((await does(ids.bob, "room.get", { room: rooms.design.id })).member_count).toBe(1);
      const { members: inLobby } = await does(ids.bob, "member.list", { room: rooms.lobby.id });
      expect(inLobby.map(({ user }) => user)).toEqual([ids.admin, ids.bob]);
    });

    test("ACC-35 twice is as once", async () => {
      await remove(ids.bob);
      const before = fixture.store.changes.length;
      expect(await outcomeOf(remove(ids.bob))).toBe("not_found");
      expect(await outcomeOf(remove(999_999))).toBe("not_found");
      expect(fixture.store.changes.length).toBe(before);
    });

    test("ACC-8 an admin alone deletes, also oneself", async () => {
      expect(await outcomeOf(remove(ids.bob, ids.alice))).toBe("forbidden");
      expect(await outcomeOf(remove(ids.alice, ids.alice))).toBe("forbidden");
      await does(ids.admin, "user.set_role", { user: ids.carol, role: "admin" });
      expect(await outcomeOf(remove(ids.carol, ids.carol))).toBe("done");
      expect(await outcomeOf(does(ids.carol, "account.list", {}))).toBe("forbidden");
    });

    test("ACC-35 nothing more is done to a deleted account", async () => {
      await remove(ids.bob);
      const user = ids.bob;
      const asked = [
        () => does(ids.admin, "account.get", { user }),
        () => does(ids.admin, "account.update", { user, username: "bob" }),
        () => does(ids.admin, "account.set_password", { user }),
        () => does(ids.admin, "user.set_active", { user, active: true }),
        () => does(ids.admin, "user.set_role", { user, role: "admin" }),
      ];
      for (const ask of asked)
        expect([String(ask), await outcomeOf(ask())]).toEqual([String(ask), "not_found"]);
    });
  });

  describe("names", () => {
    test("ACC-36 the username and the address are free at once", async () => {
      await remove(ids.bob);
      const again = await does(ids.admin, "user.create", {
        ...{ username: "Bob", email: "bob@example.org", password: passwordOf("bob") },
      });
      expect(again.user.id).not.toBe(ids.bob);
      const signed = await deviceOf(fixture.context, "bob");
      expect(signed.user.id).toBe(again.user.id);
    });

    test("ACC-36 nobody takes the name of a deleted account, before or after", async () => {
      for (const username of [`deleted-${ids.bob}`, `Deleted-${ids.bob}`, "deleted-1000"]) {
        expect(await outcomeOf(does(ids.alice, "user.update", { username }))).toBe("invalid");
        expect(await outcomeOf(does(ids.admin, "user.create", { username }))).toBe("invalid");
      }
      expect((await does(ids.alice, "user.update", { username: "deleted-things" })).username).toBe(
        "deleted-things",
      );
    });

    test("ACC-36 somebody who had such a name before keeps nobody from being deleted", async () => {
      const { database, writer } = fixture.context;
      const taken = `deleted-${ids.bob}`;
      await writer.write((tx) =>
        tx.sql.run(
          database.build
            .updateTable("users")
            .set({ username: taken, username_key: taken })
            .where("id", "=", ids.carol),
        ),
      );
      expect(await outcomeOf(remove(ids.bob))).toBe("done");
      expect((await does(ids.admin, "account.get", { user: ids.carol })).username).toBe(taken);
    });
  });

  describe("the last admin", () => {
    test("ACC-7 is not deleted, by nobody", async () => {
      expect((await refusalOf(remove(ids.admin))).code).toBe("conflict");
      await does(ids.admin, "user.set_role", { user: ids.carol, role: "admin" });
      await does(ids.admin, "user.set_active", { user: ids.carol, active: false });
      expect(await outcomeOf(remove(ids.admin))).toBe("conflict");
      // Somebody who cannot sign in is no last admin.
      expect(await outcomeOf(remove(ids.carol))).toBe("done");
    });

    test("ACC-7 a deleted admin does not count", async () => {
      await does(ids.admin, "user.set_role", { user: ids.carol, role: "admin" });
      await remove(ids.carol);
      expect(await outcomeOf(does(ids.admin, "user.set_role", { user: ids.admin, role: "user" }))).toBe(
        "conflict",
      );
      expect(await outcomeOf(remove(ids.admin))).toBe("conflict");
    });
  });

  describe("for others", () => {
    const refused = ["forbidden", "this person's account is deleted"];
    const sayNo = async (asked: Promise<unknown>) => {
      const { code, message } = await refusalOf(asked);
      return [code, message];
    };

    test("ACC-38 the direct room is read as before, and nobody writes there", async () => {
      const { id: room } = rooms.aliceBob;
      const own = await say(ids.alice, room, "Mine");
      const theirs = await say(ids.bob, room, "Theirs");
      await does(ids.alice, "pin.set", { message: own.id, on: true });
      await remove(ids.bob);
      const { messages } = await does(ids.alice, "message.list", { room });
      expect(messages.map(({ text }) => text)).toEqual(["Mine", "Theirs"]);
      const same = await does(ids.alice, "room.direct", { user: ids.bob });
      expect([same.id, same.people, same.member_count]).toEqual([room, [ids.alice, ids.bob], 1]);
      expect((await eventsOf(ids.alice, room)).at(-1)).toMatchObject({ kind: "member.left", user: ids.bob });
      expect(await sayNo(say(ids.alice, room, "Are you there?"))).toEqual(refused);
      expect(await sayNo(does(ids.alice, "message.edit", { message: own.id, text: "Other" }))).toEqual(
        refused,
      );
      const onTheirs = { message: theirs.id, on: true };
      expect(await sayNo(does(ids.alice, "reaction.set", { ...onTheirs, emoji: "👍" }))).toEqual(refused);
      expect(await sayNo(does(ids.alice, "pin.set", onTheirs))).toEqual(refused);
      const other = await say(ids.alice, rooms.lobby.id, "Elsewhere");
      expect(await sayNo(does(ids.alice, "message.forward", { room, messages: [other.id] }))).toEqual(
        refused,
      );
      await does(ids.alice, "receipt.read", { room, seq: same.head });
      await does(ids.alice, "pin.set", { message: own.id, on: false });
      await does(ids.alice, "message.delete", { message: own.id });
    });

    test("ACC-38 notes to oneself and rooms of others are written to as before", async () => {
      const notes = await does(ids.alice, "room.direct", { user: ids.alice });
      await remove(ids.bob);
      expect(await outcomeOf(say(ids.alice, notes.id, "A note"))).toBe("done");
      expect(await outcomeOf(say(ids.alice, rooms.design.id, "Words"))).toBe("done");
    });

    test("ACC-38 deleted people are found, listed, named and brought in nowhere", async () => {
      await remove(ids.bob);
      const { id: lobby } = rooms.lobby;
      const found = await does(ids.alice, "user.list", {});
      expect(found.users.map(({ username }) => username)).toEqual(["admin", "alice", "carol"]);
      for (const search of ["bob", "deleted"]) {
        expect((await does(ids.alice, "user.list", { search })).users).toEqual([]);
        expect((await does(ids.alice, "member.list", { room: lobby, search })).members).toEqual([]);
        expect((await does(ids.admin, "account.list", { search })).total).toBe(0);
      }
      expect((await does(ids.admin, "account.list", {})).total).toBe(3);
      expect((await does(ids.admin, "account.list", { active: false })).total).toBe(0);
      const user = ids.bob;
      const asked = {
        room: () => does(ids.alice, "room.create", { kind: "group", name: "made", members: [user] }),
        member: () => does(ids.alice, "member.add", { room: lobby, user }),
        direct: () => does(ids.carol, "room.direct", { user }),
        block: () => does(ids.alice, "block.set", { user, on: true }),
        report: () => does(ids.alice, "report.create", { user, reason: "spam" }),
      };
      for (const [name, ask] of Object.entries(asked)) {
        expect([name, await outcomeOf(ask())]).toEqual([name, "not_found"]);
      }
      const mentioned = does(ids.alice, "message.send", { room: lobby, text: "@bob", mentions: [user] });
      expect(await outcomeOf(mentioned)).toBe("invalid");
    });

    test("ACC-38 a block on them can be taken off, and their report be dealt with", async () => {
      await does(ids.alice, "block.set", { user: ids.bob, on: true });
      const report = await does(ids.bob, "report.create", { user: ids.alice, reason: "spam" });
      await remove(ids.bob);
      expect((await does(ids.alice, "block.list", {})).blocks.map(({ user }) => user)).toEqual([ids.bob]);
      await does(ids.alice, "block.set", { user: ids.bob, on: false });
      const handled = { report: report.id, status: "resolved" } as const;
      expect((await does(ids.admin, "report.update", handled)).status).toBe("resolved");
    });

    test("ACC-38 their invites let nobody in any more", async () => {
      await does(ids.admin, "user.set_role", { user: ids.carol, role: "admin" });
      const { code } = await does(ids.carol, "invite.create", {});
      await remove(ids.carol);
      const account = { username: "dune", email: "dune@example.org", password: passwordOf("dune") };
      expect(await outcomeOf(does(0, "user.register", { ...account, invite: code }))).toBe("forbidden");
    });
  });
});
