import { createDecipheriv, createECDH, createPublicKey, hkdfSync } from "node:crypto";
import { jwtVerify } from "jose";
import { freePort } from "./ports.ts";

/** A browser's end of one subscription. */
export interface PushBrowser {
  endpoint: string;
  keys: { p256dh: string; auth: string };
  /** What has come, decrypted. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
  got: { text: any; headers: Record<string, string> }[];
  /** How the service answers from now on: 201 unless told. */
  answer(status: number, headers?: Record<string, string>): void;
  /** Keeps its answers back until `release`. */
  hold(): void;
  release(): void;
  /** How many requests wait for that. */
  held(): number;
}

/** A push service on this machine: it takes what a real one takes, and refuses what a real one refuses. */
export interface PushService {
  host: string;
  /** Settings by which a server may reach it. */
  environment: { PUSH_SERVICES: string; EGRESS_ALLOW: string };
  browser(options?: { serverKey?: string }): PushBrowser;
  /** Requests that it refused, and why. */
  refused: string[];
  stop(): Promise<void>;
}

interface Device extends PushBrowser {
  open(body: Uint8Array): string;
  serverKey: string | undefined;
  gate: PromiseWithResolvers<void> | null;
  waiting: number;
  respond: { status: number; headers: Record<string, string> };
}

export async function startPushService(): Promise<PushService> {
  const devices = new Map<string, Device>();
  const refused: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: await freePort(),
    async fetch(request) {
      const device = devices.get(new URL(request.url).pathname);
      if (!device) return new Response(null, { status: 404 });
      const body = await request.bytes();
      device.waiting++;
      await device.gate?.promise;
      device.waiting--;
      const { status, headers } = device.respond;
      if (status !== 201) return new Response(null, { status, headers });
      const fault = await faultOf(request, device, body);
      if (fault) {
        refused.push(fault);
        return new Response(fault, { status: 400 });
      }
      device.got.push({ text: JSON.parse(device.open(body)), headers: Object.fromEntries(request.headers) });
      return new Response(null, { status: 201 });
    },
  });
  const host = `127.0.0.1:${server.port}`;
  return {
    ...{ host, refused },
    environment: { PUSH_SERVICES: "127.0.0.1", EGRESS_ALLOW: host },
    browser({ serverKey } = {}) {
      const path = `/push/${crypto.randomUUID()}`;
      const device = newDevice(`http://${host}${path}`, serverKey);
      devices.set(path, device);
      return device;
    },
    async stop() {
      for (const device of devices.values()) device.release();
      await server.stop(true);
    },
  };
}

function newDevice(endpoint: string, serverKey: string | undefined): Device {
  const pair = createECDH("prime256v1");
  const point = pair.generateKeys();
  const auth = crypto.getRandomValues(Buffer.alloc(16));
  const device: Device = {
    ...{ endpoint, serverKey, got: [], gate: null, waiting: 0 },
    keys: { p256dh: point.toString("base64url"), auth: auth.toString("base64url") },
    respond: { status: 201, headers: {} },
    answer(status, headers = {}) {
      device.respond = { status, headers };
    },
    hold: () => {
      device.gate = Promise.withResolvers<void>();
    },
    release: () => {
      device.gate?.resolve();
      device.gate = null;
    },
    held: () => (device.gate ? device.waiting : 0),
    open: (body) => opened(body, { pair, point, auth }),
  };
  return device;
}

/** RFC 8291, from the browser's side. */
function opened(
  body: Uint8Array,
  mine: { pair: ReturnType<typeof createECDH>; point: Buffer; auth: Buffer },
) {
  const bytes = Buffer.from(body);
  const salt = bytes.subarray(0, 16);
  if (bytes.readUInt32BE(16) < bytes.length - 86) throw new Error("a record is longer than its header says");
  if (bytes[20] !== 65) throw new Error("the sender's key has another length");
  const theirs = bytes.subarray(21, 86);
  const derive = (secret: Uint8Array, by: Uint8Array, info: Buffer, length: number) =>
    Buffer.from(hkdfSync("sha256", secret, by, info, length));
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), mine.point, theirs]);
  const secret = derive(mine.pair.computeSecret(theirs), mine.auth, info, 32);
  const key = derive(secret, salt, Buffer.from("Content-Encoding: aes128gcm\0"), 16);
  const nonce = derive(secret, salt, Buffer.from("Content-Encoding: nonce\0"), 12);
  const cipher = createDecipheriv("aes-128-gcm", key, nonce);
  cipher.setAuthTag(bytes.subarray(-16));
  const padded = Buffer.concat([cipher.update(bytes.subarray(86, -16)), cipher.final()]);
  const end = padded.findLastIndex((byte) => byte !== 0);
  if (padded[end] !== 2) throw new Error("the text has no end");
  return padded.subarray(0, end).toString();
}

/** What a service checks before it takes a push (RFC 8030, 8188, 8292). */
async function faultOf(request: Request, device: Device, body: Uint8Array): Promise<string | null> {
  const { headers } = request;
  const [, token = "", key = ""] =
    /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(headers.get("authorization") ?? "") ?? [];
  if (device.serverKey !== undefined && key !== device.serverKey) return "another server's key";
  const point = Buffer.from(key, "base64url");
  if (point.length !== 65) return "no key";
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString("base64url"));
  const publicKey = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" } as never);
  const audience = new URL(request.url).origin;
  const checked = await jwtVerify(token, publicKey, {
    ...{ audience, algorithms: ["ES256"], currentDate: new Date(0) },
  }).catch((error: Error) => error);
  if (checked instanceof Error) return `the signature: ${checked.message}`;
  if (!/^(?:https?:\/\/|mailto:)/.test(checked.payload.sub ?? "")) return "nobody to turn to";
  if (request.method !== "POST") return "no POST";
  if (headers.get("content-encoding") !== "aes128gcm") return "another encoding";
  if (!/^\d+$/.test(headers.get("ttl") ?? "")) return "no TTL";
  if (!/^[\w-]{1,32}$/.test(headers.get("topic") ?? "none")) return "a topic that is none";
  if (body.byteLength > 4_096) return "too large";
  return null;
}
