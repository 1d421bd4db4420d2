import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Input } from "@parley/protocol/contract";
import { outcomeOf, refusalOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { planOf } from "../../testing/tables.ts";
import { forgetOldEvidence } from "./reports.ts";
import { openReport, reportsBy, reportsOfStatus } from "./reports-rows.ts";

const day = 24 * 3_600_000;

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let rooms: TestRooms["rooms"];
  let does: TestRooms["does"];

  const say = async (by: number, room: number, text = "Look") =>
    (await does(by, "message.send", { room, text })).id;
  type About = { message: number } | { user: number } | { room: number };
  const reports = (by: number, about: About, comment = "") =>
    does(by, "report.create", { ...about, reason: "spam", comment });
  const caseOf = (report: number) => does(ids.admin, "report.get", { report });
  const update = (report: number, change: Partial<Input<"report.update">>) =>
    does(ids.admin, "report.update", { report, status: "reviewing", ...change });
  const toldTo = (user: number, before: number) =>
    fixture.store.changes
      .slice(before)
      .flatMap((change) => (change.log === "user" && change.id === user ? [change.event] : []));

  beforeEach(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, rooms, does } = fixture);
  });
  afterEach(() => fixture.close());

  test("REPORT-1 a message, a person or a room is reported; nothing, or two at once, is invalid", async () => {
    const message = await say(ids.bob, rooms.design.id);
    const made = await reports(ids.alice, { message }, "Not nice");
    expect(made).toMatchObject({ message, reason: "spam", comment: "Not nice", status: "open", outcome: "" });
    expect(made).not.toHaveProperty("user");
    expect((await reports(ids.alice, { user: ids.bob })).user).toBe(ids.bob);
    expect((await reports(ids.alice, { room: rooms.lobby.id })).room).toBe(rooms.lobby.id);
    const reason = "spam" as const;
    expect(await outcomeOf(does(ids.alice, "report.create", { reason }))).toBe("invalid");
    const two = does(ids.alice, "report.create", { reason, message, user: ids.bob });
    expect(await outcomeOf(two)).toBe("invalid");
  });

  test("REPORT-1 what one cannot read is not there; nobody reports themselves", async () => {
    const message = await say(ids.bob, rooms.design.id);
    const gone = await say(ids.bob, rooms.design.id);
    await does(ids.bob, "message.delete", { message: gone });
    const outcomes = [
      [() => reports(ids.carol, { message }), "not_found"],
      [() => reports(ids.carol, { room: rooms.design.id }), "not_found"],
      [() => reports(ids.carol, { room: rooms.lobby.id }), "done"],
      [() => reports(ids.carol, { user: ids.bob }), "done"],
      [() => reports(ids.carol, { user: 2 ** 40 }), "not_found"],
      [() => reports(ids.alice, { message: gone }), "not_found"],
      [() => reports(ids.bob, { message }), "invalid"],
      [() => reports(ids.bob, { user: ids.bob }), "invalid"],
      [() => reports(ids.alice, { message }), "done"],
    ] as const;
    for (const [report, expected] of outcomes) expect(await outcomeOf(report())).toBe(expected);
  });

  test("REPORT-1 while a report is open a repeat returns it, also of many at once", async () => {
    const about = { user: ids.bob };
    const made = await Promise.all(Array.from({ length: 6 }, () => reports(ids.alice, about)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    const [first] = made;
    if (!first) throw new Error("nothing was reported");
    expect((await reports(ids.carol, about)).id).not.toBe(first.id);
    await update(first.id, { status: "reviewing" });
    expect((await reports(ids.alice, about)).id).toBe(first.id);
    await update(first.id, { status: "dismissed" });
    const second = await reports(ids.alice, about);
    expect(second.id).not.toBe(first.id);
    expect(await outcomeOf(update(first.id, { status: "open" }))).toBe("conflict");
    await update(second.id, { status: "resolved" });
    expect(await outcomeOf(update(first.id, { status: "open" }))).toBe("done");
  });

  test("REPORT-2 the evidence is as it was, whatever is edited or deleted since", async () => {
    const room = rooms.design.id;
    const message = await say(ids.bob, room, "first words");
    const sent_at = (await does(ids.alice, "message.get", { message })).created_at;
    fixture.store.clock.advance(1_000);
    await does(ids.bob, "message.edit", { message, text: "second words" });
    const about = { message: (await reports(ids.alice, { message })).id };
    const person = await reports(ids.alice, { user: ids.bob });
    const place = await reports(ids.alice, { room });
    const read = async () => {
      const found = [];
      for (const { id } of [{ id: about.message }, person, place]) found.push((await caseOf(id)).evidence);
      return found;
    };
    const before = await read();
    expect(before[0]).toMatchObject({ kind: "message", room, sender: ids.bob, sent_at });
    const versions = before[0]?.kind === "message" ? before[0].versions : [];
    expect(versions.map(({ version, text }) => [version, text])).toEqual([
      [1, "first words"],
      [2, "second words"],
    ]);
    expect(before[1]).toMatchObject({ kind: "user", username: "bob", display_name: "bob" });
    expect(before[2]).toEqual({ kind: "room", room_kind: "channel", name: "design", topic: "" });
    await does(ids.bob, "message.edit", { message, text: "third words" });
    await does(ids.bob, "message.delete", { message });
    await does(ids.bob, "user.update", { display_name: "Somebody", username: "somebody" });
    await does(ids.alice, "room.update", { room, name: "other" });
    await does(ids.alice, "room.delete", { room });
    expect(await read()).toEqual(before);
  });

  test("REPORT-2 of a message edited very often the last texts are kept", async () => {
    const message = await say(ids.bob, rooms.design.id, "text 0");
    for (let edit = 1; edit <= 60; edit++)
      await does(ids.bob, "message.edit", { message, text: `text ${edit}` });
    const { evidence } = await caseOf((await reports(ids.alice, { message })).id);
    const texts = evidence?.kind === "message" ? evidence.versions.map(({ text }) => text) : [];
    expect([texts.length, texts[0], texts.at(-1)]).toEqual([50, "text 11", "text 60"]);
  });

  test("REPORT-2 evidence goes 90 days after its report was closed, and not before", async () => {
    const closed = await reports(ids.alice, { user: ids.bob });
    const open = await reports(ids.alice, { user: ids.carol });
    await update(closed.id, { status: "resolved" });
    fixture.store.clock.advance(90 * day);
    await fixture.context.writer.write(forgetOldEvidence);
    expect((await caseOf(closed.id)).evidence).not.toBeNull();
    fixture.store.clock.advance(1);
    await fixture.context.writer.write(forgetOldEvidence);
    expect((await caseOf(closed.id)).evidence).toBeNull();
    expect((await caseOf(open.id)).evidence).not.toBeNull();
  });

  test("REPORT-3 whoever reported hears of it, without the note; whoever is reported hears nothing", async () => {
    const { id } = await reports(ids.alice, { user: ids.bob });
    const before = fixture.store.changes.length;
    await update(id, { status: "reviewing", note: "Known for it" });
    await update(id, { status: "resolved", outcome: "We spoke with them" });
    expect(toldTo(ids.alice, before).map(({ at: _, ...event }) => event)).toEqual([
      { kind: "report.changed", report: id, status: "reviewing" },
      { kind: "report.changed", report: id, status: "resolved" },
    ]);
    expect(toldTo(ids.bob, 0).map(({ kind }) => kind)).not.toContain("report.changed");
    const { reports: own } = await does(ids.alice, "report.list_mine", {});
    expect(own).toMatchObject([{ id, user: ids.bob, status: "resolved", outcome: "We spoke with them" }]);
    expect(JSON.stringify(own)).not.toContain("Known for it");
    for (const hidden of ["note", "handled_by", "reporter", "evidence"])
      expect(own[0]).not.toHaveProperty(hidden);
    expect((await does(ids.bob, "report.list_mine", {})).reports).toEqual([]);
  });

  test("REPORT-4 at most ten an hour; repeats and refusals do not count", async () => {
    const messages: number[] = [];
    for (let count = 0; count < 9; count++) messages.push(await say(ids.bob, rooms.design.id));
    const [first = 0, ...others] = messages;
    await reports(ids.alice, { message: first });
    fixture.store.clock.advance(1_000);
    for (let count = 0; count < 3; count++) await reports(ids.alice, { message: first });
    for (let count = 0; count < 3; count++) await outcomeOf(reports(ids.alice, { message: 2 ** 40 }));
    for (const message of others) await reports(ids.alice, { message });
    const people = [ids.bob, ids.carol, ids.admin];
    const outcomes = await Promise.all(people.map((user) => outcomeOf(reports(ids.alice, { user }))));
    expect(outcomes.toSorted()).toEqual(["done", "rate_limited", "rate_limited"]);
    const refused = people[outcomes.indexOf("rate_limited")] ?? 0;
    const { details } = await refusalOf(reports(ids.alice, { user: refused }));
    expect(details.after).toBe(3_599);
    expect(await outcomeOf(reports(ids.carol, { user: ids.bob }))).toBe("done");
    fixture.store.clock.advance(3_599_000);
    expect(await outcomeOf(reports(ids.alice, { user: refused }))).toBe("done");
  });

  test("REPORT-5 admins list by status and page by page, and see who reported", async () => {
    const made: number[] = [];
    for (const user of [ids.admin, ids.bob, ids.carol]) made.push((await reports(ids.alice, { user })).id);
    await update(made[1] ?? 0, { status: "reviewing", note: "Asked around" });
    const list = async (input: object) => {
      const { reports: found, next } = await does(ids.admin, "report.list", input);
      return { ids: found.map(({ id }) => id), next, found };
    };
    expect((await list({})).ids).toEqual(made.toReversed());
    expect((await list({ status: "open" })).ids).toEqual([made[2] ?? 0, made[0] ?? 0]);
    const [reviewed] = (await list({ status: "reviewing" })).found;
    expect(reviewed).toMatchObject({ reporter: ids.alice, note: "Asked around", handled_by: ids.admin });
    expect(reviewed).not.toHaveProperty("evidence");
    const first = await list({ limit: 2 });
    const second = await list({ limit: 2, cursor: first.next });
    expect([...first.ids, ...second.ids]).toEqual(made.toReversed());
    expect(second.next).toBeNull();
    const mine = await does(ids.alice, "report.list_mine", { limit: 2 });
    expect(mine.next).toBeString();
    expect(await outcomeOf(list({ cursor: "x" }))).toBe("invalid");
    for (const op of ["report.list", "report.get", "report.update"] as const) {
      const input =
        op === "report.list" ? {} : { report: made[0] ?? 0, ...(op !== "report.get" && { status: "open" }) };
      expect(await outcomeOf(does(ids.alice, op, input as never))).toBe("forbidden");
    }
  });

  test("REPORT-5 a change that changes nothing is no event, and a note alone tells nobody", async () => {
    const { id } = await reports(ids.alice, { user: ids.bob });
    const before = fixture.store.changes.length;
    const { updated_at } = await update(id, { status: "open", note: "Seen" });
    fixture.store.clock.advance(1_000);
    const again = await update(id, { status: "open", note: "Seen", outcome: "" });
    expect(again.updated_at).toBe(updated_at);
    expect(fixture.store.changes.length).toBe(before);
    await update(id, { status: "open", outcome: "We look into it" });
    expect(toldTo(ids.alice, before).length).toBe(1);
    expect(await caseOf(id)).toMatchObject({ status: "open", note: "Seen", outcome: "We look into it" });
  });

  test("REPORT-5 reports are found by their indexes", async () => {
    const queries = [
      openReport({ reporter: 1, subject: "user", id: 2 }),
      reportsBy({ reporter: 1, before: 9, limit: 2 }),
      reportsOfStatus({ status: "open", before: 9, limit: 2 }),
    ];
    for (const query of queries) {
      const plan = await planOf(fixture.context.database, query);
      expect(plan).toContain(engine === "sqlite" ? "USING INDEX reports_" : "reports_");
      expect(plan).not.toMatch(/SCAN reports|Seq Scan|TEMP B-TREE/);
    }
  });
});
