import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { type Person, type TestApp, testApp } from "../../../testing/app.ts";
import { eventually } from "../../../testing/eventually.ts";
import { picture } from "../../../testing/pictures.ts";

let app: TestApp;
beforeAll(async () => {
  app = await testApp({ environment: { MAX_UPLOAD_MB: "1", PERSON_STORAGE_MB: "2" } });
});
afterAll(() => app?.close());

const megabyte = 2 ** 20;
const wav = Buffer.concat([Buffer.from("RIFF\x24\0\0\0WAVEfmt "), new Uint8Array(100)]);
const webm = Buffer.concat([Buffer.from("\x1a\x45\xdf\xa3", "latin1"), Buffer.from("....webm....")]);
const mp4 = Buffer.from("\0\0\0\x18ftypmp42....", "latin1");

async function upload(as: Person | null, kind: string, bytes: Uint8Array | string, name = "a.bin") {
  const body = new FormData();
  const part = typeof bytes === "string" ? bytes : new Uint8Array(bytes);
  body.append("file", new Blob([part], { type: "image/png" }), name);
  return send(as, kind, { body });
}

async function send(as: Person | null, kind: string, init: RequestInit) {
  const headers = { ...init.headers, ...(as && { authorization: `Bearer ${as.accessToken}` }) };
  const answered = await fetch(`${app.url}/chat/upload/${kind}`, { method: "POST", ...init, headers });
  return { status: answered.status, body: await answered.json() };
}

const kept = async () => {
  const folders = ["uploads", "files"].map((name) => join(app.context.config.dataDir, name));
  return (await Promise.all(folders.map((folder) => readdir(folder).catch(() => [])))).flat().length;
};

test("DIALECT-44 what is sent up is told from its bytes, and is welcome where it belongs", async () => {
  const { alice } = app.people;
  const png = await picture(30, 20);
  const sent = await upload(alice, "image", png, "grüße 😀.txt");
  expect([sent.status, sent.body]).toEqual([
    201,
    {
      ...{ file_id: expect.any(Number), name: "grüße 😀.txt", mime_type: "image/png", size: png.length },
      ...{ url: `/chat/uploads/${sent.body.file_id}`, width: 30, height: 20 },
      thumbnail_url: `/chat/uploads/${sent.body.file_id}?small=1`,
      ...{ duration: null, waveform: null, transcription: null },
    },
  ]);
  const statusOf = async (kind: string, bytes: Uint8Array | string) =>
    (await upload(alice, kind, bytes, "a.png")).status;
  const kinds = ["image", "audio", "video", "file"];
  const welcome = async (bytes: Uint8Array | string) =>
    (await Promise.all(kinds.map(async (kind) => [kind, await statusOf(kind, bytes)] as const)))
      .filter(([, status]) => status === 201)
      .map(([kind]) => kind);
  expect(await welcome(png)).toEqual(["image", "file"]);
  expect(await welcome(wav)).toEqual(["audio", "file"]);
  for (const film of [webm, mp4]) expect(await welcome(film)).toEqual(["audio", "video", "file"]);
  expect(await welcome("<svg xmlns='http://www.w3.org/2000/svg'/>")).toEqual(["file"]);
  expect(await statusOf("image", "no picture")).toBe(415);
});

test("DIALECT-44 what is refused, and what breaks off, leaves nothing", async () => {
  const { alice, carol } = app.people;
  const before = await kept();
  expect((await upload(null, "file", "hello")).status).toBe(401);
  expect((await upload(carol, "file", new Uint8Array(megabyte + 1))).status).toBe(413);
  const endless = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(Buffer.from(formHead("file"))),
    pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)),
  });
  const type = { "content-type": `multipart/form-data; boundary=${boundary}` };
  expect((await send(carol, "file", { body: endless, headers: type })).status).toBe(413);
  const empty = await upload(carol, "file", "");
  expect([empty.status, typeof empty.body.detail[0].msg]).toEqual([422, "string"]);
  expect((await send(carol, "file", { body: "x", headers: { "content-type": "text/plain" } })).status).toBe(
    415,
  );
  const without = new FormData();
  without.append("note", "no file");
  expect((await send(carol, "file", { body: without })).body.detail[0].loc).toEqual(["body", "file"]);
  const half = `${formHead("file")}half of it`;
  expect((await send(carol, "file", { body: half, headers: type })).status).toBe(422);
  expect(await kept()).toBe(before);
  expect((await upload(carol, "file", new Uint8Array(megabyte))).status).toBe(201);
  expect((await upload(carol, "file", new Uint8Array(megabyte))).status).toBe(201);
  expect((await upload(carol, "file", "x")).status).toBe(507);
  expect((await upload(alice, "file", "x")).status).toBe(201);
});

const boundary = "----FormBoundary7MA4YWxk";
const formHead = (field: string) =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="a.bin"\r\n\r\n`;

test("DIALECT-44 a connection that is cut leaves nothing, and its room is given back", async () => {
  const { bob } = app.people;
  const before = await kept();
  const growing = join(app.context.config.dataDir, "uploads");
  const socket = connect(Number(new URL(app.url).port), "127.0.0.1");
  const head = formHead("file");
  const lines = [
    "POST /chat/upload/file HTTP/1.1",
    "host: 127.0.0.1",
    `authorization: Bearer ${bob.accessToken}`,
    `content-type: multipart/form-data; boundary=${boundary}`,
    `content-length: ${megabyte}`,
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n${head}${"x".repeat(300_000)}`);
  await eventually(async () => (await readdir(growing).catch(() => [])).length > 0);
  socket.destroy();
  await eventually(async () => (await kept()) === before);
  await eventually(async () => {
    const { database } = app.context;
    const use = database.build.selectFrom("storage_use").select("bytes").where("user_id", "=", bob.id);
    return (await database.first(use))?.bytes === 0;
  });
  expect(app.log.filter((line) => line.includes("request.failed"))).toEqual([]);
});

test("DIALECT-45 a message is what its file is, whatever it was called", async () => {
  const { alice, bob } = app.people;
  const room = `/chat/rooms/${app.rooms.design.id}/messages`;
  const post = (as: Person, body: object) => app.ask("POST", room, { as, body });
  const { file_id } = (await upload(alice, "image", await picture(30, 20), "photo.png")).body;
  expect((await post(alice, { content: "look", message_type: "image" })).body.detail[0].loc).toEqual([
    "body",
    "file_id",
  ]);
  const foreign = await post(bob, { content: "mine now", file_id });
  expect([foreign.status, foreign.body.detail[0].loc.slice(0, 2)]).toEqual([422, ["body", "file_id"]]);
  const sent = await post(alice, { message_type: "file", file_id });
  expect([sent.status, sent.body]).toMatchObject([
    201,
    {
      ...{ content: "", message_type: "image" },
      file: { name: "photo.png", mime_type: "image/png", width: 30, height: 20 },
    },
  ]);
  expect(sent.body.files).toEqual([sent.body.file]);
  expect((await post(alice, { file_id })).status).toBe(422);
});

test("DIALECT-43 a search finds a message by what its file is called", async () => {
  const { alice, bob, carol } = app.people;
  const room = `/chat/rooms/${app.rooms.design.id}/messages`;
  const { file_id } = (await upload(alice, "file", "some words", "Kingfisher_Survey-2026.csv")).body;
  const sent = await app.ask("POST", room, { as: alice, body: { content: "see here", file_id } });
  const found = async (as: Person, body: object) => {
    const answer = await app.ask("POST", "/chat/search", { as, body });
    return answer.body.messages.map(({ id }: { id: unknown }) => id);
  };
  for (const query of ["kingfisher", "survey 2026", "Kingfisher_Survey-2026.csv", "here kingfisher"]) {
    expect(await found(bob, { query })).toEqual([sent.body.id]);
    expect(await found(bob, { query, message_type: "file" })).toEqual([sent.body.id]);
    expect(await found(bob, { query, message_type: "image" })).toEqual([]);
    expect(await found(carol, { query })).toEqual([]);
  }
});

test("DIALECT-45 a file is read at its path without a token, by whoever is in the room", async () => {
  const { alice, bob, carol } = app.people;
  const room = `/chat/rooms/${app.rooms.design.id}`;
  const { file_id, url, thumbnail_url } = (await upload(alice, "image", await picture(900, 700))).body;
  const readUnsent = (as: Person, path: string) =>
    fetch(app.url + path, { headers: { authorization: `Bearer ${as.accessToken}` } });
  for (const path of [url, thumbnail_url]) expect((await readUnsent(alice, path)).status).toBe(200);
  for (const other of [bob, carol]) expect((await readUnsent(other, url)).status).toBe(404);
  await app.ask("POST", `${room}/messages`, { as: alice, body: { content: "look", file_id } });
  expect((await readUnsent(alice, url)).status).toBe(404);
  const { body } = await app.ask("GET", `${room}/messages?limit=1`, { as: bob });
  const { file } = body.messages[0];
  const read = await fetch(app.url + file.url);
  expect([read.status, read.headers.get("content-type")]).toEqual([200, "image/png"]);
  expect((await read.bytes()).length).toBe(file.size);
  expect((await fetch(app.url + file.thumbnail_url)).status).toBe(200);
  await app.ask("DELETE", `${room}/members/${bob.id}`, { as: alice });
  expect((await fetch(app.url + file.url)).status).toBe(404);
  await app.ask("POST", `${room}/members/${bob.id}`, { as: alice });
});
