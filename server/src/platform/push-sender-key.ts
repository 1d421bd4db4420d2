import { createECDH, hkdfSync } from "node:crypto";
import { type CryptoKey, importJWK, SignJWT } from "jose";
import type { Clock } from "./clock.ts";
import { scalarFrom } from "./push-encryption.ts";

/** Seconds for which one signature is good; a push service takes at most a day. */
const goodFor = 12 * 3_600;

export interface PushSenderKeyOptions {
  secretKey: string;
  /** Who sends: an address at which the server's people are reached. */
  subject: string;
  clock: Clock;
}

/**
 * The key by which push services know this server (RFC 8292). It is derived from the secret key: all nodes have the
 * same, it stands in no database, and it changes only where everybody is signed out, and with that every device, too.
 */
export class PushSenderKey {
  /** A point of the curve in base64url, as browsers want it. */
  readonly publicKey: string;
  private readonly key: Promise<CryptoKey | Uint8Array>;

  constructor(private readonly options: PushSenderKeyOptions) {
    const drawn = hkdfSync("sha256", options.secretKey, "", "parley: web push", 48);
    const pair = createECDH("prime256v1");
    pair.setPrivateKey(scalarFrom(new Uint8Array(drawn)));
    const point = pair.getPublicKey();
    this.publicKey = point.toString("base64url");
    const [x, y] = [point.subarray(1, 33), point.subarray(33, 65)].map((half) => half.toString("base64url"));
    const jwk = { kty: "EC", crv: "P-256", x, y, d: pair.getPrivateKey().toString("base64url") };
    this.key = importJWK(jwk as Parameters<typeof importJWK>[0], "ES256") as Promise<CryptoKey>;
  }

  /** The header by which the service at this origin knows who sends. */
  async authorization(origin: string): Promise<string> {
    const now = Math.floor(this.options.clock.now() / 1_000);
    const signed = await new SignJWT({ sub: this.options.subject })
      .setProtectedHeader({ alg: "ES256", typ: "JWT" })
      .setAudience(origin)
      .setExpirationTime(now + goodFor)
      .sign(await this.key);
    return `vapid t=${signed}, k=${this.publicKey}`;
  }
}
