import type { Clock } from "./clock.ts";
import { type Egress, EgressError, type Incoming } from "./egress.ts";
import { encryptPush, type PushKeys } from "./push-encryption.ts";
import { PushSenderKey } from "./push-sender-key.ts";

export { arePushKeys, mostPushBytes, type PushKeys } from "./push-encryption.ts";

/** Where the well-known browsers have their push services. */
export const browserServices: readonly string[] = [
  "fcm.googleapis.com",
  "*.push.services.mozilla.com",
  "*.push.apple.com",
  "*.notify.windows.com",
];

export interface PushOptions {
  /** Hosts of push services; one that begins with `*.` stands for all names under it. */
  services: readonly string[];
  secretKey: string;
  subject: string;
  egress: Egress;
  clock: Clock;
  randomBytes: (length: number) => Uint8Array;
}

export interface PushTarget extends PushKeys {
  endpoint: string;
}

export interface PushMessage {
  /** UTF-8, at most `mostPushBytes` of it. */
  text: string;
  /** Seconds for which the service keeps it for a device that it cannot reach. */
  ttl: number;
  urgency: "low" | "normal" | "high";
  /** Of two with the same topic that wait at the service only the later is kept. */
  topic?: string;
}

/** `gone`: the device is not to be had there any more. `later`: after so many seconds, where the service has said so. */
export type PushOutcome =
  | { kind: "sent" }
  | { kind: "gone"; why: string }
  | { kind: "refused"; why: string }
  | { kind: "later"; why: string; after: number | null };

/** Seconds: nobody is told to wait for longer. */
const longestWait = 6 * 3_600;

/** Sends to browsers' push services with a key of our own: no account with anybody, and none of them can read it. */
export class Push {
  private readonly key: PushSenderKey;

  constructor(private readonly options: PushOptions) {
    this.key = new PushSenderKey(options);
  }

  get publicKey(): string {
    return this.key.publicKey;
  }

  /** Whether this is an address at a service that the admin has named. */
  isKnown(endpoint: string): boolean {
    try {
      const { hostname } = this.options.egress.check(endpoint);
      return this.options.services.some((service) => isUnder(hostname, service));
    } catch {
      return false;
    }
  }

  async send(target: PushTarget, message: PushMessage): Promise<PushOutcome> {
    const { endpoint, ...keys } = target;
    if (!this.isKnown(endpoint)) return { kind: "gone", why: "the service is not one of this server's" };
    const body = encryptPush(new TextEncoder().encode(message.text), keys, this.options.randomBytes);
    const headers = {
      authorization: await this.key.authorization(new URL(endpoint).origin),
      "content-encoding": "aes128gcm",
      "content-type": "application/octet-stream",
      ttl: String(message.ttl),
      urgency: message.urgency,
      ...(message.topic !== undefined && { topic: message.topic }),
    };
    try {
      return outcomeOf(await this.options.egress.request({ url: endpoint, method: "POST", headers, body }), {
        now: this.options.clock.now(),
      });
    } catch (error) {
      if (!(error instanceof EgressError)) throw error;
      const isForGood = error.fault === "url" || error.fault === "address";
      return isForGood
        ? { kind: "gone", why: error.message }
        : { kind: "later", why: error.message, after: null };
    }
  }
}

function isUnder(host: string, service: string): boolean {
  return service.startsWith("*.") ? host.endsWith(service.slice(1)) : host === service;
}

/** RFC 8030, and how the services of the browsers answer. */
export function outcomeOf({ status, headers }: Incoming, { now }: { now: number }): PushOutcome {
  const why = `the service answered ${status}`;
  if (status >= 200 && status < 300) return { kind: "sent" };
  if (status === 404 || status === 410) return { kind: "gone", why };
  if (status === 408 || status === 429 || status >= 500)
    return { kind: "later", why, after: waitOf(headers.get("retry-after"), now) };
  return { kind: "refused", why };
}

/** Seconds, from a number of them or a date (RFC 9110). */
function waitOf(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const seconds = /^\d{1,9}$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1_000;
  return Number.isFinite(seconds) ? Math.min(Math.max(Math.ceil(seconds), 0), longestWait) : null;
}
