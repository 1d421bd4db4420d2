import { isIP } from "node:net";
import { type Networks, plainAddress } from "../platform/networks.ts";

/** Proxies one request may have come through. */
const longestChain = 20;

/**
 * REST-9. The address of whoever sent a request. Each trusted proxy adds the address that it heard from at the end of
 * `X-Forwarded-For`; what stands before the first address that is not ours was written by whoever likes.
 */
export function clientAddress(peer: string, forwardedFor: string | null, trusted: Networks): string {
  let address = plainAddress(peer);
  const heard = forwardedFor?.split(",").slice(-longestChain) ?? [];
  while (trusted.has(address)) {
    const before = withoutPort(heard.pop()?.trim() ?? "");
    if (isIP(before) === 0) break;
    address = plainAddress(before);
  }
  return address;
}

/** `1.2.3.4:5678` and `[::1]:5678`, as some proxies write them. */
function withoutPort(text: string): string {
  const inBrackets = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(text)?.[1];
  if (inBrackets !== undefined) return inBrackets;
  return /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/.exec(text)?.[1] ?? text;
}
