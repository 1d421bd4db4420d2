import { lookup } from "node:dns/promises";
import { type IncomingMessage, type RequestOptions, request as requestPlain } from "node:http";
import { request as requestSecure } from "node:https";
import { isIP } from "node:net";
import { isPublicAddress } from "./public-addresses.ts";

/** Milliseconds that a whole request takes at most, from the name's resolution to the last byte. */
const longest = 5_000;
/** Bytes of an answer. */
const largest = 2 ** 20;
const longestUrl = 2_048;
/** Addresses of one name that are tried. */
const mostAddresses = 3;
/** Nothing was sent yet: another address of the same name may do. */
const unreached = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL"]);

export type Resolve = (host: string) => Promise<string[]>;

export interface EgressOptions {
  /** `host:port` of what may be reached although it is not public, and without TLS. */
  allow: readonly string[];
  /** All addresses of a name. */
  resolve?: Resolve;
  /** A certificate authority beside the system's. */
  authority?: string;
  /** Milliseconds for a request, in place of what people may make the server wait. */
  timeLimit?: number;
}

export interface Outgoing {
  url: string;
  method: "GET" | "POST";
  headers?: Record<string, string>;
  body?: Uint8Array;
  /** Milliseconds for this request alone; never more than any may take. */
  timeLimit?: number;
  /** How many bytes of the answer are wanted, once its header is there: the rest is not waited for. All, where it is left out. */
  wanted?: (answer: Pick<Incoming, "status" | "headers">) => number;
}

export interface Incoming {
  status: number;
  /** By their names in lower case. */
  headers: ReadonlyMap<string, string>;
  body: Uint8Array;
}

export type EgressFault = "url" | "address" | "time" | "size" | "network";

/** A request that was refused here, or that failed on the way. */
export class EgressError extends Error {
  override readonly name = "EgressError";
  constructor(
    readonly fault: EgressFault,
    message: string,
  ) {
    super(message);
  }
}

/**
 * EGRESS-1 to EGRESS-6. The one way out: whatever a person names, the server reaches only what is public. A name is
 * resolved once, and what was found is what is connected to. Redirections are answered, never followed.
 */
export class Egress {
  private readonly allow: ReadonlySet<string>;
  private readonly resolve: Resolve;

  constructor(private readonly options: EgressOptions) {
    this.allow = new Set(options.allow.map((entry) => entry.toLowerCase()));
    this.resolve = options.resolve ?? resolveBySystem;
  }

  /** Refuses what is never asked for, before any name is resolved. */
  check(address: string): URL {
    const url = URL.canParse(address) && address.length <= longestUrl ? new URL(address) : null;
    if (!url) throw new EgressError("url", "this is no address");
    const isAllowed = this.isAllowed(url);
    if (url.protocol !== "https:" && !(isAllowed && url.protocol === "http:"))
      throw new EgressError("url", "the address must begin with https://");
    if (url.username !== "" || url.password !== "")
      throw new EgressError("url", "the address must hold no password");
    const literal = literalOf(url);
    if (literal !== null && !isAllowed && !isPublicAddress(literal)) throw notPublic();
    return url;
  }

  async request(outgoing: Outgoing): Promise<Incoming> {
    const url = this.check(outgoing.url);
    const late = new AbortController();
    const { promise: isLate, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => {
        late.abort();
        reject(new EgressError("time", "no answer came in time"));
      },
      Math.min(outgoing.timeLimit ?? Number.POSITIVE_INFINITY, this.options.timeLimit ?? longest),
    );
    try {
      return await Promise.race([this.attempt(url, outgoing, late.signal), isLate]);
    } finally {
      clearTimeout(timer);
    }
  }

  private async attempt(url: URL, outgoing: Outgoing, signal: AbortSignal): Promise<Incoming> {
    const addresses = await this.addressesOf(url);
    for (const [index, address] of addresses.entries()) {
      try {
        return await this.ask(url, address, outgoing, signal);
      } catch (error) {
        const isLast = index === addresses.length - 1;
        if (error instanceof EgressError || isLast || !unreached.has(codeOf(error))) throw asFault(error);
      }
    }
    throw new EgressError("network", "the name has no address");
  }

  /** One that is not public among them is enough to refuse the name: nobody honest has both. */
  private async addressesOf(url: URL): Promise<string[]> {
    const literal = literalOf(url);
    const found = literal === null ? await this.resolveName(url.hostname) : [literal];
    if (!this.isAllowed(url) && !found.every(isPublicAddress)) throw notPublic();
    return found.slice(0, mostAddresses);
  }

  private async resolveName(host: string): Promise<string[]> {
    try {
      return await this.resolve(host);
    } catch {
      throw new EgressError("network", "the name cannot be resolved");
    }
  }

  private ask(url: URL, address: string, outgoing: Outgoing, signal: AbortSignal): Promise<Incoming> {
    const { method, headers = {}, body, wanted } = outgoing;
    const family = isIP(address);
    const options: RequestOptions & { ca?: string } = {
      ...{ method, signal, agent: false },
      headers: { ...headers, "content-length": String(body?.byteLength ?? 0) },
      // Whatever the name says by now, this is where the connection goes.
      lookup: (_name, { all }, done) =>
        all ? done(null, [{ address, family }]) : done(null, address, family),
      ...(this.options.authority !== undefined && { ca: this.options.authority }),
    };
    const send = url.protocol === "https:" ? requestSecure : requestPlain;
    return new Promise((resolve, reject) => {
      const sent = send(url, options, (answer) => {
        read(answer, wanted)
          .then(resolve, reject)
          // Of what was wanted all is there: whatever else would come is not taken in.
          .finally(() => sent.destroy());
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }

  private isAllowed(url: URL): boolean {
    const port = url.port || (url.protocol === "https:" ? "443" : "80");
    return this.allow.has(`${url.hostname}:${port}`);
  }
}

async function read(answer: IncomingMessage, wanted: Outgoing["wanted"]): Promise<Incoming> {
  const named = Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as const);
  const head = { status: answer.statusCode ?? 0, headers: new Map(named) };
  const most = wanted?.(head) ?? Number.POSITIVE_INFINITY;
  const parts: Uint8Array[] = [];
  let size = 0;
  if (most > 0) {
    for await (const part of answer as AsyncIterable<Uint8Array>) {
      size += part.byteLength;
      if (size > largest && most > largest) throw new EgressError("size", "the answer is too large");
      parts.push(part);
      if (size >= most) break;
    }
  }
  const body = Buffer.concat(parts);
  return { ...head, body: size > most ? body.subarray(0, most) : body };
}

async function resolveBySystem(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** The address that stands in place of a name; the URL standard has made `0x7f.1` and its like one already. */
function literalOf({ hostname }: URL): string | null {
  const plain = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
  return isIP(plain) === 0 ? null : plain;
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? "");
}

/** What the system says may name addresses inside: only its code is told. */
function asFault(error: unknown): EgressError {
  if (error instanceof EgressError) return error;
  return new EgressError("network", `the connection failed (${codeOf(error) || "no code"})`);
}

function notPublic(): EgressError {
  return new EgressError("address", "this address is not public");
}
