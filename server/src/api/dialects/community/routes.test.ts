import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Person, type TestApp, testApp } from "../../../testing/app.ts";
import { type DescribedApi, describedApi } from "../../../testing/described.ts";
import { passwordOf } from "../../../testing/people.ts";

let app: TestApp;
let api: DescribedApi;
beforeAll(async () => {
  app = await testApp({ environment: { PUSH_SERVICES: "push.example" } });
  api = await describedApi(app);
});
afterAll(() => app?.close());

/** A form with one file, as text. */
function form(bytes: string): { body: string; headers: Record<string, string> } {
  const disposition = 'Content-Disposition: form-data; name="file"; filename="a"';
  const body = `--x\r\n${disposition}\r\n\r\n${bytes}\r\n--x--\r\n`;
  return { body, headers: { "content-type": "multipart/form-data; boundary=x" } };
}

/** The first bytes of a file of each kind. */
const beginnings = {
  image: "GIF89a\u0001\u0000\u0001\u0000;",
  audio: "OggS",
  video: "....ftypmp42....",
  file: "text",
};

/** Of nobody's browser. */
const keys = {
  p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  auth: "BTBZMqHH6r4Tts7J_aSIgg",
};

test("DIALECT-2 every route of community was seen to answer what it is described as", async () => {
  const { alice, bob } = app.people;
  const ask = async (method: string, path: string, body?: unknown, as: Person = alice) => {
    const answered = await api.ask(method, path, { as, body });
    expect([method, path, answered.status < 400]).toEqual([method, path, true]);
    return answered.body;
  };
  await api.ask("POST", "/auth/login", { body: { username: "alice", password: passwordOf("alice") } });
  await ask("GET", "/users/me");
  const room = `/chat/rooms/${(await ask("POST", "/chat/rooms", { name: "Youth" })).id}`;
  await ask("POST", "/chat/rooms", { room_type: "direct", member_ids: [bob.id] });
  await ask("GET", "/chat/rooms");
  await ask("PUT", room, { name: "The youth" });
  await ask("POST", `${room}/members/${bob.id}`, {});
  await ask("GET", room);
  const { id } = await ask("POST", `${room}/messages`, { content: "hello" });
  const message = `/chat/messages/${id}`;
  const scheduled_at = new Date(app.clock.now() + 60_000).toISOString();
  const later = await ask("POST", `${room}/messages`, { content: "later", scheduled_at });
  expect((await ask("GET", "/chat/messages/scheduled")).messages).toEqual([later]);
  await ask("DELETE", `/chat/messages/scheduled/${later.id}`);
  await ask("PUT", message, { content: "hello there" });
  await ask("GET", `${message}/history`);
  await ask("POST", `${message}/reactions`, { emoji: "👍" });
  await ask("POST", `${room}/pins/${id}`);
  await ask("GET", `${room}/pins`);
  await ask("DELETE", `${room}/pins/${id}`);
  for (const [kind, bytes] of Object.entries(beginnings)) {
    const made = await api.ask("POST", `/chat/upload/${kind}`, { as: alice, ...form(bytes) });
    expect([kind, made.status]).toEqual([kind, 201]);
    expect(await ask("GET", `/chat/uploads/${made.body.file_id}`)).toBe(bytes);
    await ask("POST", `${room}/messages`, { file_id: made.body.file_id });
  }
  await ask("GET", `${room}/messages`);
  await ask("POST", "/chat/search", { query: "hello" });
  await ask("GET", `/chat/presence/${bob.id}`);
  await ask("PUT", "/chat/presence", { is_online: true });
  await ask("POST", `/chat/users/${bob.id}/block`);
  await ask("DELETE", `/chat/users/${bob.id}/block`);
  await ask("POST", `/chat/users/${bob.id}/report`, { reason: "spam" });
  const subscriptions = "/chat/push/subscriptions";
  await ask("POST", subscriptions, { endpoint: "https://push.example/alice", keys });
  expect((await ask("GET", subscriptions)).subscriptions).toHaveLength(1);
  await ask("DELETE", subscriptions);
  expect(await ask("GET", subscriptions)).toEqual({ public_key: expect.any(String), subscriptions: [] });
  await ask("DELETE", message);
  await ask("DELETE", `${room}/members/${bob.id}`);
  await ask("DELETE", room);
  for (const page of [
    "/static/chat.html",
    "/chat/ws/test",
    "/chat/ws/test/page.css",
    "/chat/ws/test/page.js",
  ])
    await ask("GET", page);
  expect(api.unseen("community")).toEqual([]);
});
