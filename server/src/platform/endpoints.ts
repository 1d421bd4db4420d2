import { Egress, EgressError, type Incoming } from "./egress.ts";

/** A service that the admin named, and what proves that this server may use it. */
export interface NamedService {
  /** Without a slash at the end. */
  url: string;
  key: string | null;
}

/** It is not there now, or cannot do what was asked: `again` says whether it may be able to another time. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  constructor(
    readonly again: boolean,
    message: string,
  ) {
    super(message);
  }
}

/**
 * EGRESS-7. The way to one service alone: it may be inside and without TLS, for the admin named it, and nobody else can
 * be reached by it.
 */
export function wayTo({ url }: NamedService, timeLimit: number): Egress {
  const { hostname, port, protocol } = new URL(url);
  const allowed = `${hostname}:${port || (protocol === "https:" ? "443" : "80")}`;
  return new Egress({ allow: [allowed], timeLimit });
}

/** What the service answers to a call, as JSON. */
export async function jsonFrom(answer: Promise<Incoming>): Promise<unknown> {
  const { status, body } = await answer.catch((error: unknown) => {
    if (error instanceof EgressError)
      throw new ServiceError(true, `the service was not reached: ${error.fault}`);
    throw error;
  });
  if (status < 200 || status > 299)
    throw new ServiceError(status === 429 || status >= 500, `the service answered with ${status}`);
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch {
    throw new ServiceError(true, "the service answered with something else than JSON");
  }
}
