import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type TestApp, testApp } from "../../testing/app.ts";
import { picture } from "../../testing/pictures.ts";
import { freshBucket, swiftMissing } from "../../testing/swift.ts";
import { append, begin, uploaded } from "../../testing/uploads.ts";

describe.skipIf(swiftMissing)("files in a bucket", () => {
  let app: TestApp;
  beforeAll(async () => {
    const { endpoint, bucket, accessKeyId, secretAccessKey } = await freshBucket();
    const environment = {
      ...{ S3_ENDPOINT: endpoint, S3_BUCKET: bucket },
      ...{ S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey },
    };
    app = await testApp({ environment });
  });
  afterAll(() => app?.close());

  const send = (uploads: number[]) =>
    app.ask("POST", `/api/v2/rooms/${app.rooms.design.id}/messages`, {
      as: app.people.alice,
      body: { text: "Look", files: uploads.map((upload) => ({ upload })) },
    });
  const read = (file: number, more = "", headers: Record<string, string> = {}) =>
    fetch(`${app.url}/api/v2/files/${file}${more}`, {
      headers: { authorization: `Bearer ${app.people.bob.accessToken}`, ...headers },
    });

  test("FILE-15 an upload goes on after a restart, is sent, and read whole or in part", async () => {
    const { alice } = app.people;
    const { id } = (await begin(app, alice, 11, "notes.txt")).body;
    expect((await append(app, alice, id, { at: 0, body: "hello " })).status).toBe(204);
    await app.restart();
    expect((await append(app, alice, id, { at: 6, body: "world" })).status).toBe(204);
    const { status, body } = await send([id]);
    expect([status, body.files[0].name]).toEqual([201, "notes.txt"]);
    const file = body.files[0].id;
    expect(await (await read(file)).text()).toBe("hello world");
    const part = await read(file, "", { range: "bytes=6-8" });
    expect([part.status, await part.text()]).toEqual([206, "wor"]);
    const { dataDir } = app.context.config;
    for (const folder of ["uploads", "files"])
      expect(await readdir(join(dataDir, folder)).catch(() => [])).toEqual([]);
  });

  test("FILE-15 of a large picture the small one is there too, and both go with the message", async () => {
    const noise = (x: number, y: number) =>
      [(x * 73 + y * 151) & 255, (x * y) & 255, (x ^ y) & 255, 255] as const;
    const bytes = await picture(1_000, 800, noise);
    const { body } = await send([await uploaded(app, app.people.alice, bytes, "tent.jpg")]);
    const file = body.files[0].id;
    const small = await read(file, "?small=1");
    expect([small.status, small.headers.get("content-type")]).toEqual([200, "image/webp"]);
    expect((await small.bytes()).length).toBeLessThan(bytes.length);
    const names = async () => (await Array.fromAsync(app.context.files.list())).length;
    const before = await names();
    await app.ask("DELETE", `/api/v2/messages/${body.id}`, { as: app.people.alice });
    expect((await read(file)).status).toBe(404);
    while ((await names()) > before - 2) await Bun.sleep(20);
  });
});

describe.skipIf(swiftMissing)("a bucket that is not there", () => {
  test("FILE-15 stops the start and says what to mend", async () => {
    const { endpoint, accessKeyId, secretAccessKey } = await freshBucket();
    const environment = {
      ...{ S3_ENDPOINT: endpoint, S3_BUCKET: "nowhere" },
      ...{ S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey },
    };
    await expect(testApp({ environment })).rejects.toThrow("no bucket of the name in S3_BUCKET");
  });
});
