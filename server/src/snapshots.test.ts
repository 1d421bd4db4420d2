import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Input, OperationName } from "@parley/protocol/contract";
import { roomEvent, userEvent } from "@parley/protocol/events";
import { limits } from "@parley/protocol/limits";
import type { Message } from "@parley/protocol/messages";
import type { Member } from "@parley/protocol/rooms";
import fc from "fast-check";
import { LinkPreviewMaker } from "./features/link-previews/link-previews.ts";
import { startSession } from "./features/sessions/sessions.ts";
import { TranscriptionMaker } from "./features/transcriptions/transcriptions.ts";
import { appendUpload, createUpload } from "./features/uploads/uploads.ts";
import { createJobs } from "./jobs.ts";
import { isoTime } from "./platform/clock.ts";
import { outcomeOf } from "./testing/failures.ts";
import { addPerson, addressOf } from "./testing/people.ts";
import { type TestRooms, testRooms } from "./testing/rooms.ts";
import { type Place, SnapshotClient } from "./testing/snapshot-client.ts";
import { type Step, step, tour } from "./testing/snapshot-tour.ts";
import { onEveryEngine } from "./testing/store.ts";
import { type WebSite, webSite } from "./testing/web-site.ts";

/** How many random runs on each engine. */
const runs = Number(process.env.SNAPSHOT_RUNS ?? 20);
const longest = 30_000 + runs * 5_000;

/** Three people, their rooms and what was said there, as far as somebody must know to go on. */
interface Scene {
  people: number[];
  rooms: number[];
  messages: number[];
  sessions: number[];
  reports: number[];
  /** Files that are recordings. */
  sounds: number[];
}

const contents: { [Action in Step["action"]]?: string } = {
  "send file": "words in a file",
  "send sound": "ID3 a sound",
};
const emoji = ["👍", "👀", "🎉"];
const question = { question: "Which?", options: ["One", "Another", "A third"] };
const choices = [[0], [1], [2], [0, 1], [1, 2], [0, 2]];
const levels = ["default", "all", "mentions", "none"] as const;
const statuses = ["open", "reviewing", "resolved", "dismissed"] as const;
const roles = ["member", "admin", "owner"] as const;

const forAdmins: readonly OperationName[] = ["report.update", "account.delete", "room.retain"];

function from<Value>(values: readonly Value[], index: number): Value {
  return values[index % values.length] as Value;
}

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let site: WebSite;
  const seen = new Set<string>();

  beforeAll(async () => {
    site = webSite();
    site.put("/audio/transcriptions", () => Response.json({ text: "What is said" }));
    const environment = { LINK_PREVIEWS: "on", EGRESS_ALLOW: site.host, TRANSCRIPTION_URL: site.url };
    fixture = await testRooms({ engine, environment });
    site.page("/page", "<title>A page</title>");
  });
  afterAll(() => Promise.all([fixture.close(), site.stop()]));

  /** What a step asks for; null where there is nothing to ask. */
  function asked(scene: Scene, { action, target, room, message, pick }: Step) {
    const place = { room: from(scene.rooms, room) };
    const person = { user: from(scene.people, target) };
    const about = { message: from(scene.messages, message) };
    const words = { ...place, text: `Words ${pick}` };
    const wish = <Name extends OperationName>(name: Name, input: Input<Name>) => ({ name, input });
    const wishes = {
      send: () => wish("message.send", words),
      mention: () => wish("message.send", { ...words, mentions: [person.user] }),
      "mention all": () => wish("message.send", { ...words, mention_all: true, mentions: [person.user] }),
      "send file": () => wish("message.send", { ...words, text: "" }),
      "send link": () => wish("message.send", { ...words, text: `${site.url}/page` }),
      "take preview": () => wish("preview.remove", { ...about, url: `${site.url}/page` }),
      "send sound": () => wish("message.send", { ...words, text: "" }),
      transcribe: () => wish("file.transcribe", { file: from(scene.sounds, pick) }),
      reply: () => wish("message.send", { ...words, reply_to: about.message }),
      "reply in thread": () =>
        wish("message.send", {
          ...{ ...words, reply_to: about.message, in_thread: true },
          ...(pick % 2 === 0 && { mentions: [person.user] }),
        }),
      follow: () => wish("thread.set", { ...about, following: pick % 2 === 0 }),
      forward: () =>
        wish("message.forward", { ...place, messages: [about.message, from(scene.messages, pick)] }),
      edit: () => wish("message.edit", { ...about, text: `Other words ${pick}` }),
      "edit mentions": () =>
        wish("message.edit", { ...about, text: `To you ${pick}`, mentions: [person.user] }),
      delete: () => wish("message.delete", about),
      react: () => wish("reaction.set", { ...about, emoji: from(emoji, pick), on: true }),
      unreact: () => wish("reaction.set", { ...about, emoji: from(emoji, pick), on: false }),
      ask: () => wish("message.send", { ...place, poll: { ...question, several: true } }),
      "ask in secret": () =>
        wish("message.send", { ...place, poll: { ...question, anonymous: true, close_after: 60 + pick } }),
      vote: () => wish("poll.vote", { ...about, options: from(choices, pick) }),
      unvote: () => wish("poll.vote", { ...about, options: [] }),
      "close poll": () => wish("poll.close", about),
      pin: () => wish("pin.set", { ...about, on: true }),
      unpin: () => wish("pin.set", { ...about, on: false }),
      "order pins": () => wish("pin.order", { ...place, messages: [1] }),
      read: () => wish("receipt.read", { ...place, seq: pick }),
      unread: () => wish("receipt.unread", { ...place, seq: Math.max(pick, 1) }),
      deliver: () => wish("receipt.deliver", { ...place, seq: pick }),
      notify: () => wish("notification.set", { ...place, level: from(levels, pick), muted_until: null }),
      "notify of all": () =>
        wish("notification.set_default", {
          level: from(["all", "mentions", "none"] as const, pick),
          muted_until: null,
        }),
      rename: () => wish("room.update", { ...place, name: `Name ${pick}`, topic: `Topic ${pick}` }),
      permit: () => wish("room.update", { ...place, permissions: { mention_all: from(roles, pick) } }),
      archive: () => wish("room.archive", { ...place, archived: true }),
      open: () => wish("room.archive", { ...place, archived: false }),
      add: () => wish("member.add", { ...place, ...person, role: from(roles, pick) }),
      remove: () => wish("member.remove", { ...place, ...person }),
      role: () => wish("member.set_role", { ...place, ...person, role: from(roles, pick) }),
      join: () => wish("room.join", place),
      leave: () => wish("room.leave", place),
      create: () => wish("room.create", { kind: "group", name: "new", members: [person.user] }),
      direct: () => wish("room.direct", person),
      profile: () => wish("user.update", { status_message: `Status ${pick}` }),
      block: () => wish("block.set", { ...person, on: true }),
      draft: () => wish("draft.set", { ...words, at: isoTime(fixture.store.clock.now()) }),
      "push text": () => wish("push.set_text", { text: pick % 2 === 0 ? "never" : "always" }),
      "let expire": () => wish("message.send", { ...words, delete_after: 60 }),
      "keep for a while": () =>
        wish("room.update", { ...place, delete_after: pick % 2 === 0 ? 3_600 : null }),
      retain: () => wish("room.retain", { ...place, retention: pick % 2 === 0 ? 7_200 : null }),
      schedule: () =>
        wish("scheduled.create", { ...words, send_at: isoTime(fixture.store.clock.now() + 1 + pick) }),
      remind: () =>
        wish("reminder.set", { ...about, remind_at: isoTime(fixture.store.clock.now() + 1 + pick) }),
      "remind no more": () => wish("reminder.remove", about),
      save: () => wish("saved.set", { ...about, on: pick % 2 === 0 }),
      report: () => wish("report.create", { ...person, reason: "spam" }),
      handle: () =>
        wish("report.update", { report: from(scene.reports, pick), status: from(statuses, pick) }),
      unblock: () => wish("block.set", { ...person, on: false }),
      "sign out": () => wish("session.end", { session: from(scene.sessions, pick) }),
      "delete room": () => wish("room.delete", place),
      "delete account": () => wish("account.delete", person),
    };
    return action === "sign in" || action === "due" ? null : wishes[action]();
  }

  async function uploadOne(user: number, content: string): Promise<number> {
    const { context } = fixture;
    const actor = { user, session: 1 };
    const body = new Blob([content]);
    const { id } = await createUpload(context, actor, { name: "notes", size: body.size });
    await appendUpload(context, actor, id, { at: 0, body: body.stream(), announced: null });
    return id;
  }

  /** Whatever is due by then. */
  async function due(): Promise<void> {
    const { context, store } = fixture;
    store.clock.advance(60_000);
    const jobs = createJobs(context);
    await jobs.settled();
    await new LinkPreviewMaker(context).settled();
    if (context.transcriber) await new TranscriptionMaker(context, context.transcriber).settled();
    await jobs.settled();
  }

  async function take(scene: Scene, chosen: Step): Promise<void> {
    const { context, does, store } = fixture;
    const by = from(scene.people, chosen.by);
    // Now and then no time passes between two steps.
    if (chosen.pick % 3 > 0) store.clock.advance(chosen.pick);
    if (chosen.action === "due") return due();
    const wish = asked(scene, chosen);
    if (!wish) {
      const device = { user: by, device: "phone", address: addressOf.home };
      const started = context.writer.write((tx) => startSession(tx, context, device));
      await outcomeOf(started.then(({ session }) => scene.sessions.push(session)));
      return;
    }
    if (wish.name === "pin.order") {
      const { room } = wish.input as Input<"pin.order">;
      const { pins } = await does(by, "pin.list", { room }).catch(() => ({ pins: [] }));
      if (pins.length > 0) wish.input = { room, messages: pins.map(({ message }) => message.id).reverse() };
    }
    const content = contents[chosen.action];
    if (content !== undefined) {
      const upload = await uploadOne(by, content);
      wish.input = { ...wish.input, files: [{ upload }] } as typeof wish.input;
    }
    const who = forAdmins.includes(wish.name) ? fixture.ids.admin : by;
    // biome-ignore lint/suspicious/noExplicitAny: each wish has the input of its operation
    const done = does(who, wish.name as any, wish.input as any).then((result: any) => {
      if (wish.name === "message.send") scene.messages.push(result.id);
      if (chosen.action === "send sound") scene.sounds.push(result.files[0].id);
      if (wish.name === "message.forward") scene.messages.push(result.messages[0].id);
      if (wish.name === "report.create") scene.reports.push(result.id);
      if (wish.name === "room.create" || wish.name === "room.direct") scene.rooms.push(result.id);
    });
    await outcomeOf(done);
  }

  /** What a device has worked out is what it would be told if it asked. */
  async function expectSame(client: SnapshotClient): Promise<void> {
    const { does } = fixture;
    const { rooms } = await does(client.user, "room.list", { limit: limits.pageMax });
    expect([...client.rooms.keys()].sort()).toEqual(rooms.map(({ id }) => id).sort());
    for (const fresh of rooms) {
      const held = client.rooms.get(fresh.id);
      const counts = held?.doubtful ? { unread: fresh.unread, mentions: fresh.mentions } : {};
      expect({ ...held?.room, ...counts }).toEqual(fresh);
      const { messages } = await does(client.user, "message.list", { room: fresh.id, limit: limits.pageMax });
      expect(client.messagesOf(fresh.id).map(comparable)).toEqual(messages.map(comparable));
      const { members } = await does(client.user, "member.list", { room: fresh.id, limit: limits.pageMax });
      const known = [...client.peopleOf(fresh.id)].sort(([one], [other]) => one - other);
      expect(known).toEqual(members.map(toldOf(client.peopleOf(fresh.id))));
    }
  }

  /**
   * Which emoji stands first is for the screen to say: a device that sees the first of several people take a reaction
   * back cannot know which of the others came next.
   */
  function comparable(message: Message): Message {
    if (!message.reactions) return message;
    const reactions = message.reactions.toSorted((one, other) => (one.emoji < other.emoji ? -1 : 1));
    return { ...message, reactions };
  }

  /**
   * Marks are kept back while there is a block, and nothing tells that one has ended: what a device holds of them is
   * then old, or nothing until they move.
   */
  function toldOf(held: ReadonlyMap<number, Place>) {
    return ({ user, role, read, delivered }: Member): [number, Place] => {
      const mark = held.get(user)?.mark ?? null;
      const isKept = mark === null || read === null || delivered === null;
      return [user, { role, mark: isKept ? mark : { read, delivered } }];
    };
  }

  async function newScene(): Promise<Scene> {
    const { context, does, store } = fixture;
    const number = store.changes.length;
    const people: number[] = [];
    for (const name of ["one", "two", "three"]) people.push(await addPerson(context, `${name}-${number}`));
    const [one = 0, two = 0, three = 0] = people;
    const make = { kind: "channel", name: "room" } as const;
    const rooms = [
      await does(one, "room.create", { ...make, public: true }),
      await does(two, "room.create", { ...make, members: [one, three] }),
      await does(three, "room.direct", { user: one }),
    ].map(({ id }) => id);
    const messages: number[] = [];
    for (const [index, room] of rooms.entries()) {
      const sent = await does(from([one, two, three], index), "message.send", { room, text: "First" });
      messages.push(sent.id);
    }
    return { people, rooms, messages, sessions: [1], reports: [1], sounds: [1] };
  }

  async function live(steps: readonly Step[]): Promise<void> {
    const { store } = fixture;
    const scene = await newScene();
    const clients = scene.people.map((person) => new SnapshotClient(fixture, person));
    const away = scene.people.map((person) => new SnapshotClient(fixture, person));
    for (const client of [...clients, ...away]) await client.start();
    for (const chosen of steps) {
      const before = store.changes.length;
      await take(scene, chosen);
      const changes = store.changes.slice(before);
      for (const change of changes) if ("event" in change) seen.add(change.event.kind);
      for (const client of clients) await client.hear(changes);
      for (const client of clients) await expectSame(client);
    }
    for (const client of away) {
      await client.catchUp();
      await expectSame(client);
    }
  }

  test(
    "SYNC-3 after any steps, what was told comes to what is there",
    async () => {
      const steps = fc.array(step, { minLength: 15, maxLength: 40, size: "max" });
      await fc.assert(fc.asyncProperty(steps, live), {
        examples: [[tour]],
        numRuns: runs,
        interruptAfterTimeLimit: longest,
      });
      const kinds = [...roomEvent.options, ...userEvent.options].map(({ shape }) => shape.kind.value);
      expect([...seen].sort()).toEqual(kinds.sort());
    },
    longest + 10_000,
  );
});
