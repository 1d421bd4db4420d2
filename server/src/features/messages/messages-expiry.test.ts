import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Input } from "@parley/protocol/contract";
import { limits } from "@parley/protocol/limits";
import { createJobs } from "../../jobs.ts";
import { isoTime } from "../../platform/clock.ts";
import { outcomeOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { tablesHolding } from "../../testing/tables.ts";
import { SearchIndexer } from "../search-index/search-index.ts";
import { appendUpload, createUpload, UploadSweeper } from "../uploads/uploads.ts";

const hour = 3_600;
/** Seconds after which another node does what is due. */
const leased = 11;

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let rooms: TestRooms["rooms"];
  let does: TestRooms["does"];

  beforeEach(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, rooms, does } = fixture);
  });
  afterEach(() => fixture.close());

  const later = (seconds: number) => isoTime(fixture.store.clock.now() + seconds * 1_000);
  const send = (by: number, room: number, text: string, more: Partial<Input<"message.send">> = {}) =>
    does(by, "message.send", { room, text, ...more });
  const keepFor = (by: number, room: number, delete_after: number | null) =>
    does(by, "room.update", { room, delete_after });
  async function pass(seconds: number) {
    fixture.store.clock.advance(seconds * 1_000);
    await createJobs(fixture.context).settled();
  }
  /** One of alice's. */
  async function uploaded(text: string): Promise<number> {
    const { context } = fixture;
    const [actor, body] = [{ user: ids.alice, session: 1 }, new Blob([text])];
    const { id } = await createUpload(context, actor, { name: "notes.txt", size: body.size });
    await appendUpload(context, actor, id, { at: 0, body: body.stream(), announced: null });
    return id;
  }
  const said = async (room: number) =>
    (await does(ids.bob, "message.list", { room })).messages.map(({ text }) => text);

  test("EXPIRE-8 what was sent before goes too, little by little, and the rest when it is old enough", async () => {
    const room = rooms.design.id;
    const retain = (retention: number | null) => does(ids.admin, "room.retain", { room, retention });
    for (let count = 1; count <= 45; count++) await send(ids.alice, room, `Early ${count}`);
    await send(ids.alice, room, "Ends by itself", { delete_after: hour / 2 });
    await pass(3 * hour);
    await send(ids.bob, room, "Late");
    await retain(2 * hour);
    await send(ids.bob, room, "Later");
    await pass(leased);
    expect(await said(room)).toEqual(expect.arrayContaining(["Late", "Later"]));
    expect((await said(room)).filter((text) => text !== "")).toEqual(["Late", "Later"]);
    await retain(null);
    await pass(3 * hour);
    expect((await said(room)).filter((text) => text !== "")).toEqual(["Late"]);
    await retain(2 * hour);
    await pass(leased);
    expect((await said(room)).filter((text) => text !== "")).toEqual([]);
  });

  test("EXPIRE-8 what is not old enough yet goes when it is, also after a stop", async () => {
    const room = rooms.design.id;
    await send(ids.alice, room, "First");
    await pass(hour);
    await send(ids.alice, room, "Second");
    await does(ids.admin, "room.retain", { room, retention: 2 * hour });
    await pass(hour - 60);
    expect((await said(room)).filter((text) => text !== "")).toEqual(["First", "Second"]);
    await pass(61);
    expect((await said(room)).filter((text) => text !== "")).toEqual(["Second"]);
    await pass(hour);
    expect((await said(room)).filter((text) => text !== "")).toEqual([]);
  });

  test("EXPIRE-1 an owner or admin of a room says after how long messages go, and everybody is told", async () => {
    const { design, aliceBob, lobby } = rooms;
    expect(await outcomeOf(keepFor(ids.bob, design.id, hour))).toBe("forbidden");
    expect(await outcomeOf(keepFor(ids.carol, design.id, hour))).toBe("not_found");
    expect(await outcomeOf(keepFor(ids.carol, lobby.id, hour))).toBe("forbidden");
    expect(await outcomeOf(keepFor(ids.admin, aliceBob.id, hour))).toBe("not_found");
    expect(await outcomeOf(keepFor(ids.admin, design.id, hour))).toBe("forbidden");
    expect(design.delete_after).toBeNull();
    expect((await keepFor(ids.alice, design.id, hour)).delete_after).toBe(hour);
    await does(ids.alice, "member.set_role", { room: design.id, user: ids.bob, role: "admin" });
    await keepFor(ids.bob, design.id, null);
    await keepFor(ids.bob, design.id, null);
    const { events } = await does(ids.bob, "room.events", { room: design.id, after: 0, limit: 200 });
    const told = events.flatMap((event) => (event.kind === "room.updated" ? [event.room.delete_after] : []));
    expect(told).toEqual([hour, null]);
    const wrong = [limits.deleteAfterMin - 1, limits.deleteAfterMax + 1, 60.5];
    for (const seconds of wrong) {
      expect(await outcomeOf(keepFor(ids.alice, design.id, seconds))).toBe("invalid");
    }
  });

  test("EXPIRE-1 of a direct room either of its people says it, and nothing else", async () => {
    const { id: room } = rooms.aliceBob;
    expect((await keepFor(ids.alice, room, hour)).delete_after).toBe(hour);
    expect((await does(ids.bob, "room.get", { room })).delete_after).toBe(hour);
    expect((await send(ids.bob, room, "Goes")).expires_at).toBe(later(hour));
    expect((await keepFor(ids.bob, room, null)).delete_after).toBeNull();
    const { events } = await does(ids.alice, "room.events", { room, after: 0, limit: 200 });
    const told = events.flatMap((event) => (event.kind === "room.updated" ? [event.by] : []));
    expect(told).toEqual([ids.alice, ids.bob]);
    const both = does(ids.alice, "room.update", { room, delete_after: hour, topic: "x" });
    expect(await outcomeOf(both)).toBe("forbidden");
    await does(ids.bob, "block.set", { user: ids.alice, on: true });
    expect(await outcomeOf(keepFor(ids.alice, room, hour))).toBe("forbidden");
  });

  test("EXPIRE-7 an admin of the server says how long messages stay at most, whatever the room's people choose", async () => {
    const { design, aliceBob } = rooms;
    const { id: room } = design;
    const retain = (by: number, of: number, retention: number | null) =>
      does(by, "room.retain", { room: of, retention });
    expect(await outcomeOf(retain(ids.alice, room, hour))).toBe("forbidden");
    expect(await outcomeOf(retain(ids.admin, aliceBob.id, hour))).toBe("not_found");
    expect(await outcomeOf(retain(ids.admin, room, limits.deleteAfterMin - 1))).toBe("invalid");
    await send(ids.bob, room, "Stays");
    expect(design.retention).toBeNull();
    expect((await retain(ids.admin, room, 2 * hour)).retention).toBe(2 * hour);
    await retain(ids.admin, room, 2 * hour);
    const { events } = await does(ids.bob, "room.events", { room, after: 0, limit: 200 });
    const told = events.flatMap((event) => (event.kind === "room.updated" ? [event.room.retention] : []));
    expect(told).toEqual([2 * hour]);
    expect((await send(ids.bob, room, "Goes")).expires_at).toBe(later(2 * hour));
    await keepFor(ids.alice, room, 3 * hour);
    expect((await send(ids.bob, room, "Goes, too")).expires_at).toBe(later(2 * hour));
    expect((await send(ids.bob, room, "Goes first", { delete_after: 60 })).expires_at).toBe(later(60));
    await keepFor(ids.alice, room, hour);
    expect((await send(ids.bob, room, "Goes before")).expires_at).toBe(later(hour));
    await keepFor(ids.alice, room, null);
    expect((await retain(ids.admin, room, null)).retention).toBeNull();
    expect(await send(ids.bob, room, "Stays, too")).not.toHaveProperty("expires_at");
    await pass(2 * hour);
    expect(await said(room)).toEqual(["Stays", "", "", "", "", "Stays, too"]);
  });

  test("EXPIRE-1 it holds for what is sent from then on", async () => {
    const { id: room } = rooms.design;
    await send(ids.bob, room, "Stays");
    await keepFor(ids.alice, room, hour);
    expect((await send(ids.bob, room, "Goes")).expires_at).toBe(later(hour));
    await keepFor(ids.alice, room, 2 * hour);
    await send(ids.bob, room, "Goes later");
    await keepFor(ids.alice, room, null);
    expect(await send(ids.bob, room, "Stays, too")).not.toHaveProperty("expires_at");
    await pass(hour - 1);
    expect(await said(room)).toEqual(["Stays", "Goes", "Goes later", "Stays, too"]);
    await pass(1);
    expect(await said(room)).toEqual(["Stays", "", "Goes later", "Stays, too"]);
    await pass(hour);
    expect(await said(room)).toEqual(["Stays", "", "", "Stays, too"]);
  });

  test("EXPIRE-2 a message may have a time of its own; the room's counts where that is shorter", async () => {
    const { aliceBob, design } = rooms;
    const timed = (room: number, delete_after: number) => send(ids.alice, room, "x", { delete_after });
    expect((await timed(aliceBob.id, 60)).expires_at).toBe(later(60));
    await keepFor(ids.alice, design.id, hour);
    expect((await timed(design.id, 60)).expires_at).toBe(later(60));
    expect((await timed(design.id, 2 * hour)).expires_at).toBe(later(hour));
    expect(await outcomeOf(timed(design.id, 59))).toBe("invalid");
    const again = (delete_after: number) =>
      send(ids.alice, design.id, "Once", { client_id: "c1", delete_after });
    expect((await again(60)).id).toBe((await again(60)).id);
    expect(await outcomeOf(again(61))).toBe("conflict");
  });

  test("EXPIRE-2 what was forwarded goes with what it repeats, or before; what is sent later counts from then", async () => {
    const { aliceBob, design } = rooms;
    const { id } = await send(ids.alice, design.id, "Secret", { delete_after: hour });
    const forward = async () => {
      const { messages } = await does(ids.bob, "message.forward", { room: aliceBob.id, messages: [id] });
      return messages[0]?.expires_at;
    };
    const end = later(hour);
    fixture.store.clock.advance(60_000);
    expect(await forward()).toBe(end);
    await keepFor(ids.alice, design.id, hour);
    const plan = (text: string, delete_after: number) =>
      does(ids.bob, "scheduled.create", { room: design.id, text, send_at: later(60), delete_after });
    expect(await plan("Later", 2 * hour)).toMatchObject({ delete_after: 2 * hour });
    await plan("Soon gone", 60);
    await pass(60);
    const { messages } = await does(ids.bob, "message.list", { room: design.id });
    const ends = Object.fromEntries(messages.map(({ text, expires_at }) => [text, expires_at]));
    expect(ends).toMatchObject({ Later: later(hour), "Soon gone": later(60) });
    await pass(hour);
    await new SearchIndexer(fixture.context).settled();
    await pass(hour);
    expect(await tablesHolding(fixture.context.database, "Secret")).toEqual([]);
  });

  test("EXPIRE-3 its number stays, as of a deleted one; whoever catches up never sees the text", async () => {
    const { id: room } = rooms.design;
    const parent = await send(ids.alice, room, "Well?");
    const sent = await send(ids.bob, room, "Secret words", { delete_after: 60, reply_to: parent.id });
    const before = fixture.store.changes.length;
    await pass(60);
    const { events, head } = await does(ids.alice, "room.events", { room, after: 0, limit: 200 });
    expect(events.length).toBe(head);
    expect(JSON.stringify(events)).not.toContain("Secret words");
    const [change] = fixture.store.changes.slice(before);
    expect(change).toMatchObject({
      log: "room",
      event: { kind: "message.deleted", by: ids.bob, message: { id: sent.id, text: "" } },
    });
    const message = await does(ids.alice, "message.get", { message: sent.id });
    expect(message).toMatchObject({ text: "", expires_at: later(0), deleted_at: later(0) });
    expect(await does(ids.alice, "message.get", { message: parent.id })).toMatchObject({ reply_count: 0 });
    const preview = { text: "", expires_at: later(0), deleted_at: later(0) };
    expect((await does(ids.alice, "room.get", { room })).last_message).toMatchObject(preview);
    await pass(60);
    expect((await does(ids.alice, "room.get", { room })).head).toBe(head);
  });

  test("EXPIRE-3 in a room that is archived, of somebody who has left, and of what was deleted before", async () => {
    const { id: room } = rooms.design;
    await send(ids.bob, room, "Of one who leaves", { delete_after: 60 });
    const { id: message } = await send(ids.alice, room, "Deleted", { delete_after: 60 });
    await does(ids.alice, "message.delete", { message });
    await does(ids.bob, "room.leave", { room });
    await does(ids.alice, "room.archive", { room, archived: true });
    const { head } = await does(ids.alice, "room.get", { room });
    await pass(60);
    expect(await tablesHolding(fixture.context.database, "Of one who leaves")).toEqual([]);
    expect((await does(ids.alice, "room.get", { room })).head).toBe(head + 1);
  });

  test("EXPIRE-4 nothing is left of it: neither words nor index, files, pins, saves, reactions, earlier texts", async () => {
    const { context, store } = fixture;
    const { id: room } = rooms.design;
    const upload = await uploaded("unrepeatable bytes");
    const more = { delete_after: 60, mentions: [ids.bob], files: [{ upload, name: "cryptogram.txt" }] };
    const { id: message } = await send(ids.alice, room, "xylophonist quagmire", more);
    await does(ids.alice, "message.edit", { message, text: "zymurgical quagmire" });
    await does(ids.bob, "reaction.set", { message, emoji: "🦭", on: true });
    await does(ids.alice, "pin.set", { message, on: true });
    await does(ids.bob, "saved.set", { message, on: true });
    await send(ids.bob, room, "What stays");
    await new SearchIndexer(context).settled();
    const found = async (text: string) => (await does(ids.bob, "message.search", { text })).hits.length;
    expect(await found("zymurgical")).toBe(1);
    // Ends of words: the index keeps a word only so far as it differs from the token before it.
    const words = ["honist", "gical", "quagmire", "ogram"];
    const inIndex = engine === "sqlite" ? "search_words_data" : "search_words";
    expect(await tablesHolding(context.database, "gical")).toContain(inIndex);
    await pass(60);
    expect(await found("zymurgical")).toBe(0);
    await new SearchIndexer(context).settled();
    await pass(hour);
    const sweeper = new UploadSweeper(context);
    sweeper.tidy();
    await sweeper.settled();
    expect((await does(ids.bob, "pin.list", { room })).pins).toEqual([]);
    for (const word of [...words, "🦭"]) {
      const tables = await tablesHolding(context.database, word);
      // Which emoji was set is in the log of the room, and says nothing of the message.
      expect(tables).toEqual(word === "🦭" ? ["room_events"] : []);
    }
    expect(await tablesHolding(context.database, `"message_id":${message},`)).not.toContain("saved");
    expect(await readdir(join(store.folder, "files"))).toEqual([]);
    if (engine === "postgres") return;
    await vacuum(join(store.folder, "parley.db"));
    for (const name of await readdir(store.folder)) {
      if (!name.startsWith("parley.db")) continue;
      const bytes = Buffer.from(await Bun.file(join(store.folder, name)).bytes());
      for (const word of words) {
        expect([name, word, bytes.includes(word)]).toEqual([name, word, false]);
      }
      if (name === "parley.db") expect(bytes.includes("What stays")).toBe(true);
    }
  });

  test("EXPIRE-5 many that end at one moment hold up nothing that has its time", async () => {
    const { id: room } = rooms.design;
    for (let count = 0; count < 40; count++) await send(ids.alice, room, `${count}`, { delete_after: 60 });
    await does(ids.alice, "scheduled.create", { room, text: "On time", send_at: later(61) });
    fixture.store.clock.advance(61_000);
    const before = fixture.store.changes.length;
    await createJobs({ ...fixture.context, writer: fixture.store.writer }).settled();
    const kinds = fixture.store.changes.slice(before).flatMap((change) => {
      return change.log === "room" ? [change.event.kind] : [];
    });
    expect(kinds.indexOf("message.sent")).toBe(0);
    expect(kinds.filter((kind) => kind === "message.deleted").length).toBe(40);
  });
});

/** As an operator does it, with no server on the file. */
async function vacuum(path: string): Promise<void> {
  const { Database } = await import("bun:sqlite");
  const file = new Database(path);
  file.run("VACUUM");
  file.run("PRAGMA wal_checkpoint(TRUNCATE)");
  file.close();
}
