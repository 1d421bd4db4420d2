import { afterEach, expect, test } from "bun:test";
import { type TestContext, testContext } from "../../testing/context.ts";
import { callBy, passwordOf } from "../../testing/people.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { createInvite } from "../invites/invites.ts";
import { listMembers } from "../members/members.ts";
import { archiveRoom, deleteRoom, listRooms, updateRoom } from "../rooms/rooms.ts";
import { claim, createUser, prepareClaim, register } from "./server.ts";

onEveryEngine((engine) => {
  let fixture: TestContext;
  afterEach(() => fixture.close());

  const accountOf = (username: string) => ({
    ...{ username, email: `${username}@example.org`, password: passwordOf(username) },
    ...{ device: "", cookie: false },
  });

  async function claimed(first_room: string): Promise<{ user: number; session: number }> {
    fixture = await testContext({ engine, spread: true });
    const code = (await prepareClaim(fixture.context))?.link.split("#code=")[1] ?? "";
    const signed = await claim(fixture.context, callBy(null), { ...accountOf("admin"), code, first_room });
    return { user: signed.user.id, session: signed.session };
  }
  const roomsOf = async (user: number) =>
    (await listRooms(fixture.context.database, { user, session: 1 }, { limit: 50 })).rooms;
  const makePerson = async (admin: { user: number; session: number }, username: string) =>
    (await createUser(fixture.context, callBy(admin), { ...accountOf(username), role: "user" })).user.id;

  test("CLAIM-9 the first admin owns a public channel, and whoever comes later is in it", async () => {
    const admin = await claimed("Everybody");
    const { context } = fixture;
    const [room] = await roomsOf(admin.user);
    expect(room).toMatchObject({ kind: "channel", name: "Everybody", public: true, role: "owner" });
    const alice = await makePerson(admin, "alice");
    const { code } = await createInvite(context, callBy(admin), { role: "user", uses: 1, days: 7 });
    const bob = await register(context, callBy(null), { ...accountOf("bob"), invite: code });
    for (const user of [alice, bob.user.id]) {
      expect(await roomsOf(user)).toMatchObject([{ id: room?.id, role: "member", unread: 0 }]);
    }
    const { members } = await listMembers(context.database, admin, { room: room?.id ?? 0, limit: 50 });
    expect(members.map(({ user }) => user)).toEqual([admin.user, alice, bob.user.id]);
  });

  const closings = {
    deleted: (room: number) => ({ verb: deleteRoom, input: { room } }),
    archived: (room: number) => ({ verb: archiveRoom, input: { room, archived: true } }),
    private: (room: number) => ({ verb: updateRoom, input: { room, public: false } }),
  };
  for (const [what, closing] of Object.entries(closings)) {
    test(`CLAIM-9 nobody is brought into it once it is ${what}, and nobody is turned away`, async () => {
      const admin = await claimed("General");
      const [{ id } = { id: 0 }] = await roomsOf(admin.user);
      const { verb, input } = closing(id);
      // biome-ignore lint/suspicious/noExplicitAny: each verb has its own input
      await fixture.context.writer.write((tx) => (verb as any)(tx, admin, input));
      expect(await roomsOf(await makePerson(admin, "alice"))).toEqual([]);
    });
  }
});
