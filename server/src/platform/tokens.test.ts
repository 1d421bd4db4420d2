import { describe, expect, test } from "bun:test";
import { createHmac, hkdfSync } from "node:crypto";
import { outcomeOf } from "../testing/failures.ts";
import { testClock } from "../testing/store.ts";
import { Tokens } from "./tokens.ts";

const secretKey = "a key of thirty-two bytes and a few more";
const clock = testClock();
const tokens = new Tokens({ secretKey, accessTokenMinutes: 15, clock });
const claims = { user: 7, session: 12 };

type Json = Record<string, unknown>;

/** A token taken apart, changed and put together again with whatever signature. */
function forged(
  token: string,
  change: { header?: Json; payload?: Json; key?: Uint8Array | null; digest?: "sha256" | "sha512" },
): string {
  const [head = "", body = ""] = token.split(".");
  const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
  const write = (part: Json) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const signed = `${write({ ...read(head), ...change.header })}.${write({ ...read(body), ...change.payload })}`;
  if (change.key === null) return `${signed}.`;
  return `${signed}.${createHmac(change.digest ?? "sha256", change.key ?? accessKey())
    .update(signed)
    .digest("base64url")}`;
}

/** The real key: what is refused below is refused for what it says, not for its signature. */
function accessKey(): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secretKey, "", "parley access token v1", 32));
}

describe("access tokens", () => {
  test("SES-4 a token tells who and which session, and when it ends", async () => {
    const token = await tokens.signAccess(claims);
    expect(await tokens.verifyAccess(token)).toEqual({ ...claims, expires_at: clock.now() + 15 * 60_000 });
    expect(await tokens.verifyAccess(forged(token, {}))).toMatchObject(claims);
  });

  test("SES-4 header and claims are those of RFC 9068", async () => {
    const [head = "", body = ""] = (await tokens.signAccess(claims)).split(".");
    const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
    const iat = clock.now() / 1000;
    expect(read(head)).toEqual({ alg: "HS256", typ: "at+jwt", kid: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(read(body)).toEqual({ sid: 12, iss: "parley", aud: "parley", sub: "7", iat, exp: iat + 900 });
  });

  const past = clock.now() / 1000 - 3600;
  const refused: [string, Parameters<typeof forged>[1]][] = [
    ["no algorithm", { header: { alg: "none" }, key: null }],
    ["no algorithm, but signed", { header: { alg: "none" } }],
    ["no signature", { key: null }],
    ["another algorithm", { header: { alg: "HS512" }, digest: "sha512" }],
    ["a public-key algorithm", { header: { alg: "RS256" } }],
    ["another type", { header: { typ: "JWT" } }],
    ["no type", { header: { typ: undefined } }],
    ["another key id", { header: { kid: "0011223344556677" } }],
    ["no key id", { header: { kid: undefined } }],
    [
      "a key of its own",
      { header: { jwk: { kty: "oct", k: "AAAA" } }, key: Buffer.from("AAAA", "base64url") },
    ],
    ["an address for its key", { header: { jku: "http://127.0.0.1/keys" }, key: Buffer.from("other") }],
    ["a foreign key", { key: Buffer.from("a foreign key of thirty-two bytes!!") }],
    ["the secret key itself", { key: Buffer.from(secretKey) }],
    ["another issuer", { payload: { iss: "other" } }],
    ["another audience", { payload: { aud: "other" } }],
    ["no audience", { payload: { aud: undefined } }],
    ["an end in the past", { payload: { exp: past } }],
    ["no end", { payload: { exp: undefined } }],
    ["no beginning", { payload: { iat: undefined } }],
    ["a beginning in the future", { payload: { iat: clock.now() / 1000 + 31 } }],
    ["no person", { payload: { sub: undefined } }],
    ["a person that is no id", { payload: { sub: "7.5" } }],
    ["person zero", { payload: { sub: "0" } }],
    ["a session that is no id", { payload: { sid: "12" } }],
    ["no session", { payload: { sid: undefined } }],
    ["a critical header nobody knows", { header: { crit: ["exp"] } }],
  ];
  for (const [what, change] of refused) {
    test(`SES-4 a token with ${what} is refused`, async () => {
      const token = forged(await tokens.signAccess(claims), change);
      expect(await outcomeOf(tokens.verifyAccess(token))).toBe("unauthenticated");
    });
  }

  test("SES-4 what is no token at all is refused", async () => {
    const refresh = tokens.refreshToken({ session: 12, familySecret: "secret", generation: 1 });
    for (const token of ["", ".", "..", "a.b.c", refresh, "null", "x".repeat(4096)]) {
      expect(await outcomeOf(tokens.verifyAccess(token))).toBe("unauthenticated");
    }
  });

  test("SES-4 a token is good until thirty seconds past its end, by the server's clock", async () => {
    const moving = testClock();
    const own = new Tokens({ secretKey, accessTokenMinutes: 5, clock: moving });
    const token = await own.signAccess(claims);
    moving.advance(5 * 60_000 + 29_000);
    expect(await outcomeOf(own.verifyAccess(token))).toBe("done");
    moving.advance(2_000);
    expect(await outcomeOf(own.verifyAccess(token))).toBe("unauthenticated");
  });
});

describe("refresh tokens", () => {
  const of = { session: 12, familySecret: "a secret of the family", generation: 3 };

  test("SES-14 a refresh token is made from the server's key and the family's secret", () => {
    const token = tokens.refreshToken(of);
    const read = tokens.readRefresh(token);
    expect(token).toMatch(/^12\.3\.[A-Za-z0-9_-]{43}$/);
    expect(read).toMatchObject({ session: 12, generation: 3 });
    expect(read && tokens.isRefresh(read, of.familySecret)).toBe(true);
  });

  test("SES-14 neither another session, number or family nor another server's key makes it", () => {
    const other = new Tokens({ secretKey: `${secretKey}!`, accessTokenMinutes: 15, clock });
    const mac = tokens.refreshToken(of).split(".")[2];
    const made = [
      `13.3.${mac}`,
      `12.4.${mac}`,
      tokens.refreshToken({ ...of, familySecret: "another" }),
      other.refreshToken(of),
      `12.3.${createHmac("sha256", of.familySecret).update("12.3").digest("base64url")}`,
    ];
    for (const token of made) {
      const read = tokens.readRefresh(token);
      expect(read).not.toBeNull();
      expect(read && tokens.isRefresh(read, of.familySecret)).toBe(false);
    }
  });

  test("SES-14 what is no refresh token is not read as one", () => {
    const good = tokens.refreshToken(of);
    const mac = good.split(".")[2] ?? "";
    const bad = [
      "",
      good.slice(0, -1),
      `${good}A`,
      ` ${good}`,
      `0.3.${mac}`,
      `12.0.${mac}`,
      `-1.3.${mac}`,
      `12.03.${mac}`,
    ];
    for (const token of [...bad, `9999999999999999.3.${mac}`, `12.3.${mac.replace(/.$/, "\u00e9")}`]) {
      expect(tokens.readRefresh(token)).toBeNull();
    }
  });

  test("SES-14 each purpose has a key of its own", async () => {
    const access = await tokens.signAccess(claims);
    const refreshKey = new Uint8Array(hkdfSync("sha256", secretKey, "", "parley refresh token v1", 32));
    expect(await outcomeOf(tokens.verifyAccess(forged(access, { key: refreshKey })))).toBe("unauthenticated");
    expect(await outcomeOf(tokens.verifyAccess(forged(access, { key: accessKey() })))).toBe("done");
  });
});
