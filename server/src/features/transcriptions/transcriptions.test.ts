import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { outcomeOf, refusalOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { type WebSite, webSite } from "../../testing/web-site.ts";
import { indexSlice } from "../search-index/search-index.ts";
import { appendUpload, createUpload } from "../uploads/uploads.ts";
import { TranscriptionMaker } from "./transcriptions.ts";

/** Asked as OpenAI's service is. */
interface Asked {
  key: string | null;
  model: string;
  format: string;
  name: string;
  bytes: string;
}

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let does: TestRooms["does"];
  let room: number;
  let site: WebSite;
  const asked: Asked[] = [];
  /** What it says to the next ones; then what it always does. */
  const answers: (() => Response | Promise<Response>)[] = [];

  beforeAll(async () => {
    site = webSite();
    site.put("/v1/audio/transcriptions", async (request) => {
      const form = await request.formData();
      const file = form.get("file") as File;
      asked.push({
        ...{ key: request.headers.get("authorization"), model: String(form.get("model")), name: file.name },
        ...{ format: String(form.get("response_format")), bytes: await file.text() },
      });
      return answers.shift()?.() ?? Response.json({ text: " We meet at the old harbour. " });
    });
    const environment = {
      ...{ TRANSCRIPTION_URL: `${site.url}/v1`, TRANSCRIPTION_KEY: "a-speech-key" },
      TRANSCRIPTION_MODEL: "small-ears",
    };
    fixture = await testRooms({ engine, environment });
    ({ ids, does } = fixture);
    room = fixture.rooms.design.id;
  });
  afterAll(async () => {
    await Promise.all([fixture.close(), site.stop()]);
  });
  beforeEach(() => {
    asked.length = 0;
    answers.length = 0;
  });

  let sent = 0;
  const upload = async (content: string, name = "my private name.mp3") => {
    const { context } = fixture;
    const actor = { user: ids.alice, session: 1 };
    const body = new Blob([content]);
    const { id } = await createUpload(context, actor, { name, size: body.size });
    await appendUpload(context, actor, id, { at: 0, body: body.stream(), announced: null });
    return id;
  };
  const record = async (content = `ID3 sound ${++sent}`, text = "") => {
    const files = [{ upload: await upload(content) }];
    const message = await does(ids.alice, "message.send", { room, text, files });
    return { message: message.id, file: message.files?.[0]?.id ?? 0 };
  };
  const transcribe = (as: number, file: number) => does(as, "file.transcribe", { file });
  const settled = async (context = fixture.context) => {
    if (!context.transcriber) throw new Error("there is no service");
    await new TranscriptionMaker(context, context.transcriber).settled();
  };
  const heard = async (message: number) =>
    (await does(ids.bob, "message.get", { message })).files?.[0]?.transcript;
  const found = async (text: string) =>
    (await does(ids.bob, "message.search", { text, room })).hits.map(({ message }) => message.id);

  test("SPEECH-1 a recording goes to the service that the admin named, when somebody asks", async () => {
    const { message, file } = await record("ID3 one");
    await settled();
    expect(asked).toEqual([]);
    await transcribe(ids.bob, file);
    await settled();
    const sent = { key: "Bearer a-speech-key", model: "small-ears", format: "json", name: "recording.mp3" };
    expect(asked).toEqual([{ ...sent, bytes: "ID3 one" }]);
    expect(await heard(message)).toEqual({ state: "done", text: "We meet at the old harbour." });
    expect(fixture.log.join("")).not.toMatch(/old harbour|a-speech-key|private name/);
  });

  test("SPEECH-2 whoever reads it may ask, and twice is as once", async () => {
    const { file } = await record();
    expect(await outcomeOf(transcribe(ids.carol, file))).toBe("not_found");
    expect(await outcomeOf(transcribe(ids.bob, 2 ** 40))).toBe("not_found");
    for (const who of [ids.bob, ids.alice, ids.bob]) await transcribe(who, file);
    await settled();
    await transcribe(ids.alice, file);
    await settled();
    expect(asked.length).toBe(1);
    const { file: words } = await record("words in a file");
    expect(await outcomeOf(transcribe(ids.bob, words))).toBe("invalid");
    const closed = await record();
    await does(ids.alice, "room.archive", { room, archived: true });
    expect(await outcomeOf(transcribe(ids.bob, closed.file))).toBe("forbidden");
    await does(ids.alice, "room.archive", { room, archived: false });
  });

  test("SPEECH-3 that it waits, and what was heard, are told by events that are no edits", async () => {
    const { message, file } = await record();
    const { head } = await does(ids.bob, "room.get", { room });
    const answer = await transcribe(ids.bob, file);
    expect([answer.id, answer.files?.[0]?.transcript]).toEqual([message, { state: "waiting" }]);
    const { events: first } = await does(ids.alice, "room.events", { room, after: head });
    expect(first).toMatchObject([
      {
        kind: "message.transcribed",
        by: ids.bob,
        message: { files: [{ transcript: { state: "waiting" } }] },
      },
    ]);
    await settled();
    const { events } = await does(ids.alice, "room.events", { room, after: head + 1 });
    expect(events).toMatchObject([{ kind: "message.transcribed", message: { id: message, version: 3 } }]);
    expect((await does(ids.bob, "message.get", { message })).edited_at).toBeUndefined();
  });

  test("SPEECH-3 after a stop it goes on, and of several nodes one asks", async () => {
    const { message, file } = await record();
    await transcribe(ids.bob, file);
    await Promise.all([settled(fixture.restarted()), settled(fixture.restarted())]);
    expect([(await heard(message))?.state, asked.length]).toEqual(["done", 1]);
  });

  test("SPEECH-4 a message is found by what is said in it, and no longer once it is deleted", async () => {
    answers.push(() => Response.json({ text: "The lighthouse keeper sleeps" }));
    const { message, file } = await record(undefined, "Listen to this");
    const index = () => fixture.context.writer.write((tx) => indexSlice(tx));
    await index();
    expect(await found("lighthouse")).toEqual([]);
    await transcribe(ids.bob, file);
    await settled();
    expect(await found("lighthouse")).toEqual([message]);
    await index();
    expect(await found("lighthouse keeper")).toEqual([message]);
    const { hits } = await does(ids.bob, "message.search", { text: "lighthouse listen", room });
    expect(hits.map(({ highlights }) => highlights)).toEqual([[[0, 6]]]);
    await does(ids.alice, "message.edit", { message, text: "Hear this" });
    await index();
    expect([await found("lighthouse"), await found("listen")]).toEqual([[message], []]);
    await does(ids.alice, "message.delete", { message });
    await index();
    expect(await found("lighthouse")).toEqual([]);
  });

  test("SPEECH-4 of what is deleted while it is listened to nothing is kept", async () => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    answers.push(() => promise);
    const { message, file } = await record();
    await transcribe(ids.bob, file);
    const making = settled();
    while (asked.length === 0) await Bun.sleep(1);
    await does(ids.alice, "message.delete", { message });
    resolve(Response.json({ text: "Too late for this" }));
    await making;
    expect(await found("late")).toEqual([]);
    expect(await heard(message)).toBeUndefined();
    const { database } = fixture.context;
    expect(await database.rows(database.build.selectFrom("transcriptions").selectAll())).toEqual([]);
  });

  test("SPEECH-5 where the service does not answer it is asked again, then given up until somebody asks", async () => {
    const down = () => new Response("", { status: 503 });
    answers.push(down, down, down);
    const { message, file } = await record();
    await transcribe(ids.bob, file);
    await settled();
    expect((await heard(message))?.state).toBe("waiting");
    for (const wait of [10_000, 120_000]) {
      fixture.store.clock.advance(wait);
      await settled();
    }
    expect([await heard(message), asked.length]).toEqual([{ state: "failed" }, 3]);
    await transcribe(ids.alice, file);
    await settled();
    expect((await heard(message))?.state).toBe("done");
    answers.push(() => Response.json({ error: "no such format" }, { status: 400 }));
    const other = await record();
    await transcribe(ids.bob, other.file);
    await settled();
    expect(await heard(other.message)).toEqual({ state: "failed" });
  });

  test("SPEECH-5 that there is no service, and that it is not there, are told apart", async () => {
    const state = async () => (await does(ids.bob, "transcription.state", {})).state;
    site.put("/v1/models", () => Response.json({ data: [] }));
    expect(await state()).toBe("ready");
    site.put("/v1/models", () => new Response("", { status: 502 }));
    expect(await state()).toBe("unreachable");
    const { context } = fixture;
    const { transcriber } = context;
    const { file } = await record();
    context.transcriber = null;
    expect([await state(), (await refusalOf(transcribe(ids.bob, file))).code]).toEqual(["off", "forbidden"]);
    context.transcriber = transcriber;
  });
});
