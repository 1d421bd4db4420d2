import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { ChatError } from "@parley/protocol/errors";
import { type JWTPayload, jwtVerify, SignJWT } from "jose";
import type { Clock } from "./clock.ts";

const algorithm = "HS256";
const tokenType = "at+jwt";
/** Issuer and audience: this program verifies what it issued, and nobody else does. */
const party = "parley";
/** Seconds by which clocks of several nodes may differ. */
const leeway = 30;

/** What an access token says. It never says a role: rights come from the store. */
export interface AccessClaims {
  user: number;
  session: number;
}

export interface VerifiedAccess extends AccessClaims {
  /** Milliseconds since 1970 UTC. */
  expires_at: number;
}

/** A refresh token as it came: nothing of it is believed before `isRefresh` has said so. */
export interface RefreshClaims {
  session: number;
  generation: number;
  mac: string;
}

export interface FileClaims {
  file: number;
  session: number;
  until: number;
}

export interface TokensOptions {
  secretKey: string;
  accessTokenMinutes: number;
  clock: Clock;
}

/**
 * Makes and checks tokens. Each purpose has a key of its own, derived from the server's secret key, which is never in
 * the database: who reads the database can forge neither kind.
 */
export class Tokens {
  /** Seconds for which a new access token is good. */
  readonly accessSeconds: number;
  private readonly clock: Clock;
  private readonly accessKey: Uint8Array;
  private readonly refreshKey: Uint8Array;
  private readonly fileKey: Uint8Array;
  private readonly keyId: string;

  constructor(options: TokensOptions) {
    this.accessSeconds = options.accessTokenMinutes * 60;
    this.clock = options.clock;
    this.accessKey = derivedKey(options.secretKey, "access token");
    this.refreshKey = derivedKey(options.secretKey, "refresh token");
    this.fileKey = derivedKey(options.secretKey, "file address");
    this.keyId = Buffer.from(derivedKey(options.secretKey, "key id")).toString("hex").slice(0, 16);
  }

  signAccess(claims: AccessClaims): Promise<string> {
    const now = Math.floor(this.clock.now() / 1000);
    return new SignJWT({ sid: claims.session })
      .setProtectedHeader({ alg: algorithm, typ: tokenType, kid: this.keyId })
      .setIssuer(party)
      .setAudience(party)
      .setSubject(String(claims.user))
      .setIssuedAt(now)
      .setExpirationTime(now + this.accessSeconds)
      .sign(this.accessKey);
  }

  /** RFC 9068, RFC 8725: the algorithm, type and key are ours to say, never the token's. */
  async verifyAccess(token: string): Promise<VerifiedAccess> {
    const payload = await this.payloadOf(token);
    const user = Number(payload.sub);
    const session = payload.sid;
    const { iat = 0, exp = 0 } = payload;
    const issuedAhead = iat * 1000 > this.clock.now() + leeway * 1000;
    if (!isId(user) || !isId(session) || issuedAhead) throw badToken();
    return { user, session, expires_at: exp * 1000 };
  }

  private async payloadOf(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(
        token,
        ({ kid }) => {
          if (kid !== this.keyId) throw badToken();
          return this.accessKey;
        },
        {
          algorithms: [algorithm],
          typ: tokenType,
          issuer: party,
          audience: party,
          requiredClaims: ["sub", "sid", "iat", "exp"],
          clockTolerance: leeway,
          currentDate: new Date(this.clock.now()),
        },
      );
      return payload;
    } catch {
      // Why a token is refused is nobody's business: every fault of it is answered alike.
      throw badToken();
    }
  }

  /** `session.generation.mac`: the one token of its generation, made again from the family's secret at any time. */
  refreshToken(of: { session: number; familySecret: string; generation: number }): string {
    return `${of.session}.${of.generation}.${this.refreshMac(of)}`;
  }

  readRefresh(token: string): RefreshClaims | null {
    const [, session = "", generation = "", mac = ""] =
      /^([1-9][0-9]{0,15})\.([1-9][0-9]{0,15})\.([A-Za-z0-9_-]{43})$/.exec(token) ?? [];
    const claims = { session: Number(session), generation: Number(generation), mac };
    return isId(claims.session) && isId(claims.generation) ? claims : null;
  }

  /** Whether this server made the token for this family. */
  isRefresh(claims: RefreshClaims, familySecret: string): boolean {
    const expected = this.refreshMac({ ...claims, familySecret });
    return timingSafeEqual(Buffer.from(expected), Buffer.from(claims.mac));
  }

  /** `session.until.mac`: lets one session read one file until a moment (milliseconds since 1970 UTC). */
  signFile(of: FileClaims): string {
    return `${of.session}.${of.until}.${this.fileMac(of)}`;
  }

  /** The session that may read this file with this key; null where it is not good, or no longer. */
  verifyFile({ file, key }: { file: number; key: string }): number | null {
    const [, session = "", until = "", mac = ""] =
      /^([1-9][0-9]{0,15})\.([1-9][0-9]{0,15})\.([A-Za-z0-9_-]{43})$/.exec(key) ?? [];
    const claims = { file, session: Number(session), until: Number(until) };
    if (!isId(claims.session) || !isId(claims.until) || claims.until <= this.clock.now()) return null;
    return timingSafeEqual(Buffer.from(this.fileMac(claims)), Buffer.from(mac)) ? claims.session : null;
  }

  private fileMac({ file, session, until }: FileClaims): string {
    return createHmac("sha256", this.fileKey).update(`${file}.${session}.${until}`).digest("base64url");
  }

  private refreshMac(of: { session: number; familySecret: string; generation: number }): string {
    const text = `${of.session}.${of.familySecret}.${of.generation}`;
    return createHmac("sha256", this.refreshKey).update(text).digest("base64url");
  }
}

/** RFC 5869. One secret gives independent keys, so that a token of one kind is never good as another. */
function derivedKey(secretKey: string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secretKey, "", `parley ${purpose} v1`, 32));
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function badToken(): ChatError {
  return new ChatError("unauthenticated", "this token is not valid, or no longer: sign in again");
}
