import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { limits } from "@parley/protocol/limits";
import { type Person, type TestApp, testApp } from "../../testing/app.ts";
import { liveSocket } from "../../testing/live-socket.ts";
import { picture, pixelsOf, red } from "../../testing/pictures.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { forgetLostAvatars } from "./avatars.ts";

onEveryEngine((engine) => {
  let app: TestApp;
  beforeEach(async () => {
    app = await testApp({ engine });
  });
  afterEach(() => app.close());

  const path = "/api/v2/me/avatar";
  const folder = () => join(app.context.config.dataDir, "avatars");
  const kept = async () => (await readdir(folder()).catch(() => [])).toSorted();

  async function give(
    person: Person | null,
    bytes: BodyInit | null,
    { type = "image/png", query = "" } = {},
  ): Promise<{ status: number; body: { avatar: string; code: string } }> {
    const headers = new Headers(person ? { authorization: `Bearer ${person.accessToken}` } : {});
    if (type !== "") headers.set("content-type", type);
    const response = await fetch(`${app.url}${path}${query}`, { method: "PUT", headers, body: bytes });
    return { status: response.status, body: (await response.json()) as { avatar: string; code: string } };
  }

  const look = (name: string) => fetch(`${app.url}/api/v2/avatars/${name}`);

  test("AVATAR-1 a picture is kept as a square WebP, and everybody hears its name", async () => {
    const { alice, bob } = app.people;
    expect((await app.ask("GET", "/api/v2/me", { as: alice })).body.avatar).toBeNull();
    const given = await give(alice, await picture(300, 200, () => red));
    expect(given.status).toBe(200);
    const { avatar } = given.body;
    expect(avatar).toMatch(/^[A-Za-z0-9_-]{22}$/);
    for (const [by, where] of [
      [alice, "/api/v2/me"],
      [bob, `/api/v2/users/${alice.id}`],
    ] as const) {
      expect((await app.ask("GET", where, { as: by })).body.avatar).toBe(avatar);
    }
    const { users } = (await app.ask("GET", `/api/v2/users?ids=${alice.id}`, { as: bob })).body;
    expect(users[0].avatar).toBe(avatar);
    const pixels = await pixelsOf(await (await look(avatar)).bytes());
    expect([pixels.width, pixels.height]).toEqual([256, 256]);
  });

  test("AVATAR-2 another picture has another name, and the one before is gone; so is one taken away", async () => {
    const { alice } = app.people;
    const socket = await liveSocket(app.url, alice);
    const first = (await give(alice, await picture(64, 64))).body.avatar;
    await socket.until("user_event", ({ event }) => event.kind === "user.updated");
    const second = (await give(alice, await picture(64, 64))).body.avatar;
    expect(second).not.toBe(first);
    expect(await kept()).toEqual([second]);
    expect([(await look(first)).status, (await look(second)).status]).toEqual([404, 200]);
    for (let round = 0; round < 2; round++) {
      const { status, body } = await app.ask("DELETE", path, { as: alice });
      expect([status, body.avatar]).toEqual([200, null]);
    }
    expect(await kept()).toEqual([]);
    expect((await look(second)).status).toBe(404);
    await socket.settled();
    const events = socket.frames.flatMap((each) => (each.type === "user_event" ? [each.event.kind] : []));
    expect(events).toEqual(["user.updated", "user.updated", "user.updated"]);
  });

  test("AVATAR-3 only the person themselves, only a picture, only so often", async () => {
    const { alice, bob } = app.people;
    const whole = await picture(64, 64);
    expect((await give(null, whole)).status).toBe(401);
    expect((await give(alice, whole.slice(0, 50))).body.code).toBe("invalid");
    expect((await give(alice, "<svg/>")).body.code).toBe("unsupported");
    expect((await give(alice, null, { type: "" })).body.code).toBe("invalid");
    expect(await kept()).toEqual([]);
    let code = "";
    for (let times = 0; times < 30 && code !== "rate_limited"; times++) {
      ({ code } = (await give(alice, "no picture")).body);
    }
    expect(code).toBe("rate_limited");
    expect((await give(bob, whole)).status).toBe(200);
    app.clock.advance(3_600_000);
    expect((await give(await app.signIn("alice"), whole)).status).toBe(200);
  });

  test("AVATAR-3 what could not be stored leaves no picture behind", async () => {
    const { writer } = app.context;
    const { write } = writer;
    writer.write = () => Promise.reject(new Error("the store is away"));
    expect((await give(app.people.alice, await picture(64, 64))).status).toBe(500);
    writer.write = write;
    expect(await kept()).toEqual([]);
  });

  test("AVATAR-4 whoever knows its name sees it, and no browser takes it for anything else", async () => {
    const { avatar } = (await give(app.people.alice, await picture(64, 64))).body;
    const { status, headers } = await look(avatar);
    expect(status).toBe(200);
    const telling = [...["content-type", "cache-control", "content-security-policy"]];
    expect(telling.map((name) => headers.get(name))).toEqual([
      "image/webp",
      "private, max-age=31536000, immutable",
      "default-src 'none'; sandbox",
    ]);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    const head = await fetch(`${app.url}/api/v2/avatars/${avatar}`, { method: "HEAD" });
    expect([head.status, Number(head.headers.get("content-length")) > 0]).toEqual([200, true]);
    const astray = ["A".repeat(22), `${avatar}x`, "..%2f..%2fserver", "%00", "%2e%2e", avatar.toLowerCase()];
    for (const name of astray.filter((each) => each !== avatar)) expect((await look(name)).status).toBe(404);
  });

  test("AVATAR-5 a picture that nobody has goes after an hour; the others stay", async () => {
    const { avatar } = (await give(app.people.alice, await picture(64, 64))).body;
    const lost = "lostlostlostlostlostlo";
    await app.context.avatars.put(lost, new Uint8Array([1]));
    await forgetLostAvatars(app.context);
    expect(await kept()).toEqual([avatar, lost].toSorted());
    app.clock.advance(3_600_000);
    await forgetLostAvatars(app.context);
    expect(await kept()).toEqual([avatar]);
    expect((await look(avatar)).status).toBe(200);
  });

  test("REST-18 a body of bytes is of a named type and size, and comes over REST alone", async () => {
    const { alice } = app.people;
    const whole = await picture(64, 64);
    for (const type of ["text/plain", "application/json", "", "image/svg+xml"]) {
      expect((await give(alice, whole, { type })).body.code).toBe("unsupported");
    }
    expect((await give(alice, whole, { type: "image/png; x=y" })).status).toBe(200);
    expect((await give(alice, new Uint8Array(limits.pictureBytes + 1))).body.code).toBe("too_large");
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)),
    });
    expect((await give(alice, endless)).body.code).toBe("too_large");
    expect((await give(alice, whole, { query: "?user=2" })).body.code).toBe("invalid");
    const socket = await liveSocket(app.url, alice);
    const answer = await socket.do("avatar.set", {});
    expect(answer).toMatchObject({ type: "failed", error: { code: "unsupported", retry: "no" } });
  });
});
