import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { limits } from "@parley/protocol/limits";
import { tusBytes } from "@parley/protocol/uploads";
import { type TestApp, testApp } from "../../testing/app.ts";
import { eventually } from "../../testing/eventually.ts";
import { picture, withExif } from "../../testing/pictures.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { append, begin, tus, tusHeaders, uploaded, uploads } from "../../testing/uploads.ts";

onEveryEngine((engine) => {
  let app: TestApp;
  beforeEach(async () => {
    const environment = { MAX_UPLOAD_MB: "1", PERSON_STORAGE_MB: "2", SERVER_STORAGE_MB: "3" };
    app = await testApp({ engine, environment });
  });
  afterEach(() => app.close());

  const megabyte = 2 ** 20;
  const kept = async () => {
    const folders = ["uploads", "files"].map((name) => join(app.context.config.dataDir, name));
    return (await Promise.all(folders.map((folder) => readdir(folder).catch(() => [])))).flat().length;
  };
  const tell = (id: number, as = app.people.alice) => tus(app, "GET", `${uploads}/${id}`, { as });
  const codeOf = ({ status, body }: { status: number; body: { code?: string } | null }) => [
    status,
    body?.code,
  ];

  test("FILE-1 an upload goes by tus: begun, told how far it is, gone on with, whole", async () => {
    const { alice } = app.people;
    const options = await fetch(`${app.url}${uploads}`, { method: "OPTIONS" });
    expect(options.headers.get("tus-version")).toBe("1.0.0");
    expect(options.headers.get("tus-max-size")).toBe(String(megabyte));
    expect(options.headers.get("tus-extension")).toBe("creation,creation-with-upload,termination,expiration");
    const made = await begin(app, alice, 11, "grüße.txt");
    expect(made.status).toBe(201);
    const place = made.headers.get("location") ?? "";
    expect([place, made.headers.get("upload-offset")]).toEqual([`${uploads}/${made.body.id}`, "0"]);
    const part = await append(app, alice, made.body.id, { at: 0, body: "hello " });
    expect([part.status, part.headers.get("upload-offset")]).toEqual([204, "6"]);
    const head = await fetch(app.url + place, { method: "HEAD", headers: tusHeaders(alice) });
    const telling = ["upload-offset", "upload-length", "tus-resumable", "cache-control"];
    expect(telling.map((name) => head.headers.get(name))).toEqual(["6", "11", "1.0.0", "no-store"]);
    expect(Date.parse(head.headers.get("upload-expires") ?? "")).toBe(app.clock.now() + 24 * 3_600_000);
    expect((await append(app, alice, made.body.id, { at: 6, body: "world" })).status).toBe(204);
    expect((await tell(made.body.id)).body).toEqual({
      ...{ id: made.body.id, name: "grüße.txt", offset: 11, size: 11, type: "text/plain" },
    });
  });

  test("FILE-1 the first bytes may come with the beginning", async () => {
    const { alice } = app.people;
    const headers = { "upload-length": "5", "content-type": tusBytes };
    const made = await tus(app, "POST", uploads, { as: alice, headers, body: "hello" });
    expect([made.status, made.headers.get("upload-offset"), made.body.type]).toEqual([
      201,
      "5",
      "text/plain",
    ]);
  });

  test("FILE-1 what breaks the protocol or a limit is refused, and nothing is kept", async () => {
    const { alice } = app.people;
    const post = (headers: Record<string, string>) => tus(app, "POST", uploads, { as: alice, headers });
    expect(codeOf(await begin(app, alice, megabyte + 1))).toEqual([413, "too_large"]);
    expect(codeOf(await begin(app, alice, 0))).toEqual([422, "invalid"]);
    for (const length of ["", "-1", "1e3", "x", "9".repeat(20)]) {
      expect(codeOf(await post({ "upload-length": length }))).toEqual([422, "invalid"]);
    }
    expect(codeOf(await post({ "upload-defer-length": "1" }))).toEqual([422, "invalid"]);
    const other = await post({ "upload-length": "5", "tus-resumable": "0.2.2" });
    expect([other.status, other.headers.get("tus-version")]).toEqual([412, "1.0.0"]);
    expect((await tus(app, "POST", uploads, { as: null, headers: { "upload-length": "5" } })).status).toBe(
      401,
    );
    const { id } = (await begin(app, alice, 5)).body;
    const wrongType = { "upload-offset": "0", "content-type": "text/plain" };
    const patch = (headers: Record<string, string>, body: string) =>
      tus(app, "PATCH", `${uploads}/${id}`, { as: alice, headers, body });
    expect(codeOf(await patch(wrongType, "hello"))).toEqual([415, "unsupported"]);
    expect(codeOf(await append(app, alice, id, { at: 0, body: "too long" }))).toEqual([413, "too_large"]);
    expect(codeOf(await append(app, alice, id, { at: 2, body: "llo" }))).toEqual([409, "conflict"]);
    expect((await tell(id)).body.offset).toBe(0);
    expect(codeOf(await tell(2 ** 40))).toEqual([404, "not_found"]);
    expect((await tus(app, "GET", `${uploads}/..%2fx`, { as: alice })).status).toBe(404);
  });

  test("FILE-1 more than was announced is cut off, whatever length was told", async () => {
    const { alice } = app.people;
    const { id } = (await begin(app, alice, 70_000)).body;
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 10_000;
        if (sent > 400_000) controller.close();
        else controller.enqueue(new Uint8Array(10_000));
      },
    });
    expect(codeOf(await append(app, alice, id, { at: 0, body: endless }))).toEqual([413, "too_large"]);
    expect((await tell(id)).body.offset).toBeLessThanOrEqual(70_000);
  });

  test("FILE-1 a name is only shown: nothing in it leads anywhere or imitates another", async () => {
    const { alice } = app.people;
    const nameFor = async (name: string) => (await begin(app, alice, 1, name)).body.name;
    expect(await nameFor("../../etc/passwd")).toBe(".._.._etc_passwd");
    expect(await nameFor("photo\u202egnp.exe")).toBe("photo_gnp.exe");
    expect(await nameFor("a\u0000b\nc")).toBe("a_b_c");
    expect(await nameFor("  ")).toBe("file");
    expect(await nameFor("👩‍👩‍👧.png")).toBe("👩‍👩‍👧.png");
    const long = await nameFor(`${"x".repeat(400)}.tar.gz`);
    expect([long.length, long.endsWith("x.gz")]).toEqual([limits.fileName, true]);
  });

  test("FILE-1 at most 100 wait for a message, also of many at once", async () => {
    const { alice } = app.people;
    const many = await Promise.all(Array.from({ length: 102 }, () => begin(app, alice, 1)));
    expect(many.map(({ status }) => status).filter((status) => status === 201)).toHaveLength(100);
    expect(codeOf(await begin(app, alice, 1))).toEqual([409, "conflict"]);
    expect((await begin(app, app.people.bob, 1)).status).toBe(201);
  });

  test("FILE-2 who has no room is told before a byte travels, also of many at once; what goes makes room", async () => {
    const { alice, bob, carol } = app.people;
    const own = await Promise.all([1, 2, 3, 4].map(() => begin(app, alice, megabyte)));
    expect(own.map(({ status }) => status).sort()).toEqual([201, 201, 507, 507]);
    expect(own.find(({ status }) => status === 507)?.body.code).toBe("full");
    expect((await begin(app, bob, megabyte)).status).toBe(201);
    expect(codeOf(await begin(app, carol, 1))).toEqual([507, "full"]);
    const id = own.find(({ status }) => status === 201)?.body.id;
    expect((await tus(app, "DELETE", `${uploads}/${id}`, { as: alice })).status).toBe(204);
    expect((await begin(app, carol, megabyte)).status).toBe(201);
    expect(codeOf(await begin(app, alice, 1))).toEqual([507, "full"]);
  });

  test("FILE-3 an upload is its maker's: for others it is not there", async () => {
    const { alice, bob } = app.people;
    const { id } = (await begin(app, alice, 5)).body;
    expect(codeOf(await tell(id, bob))).toEqual([404, "not_found"]);
    expect(codeOf(await append(app, bob, id, { at: 0, body: "hello" }))).toEqual([404, "not_found"]);
    expect(codeOf(await tus(app, "DELETE", `${uploads}/${id}`, { as: bob }))).toEqual([404, "not_found"]);
    expect((await append(app, alice, id, { at: 0, body: "hello" })).status).toBe(204);
    expect((await tus(app, "DELETE", `${uploads}/${id}`, { as: alice })).status).toBe(204);
    expect(codeOf(await tell(id))).toEqual([404, "not_found"]);
    expect(await kept()).toBe(0);
  });

  /** Announces all of it, sends a part and leaves the connection open. */
  async function sendPart(id: number, announced: number, part: string) {
    const { port } = new URL(app.url);
    const socket = connect(Number(port), "127.0.0.1");
    const headers = tusHeaders(app.people.alice, {
      ...{ host: "127.0.0.1", "upload-offset": "0", "content-type": tusBytes },
      "content-length": String(announced),
    });
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`PATCH ${uploads}/${id} HTTP/1.1\r\n${lines.join("")}\r\n${part}`);
    const file = join(app.context.config.dataDir, "uploads");
    await eventually(async () => {
      const [name = "nothing"] = await readdir(file).catch(() => []);
      return Bun.file(join(file, name)).size === part.length;
    });
    return socket;
  }

  test("FILE-3 after a cut it goes on with what came", async () => {
    const { alice } = app.people;
    const { id } = (await begin(app, alice, 11)).body;
    (await sendPart(id, 11, "hello ")).destroy();
    expect((await tell(id)).body.offset).toBe(6);
    expect((await append(app, alice, id, { at: 6, body: "world" })).status).toBe(204);
    expect((await tell(id)).body.type).toBe("text/plain");
  });

  test("FILE-3 of two that go on with it the later does", async () => {
    const { alice } = app.people;
    const { id } = (await begin(app, alice, 11)).body;
    const hanging = await sendPart(id, 11, "hello ");
    expect((await append(app, alice, id, { at: 6, body: "world" })).status).toBe(204);
    hanging.destroy();
    expect((await tell(id)).body).toMatchObject({ offset: 11, type: "text/plain" });
  });

  test("FILE-3 a server that starts again knows how far it is", async () => {
    const { alice } = app.people;
    const { id } = (await begin(app, alice, 11)).body;
    await append(app, alice, id, { at: 0, body: "hello " });
    await app.restart();
    expect((await tell(id)).body.offset).toBe(6);
    // Stopped between the last byte and the note of it.
    await append(app, alice, id, { at: 6, body: "worl" });
    const { context } = app;
    const { key = "" } =
      (await context.database.first(
        context.database.build.selectFrom("uploads").select("key").where("id", "=", id),
      )) ?? {};
    await context.growing.append(key, new Blob(["d"]).stream(), { at: 10, most: 11 });
    await context.growing.finish(key);
    expect((await tell(id)).body).toMatchObject({ offset: 11, type: "text/plain" });
  });

  test("FILE-4 what no message took goes after a day, with its bytes and its room", async () => {
    const { alice } = app.people;
    const half = (await begin(app, alice, 11)).body.id;
    await append(app, alice, half, { at: 0, body: "hello " });
    const whole = await uploaded(app, alice, "all of it");
    app.clock.advance(24 * 3_600_000 - 1);
    const again = await app.signIn("alice");
    app.app.sweeper.tidy();
    await app.app.sweeper.settled();
    expect([(await tell(half, again)).status, await kept()]).toEqual([200, 2]);
    app.clock.advance(1);
    const late = await app.signIn("alice");
    // Nobody may use it any longer, even before it is swept.
    expect((await tell(whole, late)).status).toBe(404);
    app.app.sweeper.tidy();
    await app.app.sweeper.settled();
    expect(await kept()).toBe(0);
    for (const _ of [1, 2]) expect((await begin(app, late, megabyte)).status).toBe(201);
  });

  test("FILE-5 what a file is, is told from its bytes", async () => {
    const { alice } = app.people;
    const png = await picture(30, 20);
    const jpeg = new Uint8Array(await new Bun.Image(png).jpeg().bytes());
    const webp = new Uint8Array(await new Bun.Image(png).webp().bytes());
    const typed = async (bytes: Uint8Array<ArrayBuffer> | string, name: string) => {
      const { body } = await tell(await uploaded(app, alice, bytes, name));
      return [body.type, body.width, body.height].filter((each) => each !== undefined);
    };
    expect(await typed(png, "a.txt")).toEqual(["image/png", 30, 20]);
    expect(await typed(jpeg, "a.png")).toEqual(["image/jpeg", 30, 20]);
    expect(await typed(withExif(jpeg, 6), "turned.jpg")).toEqual(["image/jpeg", 20, 30]);
    expect(await typed(webp, "a")).toEqual(["image/webp", 30, 20]);
    expect(await typed("<svg xmlns='http://www.w3.org/2000/svg'/>", "a.png")).toEqual(["text/plain"]);
    expect(await typed("%PDF-1.7", "a.jpg")).toEqual(["application/pdf"]);
    expect(await typed(new Uint8Array([0, 1, 2]), "a.png")).toEqual(["application/octet-stream"]);
  });

  test("FILE-5 a picture that would fill the memory is refused by its header, and not kept", async () => {
    const { alice } = app.people;
    const bytes = Buffer.from(await picture(2, 2));
    for (const [width, height] of [
      [60_000, 60_000],
      [1, 20_000],
    ] as const) {
      bytes.writeUInt32BE(width, 16);
      bytes.writeUInt32BE(height, 20);
      const { id } = (await begin(app, alice, bytes.length)).body;
      const answered = await append(app, alice, id, { at: 0, body: new Uint8Array(bytes) });
      expect(codeOf(answered)).toEqual([413, "too_large"]);
      expect(codeOf(await tell(id))).toEqual([404, "not_found"]);
    }
    expect(await kept()).toBe(0);
  });
});
