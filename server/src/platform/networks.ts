import { BlockList, isIP } from "node:net";

/** Addresses and networks as people write them (`10.0.0.0/8`, `::1`), to ask whether an address is among them. */
export class Networks {
  private readonly list = new BlockList();

  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const { address, bits, family } = parse(entry) ?? {};
      if (address === undefined) throw new Error(`${entry} is no network`);
      this.list.addSubnet(address, bits ?? 0, family ?? "ipv4");
    }
  }

  has(address: string): boolean {
    const plain = plainAddress(address);
    const version = isIP(plain);
    return version !== 0 && this.list.check(plain, version === 6 ? "ipv6" : "ipv4");
  }
}

export function isNetwork(entry: string): boolean {
  return parse(entry) !== null;
}

/** An IPv4 address inside an IPv6 one (`::ffff:10.0.0.1`) is the same machine. */
export function plainAddress(address: string): string {
  const inside = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1];
  return inside !== undefined && isIP(inside) === 4 ? inside : address;
}

function parse(entry: string): { address: string; bits: number; family: "ipv4" | "ipv6" } | null {
  const [address = "", bits, ...more] = entry.split("/");
  const version = isIP(address);
  if (version === 0 || more.length > 0) return null;
  const most = version === 6 ? 128 : 32;
  if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || Number(bits) > most)) return null;
  return { address, bits: bits === undefined ? most : Number(bits), family: version === 6 ? "ipv6" : "ipv4" };
}
