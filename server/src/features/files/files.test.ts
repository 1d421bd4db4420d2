import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { limits } from "@parley/protocol/limits";
import type { Message } from "@parley/protocol/messages";
import { type Person, type TestApp, testApp } from "../../testing/app.ts";
import { liveSocket } from "../../testing/live-socket.ts";
import { picture, withExif } from "../../testing/pictures.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { planOf } from "../../testing/tables.ts";
import { begin, tus, uploaded, uploads } from "../../testing/uploads.ts";
import { fileFor } from "./files-rows.ts";

onEveryEngine((engine) => {
  let app: TestApp;
  beforeEach(async () => {
    app = await testApp({ engine });
  });
  afterEach(() => app.close());

  const kept = () => readdir(join(app.context.config.dataDir, "files")).catch(() => []);
  const send = (as: Person, room: number, body: object) =>
    app.ask("POST", `/api/v2/rooms/${room}/messages`, { as, body });
  const withFiles = async (as: Person, room: number, ids: readonly number[], more: object = {}) => {
    const { status, body } = await send(as, room, {
      files: ids.map((upload) => ({ upload })),
      text: "",
      ...more,
    });
    if (status !== 201) throw new Error(`not sent: ${JSON.stringify(body)}`);
    return body as Message;
  };
  const read = (as: Person, file: number, headers: Record<string, string> = {}) =>
    fetch(`${app.url}/api/v2/files/${file}`, {
      headers: { authorization: `Bearer ${as.accessToken}`, ...headers },
    });
  const swept = async () => {
    await app.app.sweeper.settled();
    return (await kept()).length;
  };
  const idOf = (message: Message, place = 0) => message.files?.[place]?.id ?? 0;

  test("FILE-6 a message carries files and needs no text; everybody hears of them, pages and searches show them", async () => {
    const { alice, bob } = app.people;
    const { design } = app.rooms;
    const socket = await liveSocket(app.url, bob);
    const one = await uploaded(app, alice, await picture(30, 20), "photo.png");
    const two = await uploaded(app, alice, await picture(40, 20), "other.png");
    const files = [{ upload: two, name: "../renamed.png", alt: " A green field " }, { upload: one }];
    const { body: message } = await send(alice, design.id, { files, text: "", client_id: "one" });
    const shown = [
      { name: ".._renamed.png", type: "image/png", width: 40, height: 20, alt: "A green field" },
      { name: "photo.png", type: "image/png", width: 30, height: 20 },
    ];
    expect(message).toMatchObject({ type: "image", text: "", files: shown });
    const heard = await socket.until("event", ({ event }) => event.kind === "message.sent");
    expect(heard.event).toMatchObject({ message: { files: message.files } });
    const page = await app.ask("GET", `/api/v2/rooms/${design.id}/messages`, { as: bob });
    expect(page.body.messages.at(-1).files).toEqual(message.files);
    const found = await app.ask("GET", "/api/v2/search?type=image", { as: bob });
    expect(found.body.hits[0].message.files).toEqual(message.files);
    const both = await app.ask("GET", "/api/v2/search?has=image,file&text=field", { as: bob });
    expect(both.body.hits[0].files).toEqual([{ file: idOf(message), name: [], alt: [[8, 13]] }]);
    const again = await send(alice, design.id, { files, text: "", client_id: "one" });
    expect([again.status, again.body]).toEqual([201, message]);
    const other = await send(alice, design.id, { files: [{ upload: one }], text: "", client_id: "one" });
    expect(other.body.code).toBe("conflict");
  });

  test("FILE-6 what a message is called depends on what it carries", async () => {
    const { alice } = app.people;
    const ids = [await uploaded(app, alice, await picture(3, 2)), await uploaded(app, alice, "some words")];
    expect((await withFiles(alice, app.rooms.lobby.id, ids)).type).toBe("file");
    const sound = await uploaded(app, alice, "OggS and more");
    expect((await withFiles(alice, app.rooms.lobby.id, [sound])).type).toBe("audio");
  });

  test("FILE-6 an upload is taken once, by its maker, when it is all there; else nothing is stored", async () => {
    const { alice, bob } = app.people;
    const { lobby } = app.rooms;
    const codeFor = async (as: Person, ids: readonly number[], more: object = {}) =>
      (await send(as, lobby.id, { files: ids.map((upload) => ({ upload })), text: "", ...more })).body.code;
    const mine = await uploaded(app, alice, "mine");
    const half = (await begin(app, alice, 10)).body.id;
    const { head } = (await app.ask("GET", `/api/v2/rooms/${lobby.id}/messages`, { as: alice })).body;
    expect(await codeFor(bob, [mine])).toBe("invalid");
    expect(await codeFor(alice, [half])).toBe("invalid");
    expect(await codeFor(alice, [mine, mine])).toBe("invalid");
    expect(await codeFor(alice, [mine, 2 ** 40])).toBe("invalid");
    expect(await codeFor(alice, [])).toBe("invalid");
    const eleven = Array.from({ length: limits.messageFiles + 1 }, (_, index) => index + 1);
    expect(await codeFor(alice, eleven)).toBe("invalid");
    const page = await app.ask("GET", `/api/v2/rooms/${lobby.id}/messages`, { as: alice });
    expect(page.body.head).toBe(head);
    const sent = await Promise.all(
      [1, 2, 3].map(() => send(alice, lobby.id, { files: [{ upload: mine }], text: "" })),
    );
    expect(sent.map(({ status }) => status).sort()).toEqual([201, 422, 422]);
    expect(await codeFor(alice, [mine])).toBe("invalid");
    expect((await tus(app, "DELETE", `${uploads}/${mine}`, { as: alice })).status).toBe(404);
  });

  test("FILE-6 who may not write takes nothing, and what was refused can be sent elsewhere", async () => {
    const { carol } = app.people;
    const id = await uploaded(app, carol, "carol's");
    expect((await send(carol, app.rooms.design.id, { files: [{ upload: id }], text: "" })).status).toBe(404);
    const own = (await app.ask("POST", "/api/v2/rooms/direct", { as: carol, body: { user: carol.id } })).body;
    expect((await withFiles(carol, own.id, [id])).files).toHaveLength(1);
  });

  test("FILE-4 an upload whose time is over is sent no more, even before it is swept", async () => {
    const { alice } = app.people;
    const id = await uploaded(app, alice, "too late");
    app.clock.advance(24 * 3_600_000);
    const later = await app.signIn("alice");
    const body = { files: [{ upload: id }], text: "" };
    expect((await send(later, app.rooms.lobby.id, body)).body.code).toBe("invalid");
  });

  test("MSG-5 a text beside files may be taken away, and the files stay", async () => {
    const { alice } = app.people;
    const id = await uploaded(app, alice, "words in a file");
    const message = await withFiles(alice, app.rooms.lobby.id, [id], { text: "look" });
    const edit = (text: string, of: number) =>
      app.ask("PATCH", `/api/v2/messages/${of}`, { as: alice, body: { text } });
    expect((await edit("", message.id)).body).toMatchObject({ text: "", files: message.files ?? [] });
    const plain = (await send(alice, app.rooms.lobby.id, { text: "words" })).body;
    expect((await edit("", plain.id)).body.code).toBe("invalid");
  });

  test("FILE-7 with the message its files are gone, and their bytes and room", async () => {
    const { alice, bob } = app.people;
    const id = await uploaded(app, alice, "soon gone");
    const message = await withFiles(alice, app.rooms.design.id, [id], { text: "look" });
    expect((await read(bob, idOf(message))).status).toBe(200);
    expect((await app.ask("DELETE", `/api/v2/messages/${message.id}`, { as: alice })).status).toBe(204);
    expect((await read(bob, idOf(message))).status).toBe(404);
    const gone = (await app.ask("GET", `/api/v2/messages/${message.id}`, { as: bob })).body;
    expect(gone.files).toBeUndefined();
    expect(await swept()).toBe(0);
    const { database } = app.context;
    const used = await database.rows(database.build.selectFrom("storage_use").select("bytes"));
    expect(used.map(({ bytes }) => bytes)).toEqual([0, 0]);
  });

  test("FILE-7 with the room its files are gone", async () => {
    const { alice } = app.people;
    const id = await uploaded(app, alice, "soon gone");
    const message = await withFiles(alice, app.rooms.design.id, [id]);
    expect((await app.ask("DELETE", `/api/v2/rooms/${app.rooms.design.id}`, { as: alice })).status).toBe(204);
    expect((await read(alice, idOf(message))).status).toBe(404);
    expect(await swept()).toBe(0);
  });

  test("FILE-7 bytes that nothing names go after an hour, the others stay", async () => {
    const { alice } = app.people;
    const id = await uploaded(app, alice, "kept");
    const message = await withFiles(alice, app.rooms.design.id, [id]);
    await app.context.files.put("lost", new Uint8Array([1]));
    const tidied = async () => {
      app.app.sweeper.tidy();
      return swept();
    };
    expect(await tidied()).toBe(2);
    // The clock of the disk is not ours: what was written there bears the real time.
    app.clock.set(Math.max(Date.now(), app.clock.now()) + 3_700_000);
    expect(await tidied()).toBe(1);
    expect((await read(await app.signIn("alice"), idOf(message))).status).toBe(200);
  });

  test("FILE-8 a forwarded message carries its own files; the bytes go with the last", async () => {
    const { alice, bob } = app.people;
    const id = await uploaded(app, alice, "passed on", "note.txt");
    const message = await withFiles(alice, app.rooms.design.id, [id], { text: "look" });
    const forward = async (client_id: string) =>
      app.ask("POST", `/api/v2/rooms/${app.rooms.aliceBob.id}/forwards`, {
        as: bob,
        body: { messages: [message.id], client_id },
      });
    const [copy] = (await forward("one")).body.messages as Message[];
    if (!copy) throw new Error("nothing was forwarded");
    expect(copy).toMatchObject({ type: "file", text: "look", files: [{ name: "note.txt", size: 9 }] });
    expect(idOf(copy)).not.toBe(idOf(message));
    expect((await forward("one")).body.messages).toEqual([copy]);
    await app.ask("DELETE", `/api/v2/messages/${message.id}`, { as: alice });
    expect(await swept()).toBe(1);
    expect((await read(alice, idOf(message))).status).toBe(404);
    expect(await (await read(alice, idOf(copy))).text()).toBe("passed on");
    await app.ask("DELETE", `/api/v2/messages/${copy.id}`, { as: bob });
    expect(await swept()).toBe(0);
  });

  test("FILE-8 forwarded and deleted at once, a message that is there has its bytes", async () => {
    const { alice, bob } = app.people;
    for (let round = 0; round < 10; round++) {
      const id = await uploaded(app, alice, `round ${round}`);
      const message = await withFiles(alice, app.rooms.design.id, [id]);
      const forwards = Array.from({ length: 3 }, (_, index) =>
        app.ask("POST", `/api/v2/rooms/${app.rooms.lobby.id}/forwards`, {
          as: bob,
          body: { messages: [message.id], client_id: `${round}-${index}` },
        }),
      );
      const [, ...answers] = await Promise.all([
        app.ask("DELETE", `/api/v2/messages/${message.id}`, { as: alice }),
        ...forwards,
      ]);
      await app.app.sweeper.settled();
      for (const { status, body } of answers) {
        expect([201, 404]).toContain(status);
        if (status === 201) expect((await read(bob, idOf(body.messages[0]))).status).toBe(200);
      }
    }
  });

  test("FILE-9 a file is read by whoever is in its room now, and is not there for anybody else", async () => {
    const { alice, bob, carol, admin } = app.people;
    const id = await uploaded(app, alice, "for the room");
    const message = await withFiles(alice, app.rooms.design.id, [id]);
    const file = idOf(message);
    for (const person of [alice, bob]) expect((await read(person, file)).status).toBe(200);
    for (const person of [carol, admin]) expect((await read(person, file)).status).toBe(404);
    expect((await fetch(`${app.url}/api/v2/files/${file}`)).status).toBe(401);
    await app.ask("DELETE", `/api/v2/rooms/${app.rooms.design.id}/members/${bob.id}`, { as: alice });
    expect((await read(bob, file)).status).toBe(404);
    expect((await read(alice, 2 ** 40)).status).toBe(404);
  });

  test("FILE-9 an address is for one file and one session, ends with it, and asks for the right each time", async () => {
    const { alice, bob, carol } = app.people;
    const ids = [await uploaded(app, alice, "one"), await uploaded(app, alice, "two")];
    const message = await withFiles(alice, app.rooms.design.id, ids);
    const [one, two] = [idOf(message, 0), idOf(message, 1)];
    const linksFor = async (as: Person) =>
      (await app.ask("GET", `/api/v2/files/links?files=${one},${two}`, { as })).body.links as {
        file: number;
        url: string;
      }[];
    const links = await linksFor(bob);
    expect(links.map(({ file }) => file)).toEqual([one, two]);
    expect(await linksFor(carol)).toEqual([]);
    const url = links[0]?.url ?? "";
    const look = async (address: string) => (await fetch(app.url + address)).status;
    expect(await (await fetch(app.url + url)).text()).toBe("one");
    expect(await look(url.replace(`/${one}/`, `/${two}/`))).toBe(401);
    expect(await look(url.replace(/.$/, (last) => (last === "A" ? "B" : "A")))).toBe(401);
    expect(await look(url.replace(/key=.*/, "key="))).toBe(401);
    expect(await linksFor(bob)).toEqual(links);
    app.clock.advance(2 * 3_600_000);
    expect(await look(url)).toBe(401);
    const later = await app.signIn("bob");
    const fresh = (await linksFor(later))[0]?.url ?? "";
    expect(await look(fresh)).toBe(200);
    await app.ask("POST", "/api/v2/sessions/end", { as: later, body: {} });
    expect(await look(fresh)).toBe(401);
    const third = await app.signIn("bob");
    const [last] = await linksFor(third);
    const owner = await app.signIn("alice");
    await app.ask("DELETE", `/api/v2/rooms/${app.rooms.design.id}/members/${bob.id}`, { as: owner });
    expect(await look(last?.url ?? "")).toBe(404);
    expect(app.log.join("\n")).not.toContain("key=");
  });

  test("FILE-10 no file is taken for what it is not, run, or kept by others", async () => {
    const { alice } = app.people;
    const served = async (bytes: Uint8Array<ArrayBuffer> | string, name: string) => {
      const id = await uploaded(app, alice, bytes, name);
      const { headers } = await read(alice, idOf(await withFiles(alice, app.rooms.lobby.id, [id])));
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toMatch(/^default-src 'none';.* sandbox$/);
      expect(headers.get("cache-control")).toStartWith("private");
      return [headers.get("content-type"), headers.get("content-disposition")?.split(";")[0]];
    };
    const saved = ["application/octet-stream", "attachment"];
    expect(await served(await picture(3, 2), "a.html")).toEqual(["image/png", "inline"]);
    expect(await served("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "a.svg")).toEqual(saved);
    expect(await served("<!doctype html><script>alert(1)</script>", "a.png")).toEqual(saved);
    expect(await served("%PDF-1.7 /JavaScript", "a.pdf")).toEqual(saved);
    const polyglot = "GIF89a/*\u0001\u0000\u0001\u0000*/=1;alert(1)";
    expect(await served(polyglot, "a.js")).toEqual(["image/gif", "inline"]);
  });

  test("FILE-10 a name comes as it was given, whatever it is called in the address", async () => {
    const { alice } = app.people;
    const id = await uploaded(app, alice, "x", `a "quoted"; naïve'(1)*.txt`);
    const file = idOf(await withFiles(alice, app.rooms.lobby.id, [id]));
    const { headers } = await fetch(`${app.url}/api/v2/files/${file}/other.exe`, {
      headers: { authorization: `Bearer ${alice.accessToken}` },
    });
    expect(headers.get("content-disposition")).toBe(
      "attachment; filename*=UTF-8''a%20%22quoted%22%3B%20na%C3%AFve%27%281%29%2a.txt",
    );
  });

  test("FILE-11 a part is had by its range, and a copy that is right is not sent again", async () => {
    const { alice } = app.people;
    const id = await uploaded(app, alice, "0123456789");
    const file = idOf(await withFiles(alice, app.rooms.lobby.id, [id]));
    const part = async (range: string, more: Record<string, string> = {}) => {
      const response = await read(alice, file, { range, ...more });
      return [response.status, await response.text(), response.headers.get("content-range")];
    };
    expect(await part("bytes=2-4")).toEqual([206, "234", "bytes 2-4/10"]);
    expect(await part("bytes=7-")).toEqual([206, "789", "bytes 7-9/10"]);
    expect(await part("bytes=-3")).toEqual([206, "789", "bytes 7-9/10"]);
    expect(await part("bytes=5-99")).toEqual([206, "56789", "bytes 5-9/10"]);
    expect(await part("bytes=10-")).toEqual([416, "", "bytes */10"]);
    for (const odd of ["bytes=4-2", "bytes=0-1,3-4", "lines=1-2", "bytes=-"]) {
      expect(await part(odd)).toEqual([200, "0123456789", null]);
    }
    const whole = await read(alice, file);
    const etag = whole.headers.get("etag") ?? "";
    expect([whole.headers.get("accept-ranges"), whole.headers.get("content-length")]).toEqual([
      "bytes",
      "10",
    ]);
    const again = await read(alice, file, { "if-none-match": `"x", ${etag}` });
    expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", etag]);
    expect((await read(alice, file, { "if-none-match": '"x"' })).status).toBe(200);
    expect(await part("bytes=2-4", { "if-range": etag })).toEqual([206, "234", "bytes 2-4/10"]);
    expect((await part("bytes=2-4", { "if-range": '"x"' }))[0]).toBe(200);
    const head = await fetch(`${app.url}/api/v2/files/${file}`, {
      method: "HEAD",
      headers: { authorization: `Bearer ${alice.accessToken}` },
    });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, "10"]);
  });

  test("FILE-12 of a large picture a small one is kept, with nothing of its bytes, and goes with it", async () => {
    const { alice, carol } = app.people;
    const noise = crypto.getRandomValues(new Uint8Array(3));
    const drawn = await picture(1_600, 800, (x, y) => [
      (x * y) & 0xff,
      (x ^ (y * 7)) & 0xff,
      noise[0] ?? 0,
      255,
    ]);
    const jpeg = withExif(await new Bun.Image(drawn).jpeg({ quality: 95 }).bytes(), 6);
    const message = await withFiles(alice, app.rooms.design.id, [await uploaded(app, alice, jpeg)]);
    const look = (as: Person) =>
      fetch(`${app.url}/api/v2/files/${idOf(message)}/x?small`, {
        headers: { authorization: `Bearer ${as.accessToken}` },
      });
    expect(message.files?.[0]).toMatchObject({ width: 800, height: 1_600 });
    const small = await look(alice);
    const bytes = await small.bytes();
    expect([small.headers.get("content-type"), bytes.length < jpeg.length]).toEqual(["image/webp", true]);
    expect(await new Bun.Image(bytes).metadata()).toMatchObject({ width: 300, height: 600 });
    expect(Buffer.from(bytes).includes("GPS")).toBe(false);
    expect((await look(carol)).status).toBe(404);
    const whole = await read(alice, idOf(message));
    expect(whole.headers.get("etag")).not.toBe(small.headers.get("etag"));
    expect((await whole.bytes()).length).toBe(jpeg.length);
    // Neither is lost as long as the message is there.
    app.clock.set(Math.max(Date.now(), app.clock.now()) + 3_700_000);
    app.app.sweeper.tidy();
    expect(await swept()).toBe(2);
    const again = await app.signIn("alice");
    await app.ask("DELETE", `/api/v2/messages/${message.id}`, { as: again });
    expect(await swept()).toBe(0);
  });

  test("FILE-12 a picture that cannot be unpacked is read as it is", async () => {
    const { alice } = app.people;
    const broken = new Uint8Array(200_000);
    broken.set((await picture(30, 20)).slice(0, 60));
    const message = await withFiles(alice, app.rooms.design.id, [await uploaded(app, alice, broken)]);
    const found = await fetch(`${app.url}/api/v2/files/${idOf(message)}/x?small`, {
      headers: { authorization: `Bearer ${alice.accessToken}` },
    });
    expect([found.headers.get("content-type"), (await found.bytes()).length]).toEqual(["image/png", 200_000]);
  });

  test("FILE-6 files are found by key", async () => {
    const { database } = app.context;
    const plan = await planOf(database, fileFor({ id: 1, user: 1 }));
    expect(plan).not.toMatch(/SCAN (files|uploads|messages|members)|Seq Scan/);
  });
});
