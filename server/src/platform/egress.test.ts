import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../testing/ports.ts";
import { Egress, type EgressFault, type EgressOptions, type Outgoing } from "./egress.ts";
import { isPublicAddress } from "./public-addresses.ts";

const publicName = "push.example";
let folder: string;
let authority: string;
let plain: ReturnType<typeof Bun.serve>;
let secure: ReturnType<typeof Bun.serve>;
let allow: string[];
const seen: string[] = [];

/** Bytes that never end. */
function endless(): Response {
  const pull = (controller: ReadableStreamDefaultController) => controller.enqueue(new Uint8Array(65_536));
  return new Response(new ReadableStream({ pull }));
}

async function answer(request: Request): Promise<Response> {
  const { pathname, host } = new URL(request.url);
  seen.push(`${request.method} ${host}${pathname} ${(await request.bytes()).length}`);
  if (pathname === "/elsewhere") return Response.redirect("http://127.0.0.1:1/", 302);
  if (pathname === "/endless") return endless();
  if (pathname === "/silent") return new Promise(() => undefined);
  if (pathname === "/large") return new Response(new Uint8Array(2 ** 20));
  return new Response("here", { status: 201, headers: { "retry-after": "7" } });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-egress-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const made = Bun.spawnSync([
    ...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
    ...["-keyout", key, "-out", cert, "-days", "2", "-subj", `/CN=${publicName}`],
    ...["-addext", `subjectAltName=DNS:${publicName}`],
  ]);
  if (!made.success) throw new Error(made.stderr.toString());
  authority = await Bun.file(cert).text();
  const tls = { key: Bun.file(key), cert: Bun.file(cert) };
  plain = Bun.serve({ hostname: "127.0.0.1", port: await freePort(), fetch: answer });
  secure = Bun.serve({ hostname: "127.0.0.1", port: await freePort(), tls, fetch: answer });
  allow = [`127.0.0.1:${plain.port}`, `${publicName}:${secure.port}`];
});
afterAll(async () => {
  await Promise.all([plain.stop(true), secure.stop(true)]);
  await rm(folder, { recursive: true, force: true });
});

function egress(options: Partial<EgressOptions> = {}): Egress {
  return new Egress({ allow, authority, resolve: async () => ["127.0.0.1"], ...options });
}

async function faultOf(
  out: Egress,
  url: string,
  more: Partial<Outgoing> = {},
): Promise<EgressFault | "none"> {
  return out.request({ url, method: "GET", ...more }).then(
    () => "none" as const,
    (error: { fault: EgressFault }) => error.fault,
  );
}

/** Ways to write an IPv4 address of four bytes that browsers and programs know. */
function spellings([a = 0, b = 0, c = 0, d = 0]: readonly number[]): string[] {
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const hex = (value: number) => value.toString(16);
  const pair = (high: number, low: number) => hex(high * 256 + low);
  const tail = `${pair(a, b)}:${pair(c, d)}`;
  const dotted = `${a}.${b}.${c}.${d}`;
  return [
    ...[dotted, `${dotted}.`, String(whole), `0x${hex(whole)}`, `0${whole.toString(8)}`],
    ...[`0x${hex(a)}.0x${hex(b)}.0x${hex(c)}.0x${hex(d)}`, `${a}.${b}.${c * 256 + d}`],
    ...[`0${a.toString(8)}.0${b.toString(8)}.0${c.toString(8)}.0${d.toString(8)}`],
    ...[
      `${a}.${(b * 256 + c) * 256 + d}`,
      `[::ffff:${dotted}]`,
      `[::ffff:${tail}]`,
      `[0:0:0:0:0:ffff:${tail}]`,
    ],
    ...[`[::${dotted}]`, `[64:ff9b::${tail}]`, `[64:ff9b::${dotted}]`, `[64:ff9b:1::${tail}]`],
    ...[`[2002:${tail}::1]`, `[2001:0:${tail}::]`, `[::ffff:0:${tail}]`, `[fe80::5efe:${tail}]`],
  ];
}

const inside4 = [
  ...[
    [0, 0, 0, 0],
    [0, 1, 2, 3],
    [10, 0, 0, 1],
    [10, 255, 255, 254],
    [100, 64, 0, 1],
    [100, 127, 255, 254],
  ],
  ...[
    [127, 0, 0, 1],
    [127, 1, 1, 1],
    [169, 254, 169, 254],
    [172, 16, 0, 1],
    [172, 31, 255, 254],
  ],
  ...[
    [192, 0, 0, 8],
    [192, 0, 2, 1],
    [192, 88, 99, 1],
    [192, 168, 0, 1],
    [192, 168, 255, 254],
  ],
  ...[
    [198, 18, 0, 1],
    [198, 19, 255, 254],
    [198, 51, 100, 1],
    [203, 0, 113, 1],
    [224, 0, 0, 1],
  ],
  ...[
    [239, 255, 255, 255],
    [240, 0, 0, 1],
    [255, 255, 255, 255],
  ],
] as const;
const inside6 = [
  ...["::", "::1", "fe80::1", "febf::1", "fec0::1", "fc00::1", "fd12:3456:789a::1", "ff02::1", "ff0e::1"],
  ...["100::1", "2001::1", "2001:10::1", "2001:20::1", "2001:db8::1", "3fff::1", "5f00::1", "2002::1"],
  ...["64:ff9b:1::1", "::ffff:0:0", "2001:0:53aa:64c::", "4000::1", "1::1", "e000::1"],
];
const outside4 = [
  [1, 1, 1, 1],
  [8, 8, 8, 8],
  [93, 184, 216, 34],
  [100, 63, 255, 255],
  [172, 32, 0, 1],
] as const;
const outside6 = [
  "2606:4700:4700::1111",
  "2a00:1450:4001:800::200e",
  "2620:fe::fe",
  "64:ff9b::808:808",
  "::ffff:8.8.8.8",
];

test("EGRESS-2 of more than 500 ways to write an address that is not public none is let through", () => {
  const out = egress({ allow: [] });
  const hosts = [...inside4.flatMap(spellings), ...inside6.map((each) => `[${each}]`)];
  const urls = hosts
    .flatMap((host) => [`https://${host}/`, `https://${host}:8443/`])
    .filter((url) => URL.canParse(url));
  expect(urls.length).toBeGreaterThan(500);
  const passed = urls.filter((url) => {
    try {
      out.check(url);
      // A name only looks like an address: what it resolves to is checked.
      return /^[\d.:[\]]/.test(new URL(url).hostname);
    } catch {
      return false;
    }
  });
  expect(passed).toEqual([]);
});

test("EGRESS-2 public addresses are, written in whatever way", () => {
  for (const [a, b, c, d] of outside4) expect(isPublicAddress(`${a}.${b}.${c}.${d}`)).toBe(true);
  for (const address of outside6) expect([address, isPublicAddress(address)]).toEqual([address, true]);
  for (const text of ["", "localhost", "fe80::1%eth0", "2606:4700::1%1", "1.2.3", "1.2.3.4.5"]) {
    expect([text, isPublicAddress(text)]).toEqual([text, false]);
  }
  const out = egress({ allow: [] });
  expect(out.check("https://134744072/").hostname).toBe("8.8.8.8");
  expect(out.check("https://[2606:4700:4700::1111]/").pathname).toBe("/");
});

test("EGRESS-1 only https without a password is asked for, unless the admin allowed the place", async () => {
  const out = egress();
  for (const url of ["http://example.org/", "ftp://example.org/", "file:///etc/passwd", "nothing", "//x"]) {
    expect([url, await faultOf(out, url)]).toEqual([url, "url"]);
  }
  expect(await faultOf(out, "https://alice:secret@example.org/")).toBe("url");
  expect(await faultOf(out, `https://example.org/${"x".repeat(3_000)}`)).toBe("url");
  const found = await out.request({ url: `http://127.0.0.1:${plain.port}/`, method: "GET" });
  expect([found.status, Buffer.from(found.body).toString()]).toEqual([201, "here"]);
});

test("EGRESS-1 what is allowed is one port of one host", async () => {
  seen.length = 0;
  const out = egress({ allow: [`127.0.0.1:${plain.port}`] });
  expect(await faultOf(out, `https://127.0.0.1:${secure.port}/`)).toBe("address");
  expect(await faultOf(out, `https://localhost:${plain.port}/`)).toBe("address");
  expect(await faultOf(egress({ allow: [] }), `https://127.0.0.1:${plain.port}/`)).toBe("address");
  expect(seen).toEqual([]);
});

test("EGRESS-3 a name with an address that is not public is refused, whatever else it has", async () => {
  for (const resolved of [
    ["127.0.0.1"],
    ["8.8.8.8", "10.0.0.1"],
    ["2606:4700:4700::1111", "::1"],
    ["fd00::1"],
  ]) {
    const out = egress({ allow: [], resolve: async () => resolved });
    expect(await faultOf(out, "https://push.example/")).toBe("address");
  }
  const unknown = egress({ allow: [], resolve: () => Promise.reject(new Error("unknown")) });
  expect(await faultOf(unknown, "https://push.example/")).toBe("network");
});

test("EGRESS-3 a name is resolved once: it cannot be another place by the time it is connected to", async () => {
  seen.length = 0;
  // Allowed by its name; the system knows no such name, so that it can only have come by the address it was given.
  let named = 0;
  const pinned = egress({ resolve: async () => (++named === 1 ? ["127.0.0.1"] : ["192.0.2.1"]) });
  const url = `https://${publicName}:${secure.port}/pinned`;
  expect((await pinned.request({ url, method: "POST", body: new Uint8Array(5) })).status).toBe(201);
  expect([named, seen]).toEqual([1, [`POST ${publicName}:${secure.port}/pinned 5`]]);
});

test("EGRESS-3 whoever answers must have the name's certificate", async () => {
  const other = egress({ allow: [`other.example:${secure.port}`] });
  expect(await faultOf(other, `https://other.example:${secure.port}/`)).toBe("network");
  const unknown = new Egress({ allow, resolve: async () => ["127.0.0.1"] });
  expect(await faultOf(unknown, `https://${publicName}:${secure.port}/`)).toBe("network");
});

test("EGRESS-3 another address of the name is tried where nobody answers at the first", async () => {
  const out = egress({ resolve: async () => ["127.0.0.9", "127.0.0.1"] });
  expect((await out.request({ url: `https://${publicName}:${secure.port}/`, method: "GET" })).status).toBe(
    201,
  );
});

test("EGRESS-4 a redirection is answered and not followed", async () => {
  const url = `http://127.0.0.1:${plain.port}/elsewhere`;
  const { status, headers } = await egress().request({ url, method: "POST" });
  expect([status, headers.get("location")]).toEqual([302, "http://127.0.0.1:1/"]);
});

test("EGRESS-5 an answer that is too large, too slow or without an end is cut off", async () => {
  const base = `http://127.0.0.1:${plain.port}`;
  expect((await egress().request({ url: `${base}/large`, method: "GET" })).body.length).toBe(2 ** 20);
  expect(await faultOf(egress(), `${base}/endless`)).toBe("size");
  expect(await faultOf(egress({ timeLimit: 100 }), `${base}/silent`)).toBe("time");
  const slowName = egress({ timeLimit: 100, resolve: () => new Promise(() => undefined) });
  expect(await faultOf(slowName, `https://${publicName}:${secure.port}/`)).toBe("time");
  const port = await freePort();
  const closed = egress({ allow: [`127.0.0.1:${port}`] });
  expect(await faultOf(closed, `http://127.0.0.1:${port}/`)).toBe("network");
});

test("EGRESS-6 no more of an answer is taken in than is wanted", async () => {
  const base = `http://127.0.0.1:${plain.port}`;
  const ask = (path: string, bytes: number) =>
    egress().request({ url: base + path, method: "GET", wanted: () => bytes });
  expect((await ask("/endless", 100_000)).body.length).toBe(100_000);
  expect(await ask("/silent-not", 0)).toMatchObject({ status: 201, body: Buffer.alloc(0) });
  expect((await ask("/large", Number.POSITIVE_INFINITY)).body.length).toBe(2 ** 20);
  const all = { wanted: () => Number.POSITIVE_INFINITY };
  expect(await faultOf(egress(), `${base}/endless`, all)).toBe("size");
  expect(await faultOf(egress(), `${base}/silent`, { timeLimit: 100 })).toBe("time");
  expect(await faultOf(egress({ timeLimit: 100 }), `${base}/silent`, { timeLimit: 60_000 })).toBe("time");
});
