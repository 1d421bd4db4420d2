import { afterAll, beforeAll, expect, test } from "bun:test";
import { createECDH } from "node:crypto";
import { type PushService, startPushService } from "../testing/push-sink.ts";
import { seededBytes, testClock } from "../testing/store.ts";
import { Egress } from "./egress.ts";
import { arePushKeys, browserServices, mostPushBytes, outcomeOf, Push } from "./push.ts";
import { encryptPush, sealed } from "./push-encryption.ts";

let service: PushService;
beforeAll(async () => {
  service = await startPushService();
});
afterAll(() => service.stop());

const clock = testClock();
function pushOf(options: { services?: string[]; secretKey?: string } = {}): Push {
  const egress = new Egress({ allow: [service.host] });
  const by = { secretKey: "a secret of thirty-two bytes: 01", services: ["127.0.0.1"], ...options };
  return new Push({
    ...by,
    subject: "https://chat.example.org",
    egress,
    clock,
    randomBytes: seededBytes("push"),
  });
}

const message = { text: JSON.stringify({ kind: "test" }), ttl: 60, urgency: "high", topic: "room" } as const;

test("PUSH-1 the text of RFC 8291 (appendix A) is encrypted to the bytes given there", () => {
  const sender = createECDH("prime256v1");
  sender.setPrivateKey(Buffer.from("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw", "base64url"));
  const keys = {
    p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    auth: "BTBZMqHH6r4Tts7J_aSIgg",
  };
  const salt = Buffer.from("DGv6ra1nlYgDCS1FRnbzlw", "base64url");
  const text = Buffer.from("When I grow up, I want to be a watermelon");
  expect(Buffer.from(sealed({ text, keys, sender, salt, length: 0 })).toString("base64url")).toBe(
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
  );
});

test("PUSH-1 only the browser can read what is sent, and only who has the key can have sent it", async () => {
  const push = pushOf();
  const browser = service.browser({ serverKey: push.publicKey });
  const target = { endpoint: browser.endpoint, ...browser.keys };
  expect(await push.send(target, message)).toEqual({ kind: "sent" });
  expect(service.refused).toEqual([]);
  expect(browser.got.map(({ text }) => text)).toEqual([{ kind: "test" }]);
  expect(browser.got[0]?.headers).toMatchObject({ ttl: "60", urgency: "high", topic: "room" });
  // The same key after a restart, another for another secret.
  expect(pushOf().publicKey).toBe(push.publicKey);
  const other = pushOf({ secretKey: "another secret of thirty-two by2" });
  expect(await other.send(target, message)).toMatchObject({ kind: "refused" });
  expect(service.refused).toEqual(["another server's key"]);
});

test("PUSH-1 how long a text is cannot be told from outside, and none is too large for a service", () => {
  const { keys } = service.browser();
  const sizeOf = (length: number) =>
    encryptPush(new Uint8Array(length), keys, seededBytes("sizes")).byteLength;
  expect(new Set([1, 50, 150, 255].map(sizeOf)).size).toBe(1);
  expect(sizeOf(mostPushBytes)).toBe(4_096);
  expect(() => sizeOf(mostPushBytes + 1)).toThrow();
});

test("PUSH-1 keys that are none are told", () => {
  const { keys } = service.browser();
  expect(arePushKeys(keys)).toBe(true);
  for (const wrong of [
    "",
    "AAAA",
    `${keys.p256dh.slice(0, -4)}AAAA`,
    Buffer.alloc(65, 4).toString("base64url"),
  ]) {
    expect([wrong, arePushKeys({ ...keys, p256dh: wrong })]).toEqual([wrong, false]);
  }
  expect(arePushKeys({ ...keys, auth: "short" })).toBe(false);
});

test("PUSH-2 nothing is sent but to the services that the admin has named", async () => {
  const named = pushOf({ services: [...browserServices] });
  for (const endpoint of [
    "https://fcm.googleapis.com/fcm/send/x",
    "https://updates.push.services.mozilla.com/wpush/v2/x",
    "https://web.push.apple.com/x",
    "https://db5p.notify.windows.com/w/?token=x",
  ]) {
    expect([endpoint, named.isKnown(endpoint)]).toEqual([endpoint, true]);
  }
  for (const endpoint of [
    "https://fcm.googleapis.com.example.org/x",
    "https://evilfcm.googleapis.com/x",
    "https://push.apple.com.example.org/",
    "https://xnotify.windows.com/",
    "http://fcm.googleapis.com/",
    "https://alice:secret@fcm.googleapis.com/",
    "https://127.0.0.1/",
    "nothing",
  ]) {
    expect([endpoint, named.isKnown(endpoint)]).toEqual([endpoint, false]);
  }
  const browser = service.browser();
  expect(await named.send({ endpoint: browser.endpoint, ...browser.keys }, message)).toMatchObject({
    kind: "gone",
  });
  expect(browser.got).toEqual([]);
});

test("PUSH-3 what a service answers is understood", async () => {
  const push = pushOf();
  const browser = service.browser();
  const target = { endpoint: browser.endpoint, ...browser.keys };
  const answered = async (status: number, headers: Record<string, string> = {}) => {
    browser.answer(status, headers);
    return push.send(target, message);
  };
  for (const status of [404, 410]) expect((await answered(status)).kind).toBe("gone");
  for (const status of [400, 401, 403, 413, 302]) expect((await answered(status)).kind).toBe("refused");
  for (const status of [408, 429, 500, 502, 503]) {
    expect(await answered(status)).toMatchObject({ kind: "later", after: null });
  }
  expect(await answered(429, { "retry-after": "90" })).toMatchObject({ after: 90 });
  const date = new Date(clock.now() + 60_000).toUTCString();
  expect(await answered(503, { "retry-after": date })).toMatchObject({ after: 60 });
  expect(await answered(503, { "retry-after": "999999999" })).toMatchObject({ after: 21_600 });
  expect(await answered(503, { "retry-after": "soon" })).toMatchObject({ after: null });
  const none = new Map<string, string>();
  expect(outcomeOf({ status: 200, headers: none, body: new Uint8Array() }, { now: 0 }).kind).toBe("sent");
  await service.stop();
  expect(await push.send(target, message)).toMatchObject({ kind: "later" });
});
