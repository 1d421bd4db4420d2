import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import { type TestApp, testApp } from "../../testing/app.ts";
import { outcomeOf } from "../../testing/failures.ts";
import { picture } from "../../testing/pictures.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { readUnsent } from "../files/files.ts";
import { bindUploads, type Received, receiveUpload, uploadProgress } from "./uploads.ts";

const megabyte = 2 ** 20;

onEveryEngine((engine) => {
  let app: TestApp;
  beforeEach(async () => {
    const environment = { MAX_UPLOAD_MB: "1", PERSON_STORAGE_MB: "2", SERVER_STORAGE_MB: "3" };
    app = await testApp({ engine, environment });
  });
  afterEach(() => app.close());

  const bodyOf = (...parts: (Uint8Array<ArrayBuffer> | string)[]) => new Blob(parts).stream();
  const receive = (received: Partial<Received>) =>
    receiveUpload(app.context, app.people.alice.actor, {
      name: "notes.txt",
      body: bodyOf("hello"),
      announced: null,
      ...received,
    });
  const kept = async () => {
    const folders = ["uploads", "files"].map((name) => join(app.context.config.dataDir, name));
    return (await Promise.all(folders.map((folder) => readdir(folder).catch(() => [])))).flat().length;
  };
  const used = async () => {
    const { database } = app.context;
    return database.rows(
      database.build.selectFrom("storage_use").select(["user_id", "bytes"]).orderBy("user_id"),
    );
  };
  const usedBy = (bytes: number) => [
    { user_id: 0, bytes },
    { user_id: app.people.alice.id, bytes },
  ];

  test("FILE-13 what was announced is taken, and what was not needed is given back", async () => {
    const whole = await receive({ announced: 700_000, name: "../a.txt" });
    expect(whole).toMatchObject({ offset: 5, size: 5, type: "text/plain", name: ".._a.txt" });
    expect(await used()).toEqual(usedBy(5));
    expect((await receive({ announced: null })).size).toBe(5);
    expect(await used()).toEqual(usedBy(10));
    const { alice } = app.people;
    expect((await uploadProgress(app.context, alice.actor, whole.id)).offset).toBe(5);
    const [bound] = await app.context.writer.write((tx) => bindUploads(tx, alice.id, [whole.id]));
    expect(bound).toMatchObject({ id: whole.id, size: 5 });
  });

  test("FILE-13 a picture is as one that came by tus: measured, and with a small one beside it", async () => {
    const png = await picture(900, 700);
    const { id, width, height } = await receive({
      body: bodyOf(png),
      accepts: (type) => type === "image/png",
    });
    expect([width, height]).toEqual([900, 700]);
    const { actor } = app.people.alice;
    const read = await readUnsent(app.context, actor, { upload: id, isSmall: false });
    expect(Buffer.compare(await new Response(read.bytes.stream()).bytes(), png)).toBe(0);
  });

  test("FILE-13 what breaks off, is empty, too large or of another kind leaves nothing", async () => {
    const breaking = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(100_000)),
      pull: (controller) => controller.error(new ChatError("invalid", "it breaks off")),
    });
    expect(await outcomeOf(receive({ body: breaking, announced: 200_000 }))).toBe("invalid");
    expect(await outcomeOf(receive({ body: bodyOf() }))).toBe("invalid");
    const large = bodyOf(new Uint8Array(megabyte + 1));
    expect(await outcomeOf(receive({ body: large }))).toBe("too_large");
    expect(await outcomeOf(receive({ body: bodyOf("hello"), announced: 3 }))).toBe("too_large");
    const isPicture = (type: string) => type.startsWith("image/");
    expect(await outcomeOf(receive({ name: "a.png", accepts: isPicture }))).toBe("unsupported");
    const bomb = Buffer.from(await picture(2, 2));
    bomb.writeUInt32BE(60_000, 16);
    expect(await outcomeOf(receive({ body: bodyOf(new Uint8Array(bomb)) }))).toBe("too_large");
    expect(await kept()).toBe(0);
    expect(await used()).toEqual(usedBy(0));
  });

  test("FILE-13 who has no room is told before the bytes are kept, also of many at once", async () => {
    const full = () => receive({ body: bodyOf(new Uint8Array(megabyte)), announced: megabyte });
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => outcomeOf(full())));
    expect(outcomes.sort()).toEqual(["done", "done", "full", "full"]);
    expect(await outcomeOf(receive({ announced: 1 }))).toBe("full");
    expect(await used()).toEqual(usedBy(2 * megabyte));
    expect(await kept()).toBe(2);
  });

  test("FILE-13 at most 100 wait for a message, as of all uploads", async () => {
    const many = await Promise.all(
      Array.from({ length: limits.openUploads + 2 }, () => outcomeOf(receive({ announced: 5 }))),
    );
    expect(many.filter((outcome) => outcome === "done")).toHaveLength(limits.openUploads);
    expect(many.filter((outcome) => outcome === "conflict")).toHaveLength(2);
  });

  test("FILE-14 is read by who sent it up, until a message takes it", async () => {
    const { alice, bob, admin } = app.people;
    const { id } = await receive({});
    const read = (person: typeof alice) =>
      readUnsent(app.context, person.actor, { upload: id, isSmall: false });
    const { bytes, file } = await read(alice);
    expect(await new Response(bytes.stream()).text()).toBe("hello");
    expect(file).toMatchObject({ name: "notes.txt", type: "text/plain", size: 5 });
    for (const other of [bob, admin]) expect(await outcomeOf(read(other))).toBe("not_found");
    await app.context.writer.write((tx) => bindUploads(tx, alice.id, [id]));
    expect(await outcomeOf(read(alice))).toBe("not_found");
  });
});
