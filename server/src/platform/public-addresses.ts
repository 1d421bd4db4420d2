import { isIP } from "node:net";
import { Networks, plainAddress } from "./networks.ts";

/** Where nothing public is: IANA's registry of special addresses, and what is not given out at all. */
const special4 = new Networks([
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"],
  ...["192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"],
  ...["192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"],
  ...["224.0.0.0/4", "240.0.0.0/4"],
]);
/** The only part of IPv6 in which the public's addresses are, and what in it is special: 6to4 and Teredo among it. */
const public6 = new Networks(["2000::/3"]);
const special6 = new Networks(["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"]);
/** By these a network that has only IPv6 reaches the IPv4 address at their end (NAT64). */
const translated = new Networks(["64:ff9b::/96"]);

/** EGRESS-2. Whether an address is one that anybody on the Internet may have. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !special4.has(address);
  // With a zone it is of this machine's own links.
  if (version !== 6 || address.includes("%")) return false;
  const inside = plainAddress(canonical6(address));
  if (isIP(inside) === 4) return isPublicAddress(inside);
  if (translated.has(inside)) return isPublicAddress(lastFour(inside));
  return public6.has(inside) && !special6.has(inside);
}

/** As the URL standard writes it, but for an IPv4 address inside, which stands as one. */
function canonical6(address: string): string {
  const written = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  return /^::ffff:[0-9a-f]{1,4}:[0-9a-f]{1,4}$/.test(written) ? `::ffff:${lastFour(written)}` : written;
}

/** The last four bytes as an IPv4 address. */
function lastFour(address: string): string {
  const [before = "", after] = address.split("::");
  const groups = (after ?? before).split(":");
  const [high = 0, low = 0] = ["0", "0", ...groups]
    .slice(-2)
    .map((group) => Number.parseInt(group || "0", 16));
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
}
