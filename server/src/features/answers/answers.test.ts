import { afterAll, beforeAll, expect, test } from "bun:test";
import { outcomeOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { forgetOldAnswers } from "./answers.ts";

const day = 86_400_000;

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let does: TestRooms["does"];
  const create = (person: number, name: string, key?: string) =>
    does(person, "room.create", { kind: "group", name, members: [ids.bob] }, key);
  const roomsNamed = async (person: number, name: string) =>
    (await does(person, "room.list", { limit: 200 })).rooms.filter((room) => room.name === name).length;

  beforeAll(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, does } = fixture);
  });
  afterAll(() => fixture.close());

  test("WRITE-5 a call repeated under its key answers as the first time and happens once", async () => {
    const first = await create(ids.alice, "once", "key-1");
    await does(ids.alice, "room.update", { room: first.id, topic: "changed since" });
    expect(await create(ids.alice, "once", "key-1")).toEqual(first);
    expect(await roomsNamed(ids.alice, "once")).toBe(1);
    expect((await create(ids.alice, "once", "key-2")).id).not.toBe(first.id);
    expect((await create(ids.alice, "once")).id).not.toBe((await create(ids.alice, "once")).id);
  });

  test("WRITE-5 calls under one key at once happen once", async () => {
    const calls = Array.from({ length: 10 }, () => create(ids.alice, "at once", "key-3"));
    expect(new Set((await Promise.all(calls)).map(({ id }) => id)).size).toBe(1);
    expect(await roomsNamed(ids.bob, "at once")).toBe(1);
  });

  test("WRITE-5 the same key with another input is a conflict", async () => {
    await create(ids.alice, "one", "key-4");
    expect(await outcomeOf(create(ids.alice, "another", "key-4"))).toBe("conflict");
    expect(await roomsNamed(ids.alice, "another")).toBe(0);
  });

  test("WRITE-5 a key is its caller's own", async () => {
    const mine = await create(ids.alice, "shared", "key-5");
    const theirs = await create(ids.carol, "shared", "key-5");
    expect(theirs).toMatchObject({ created_by: ids.carol, role: "owner" });
    expect(theirs.id).not.toBe(mine.id);
  });

  test("WRITE-5 a call that failed is no answer: repeated, it may succeed", async () => {
    const open = () =>
      does(
        ids.alice,
        "room.create",
        { kind: "channel", name: "later", members: [ids.carol, ids.admin] },
        "key-6",
      );
    await does(ids.admin, "user.set_active", { user: ids.carol, active: false });
    expect(await outcomeOf(open())).toBe("not_found");
    await does(ids.admin, "user.set_active", { user: ids.carol, active: true });
    expect(await outcomeOf(open())).toBe("done");
  });

  test("WRITE-5 an answer is kept for 30 days", async () => {
    const { clock } = fixture.store;
    const first = await create(ids.alice, "kept", "key-7");
    clock.advance(30 * day);
    await fixture.context.writer.write(forgetOldAnswers);
    expect((await create(ids.alice, "kept", "key-7")).id).toBe(first.id);
    clock.advance(1);
    await fixture.context.writer.write(forgetOldAnswers);
    expect((await create(ids.alice, "kept", "key-7")).id).not.toBe(first.id);
  });
});
