import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isNetwork, Networks, plainAddress } from "../platform/networks.ts";
import { clientAddress } from "./addresses.ts";

const none = new Networks([]);
const ours = new Networks(["10.0.0.0/8", "2001:db8:1::/48"]);

describe("addresses", () => {
  test("REST-9 without trusted proxies nothing that is written counts", () => {
    for (const header of ["203.0.113.9", "10.0.0.1, 203.0.113.9", "::1", "x", ""]) {
      expect(clientAddress("192.0.2.1", header, none)).toBe("192.0.2.1");
    }
  });

  test("REST-9 a stranger who writes the header is not believed", () => {
    expect(clientAddress("192.0.2.1", "203.0.113.9", ours)).toBe("192.0.2.1");
  });

  test("REST-9 behind our own proxy the address it heard from counts, whatever was written before it", () => {
    expect(clientAddress("10.0.0.1", "203.0.113.9", ours)).toBe("203.0.113.9");
    expect(clientAddress("10.0.0.1", "1.1.1.1, 203.0.113.9", ours)).toBe("203.0.113.9");
    expect(clientAddress("10.0.0.1", "1.1.1.1,203.0.113.9 , 10.9.9.9", ours)).toBe("203.0.113.9");
    expect(clientAddress("2001:db8:1::5", "2001:db8:2::7", ours)).toBe("2001:db8:2::7");
    expect(clientAddress("10.0.0.1", "[2001:db8:2::7]:4711", ours)).toBe("2001:db8:2::7");
    expect(clientAddress("10.0.0.1", "203.0.113.9:4711", ours)).toBe("203.0.113.9");
  });

  test("REST-9 what is no address ends the search at the proxy that passed it on", () => {
    for (const header of [null, "", "unknown", "203.0.113.9, _hidden", "203.0.113.999", "10.0.0.1.evil"]) {
      expect(clientAddress("10.0.0.1", header, ours)).toBe("10.0.0.1");
    }
  });

  test("REST-9 an IPv4 address inside an IPv6 one is the same", () => {
    expect(clientAddress("::ffff:192.0.2.1", null, none)).toBe("192.0.2.1");
    expect(clientAddress("::ffff:10.0.0.1", "::ffff:203.0.113.9", ours)).toBe("203.0.113.9");
    expect(plainAddress("::ffff:999.0.2.1")).toBe("::ffff:999.0.2.1");
  });

  test("REST-9 turning the header gains a stranger nothing, however it is written", () => {
    fc.assert(
      fc.property(fc.string(), (header) => clientAddress("192.0.2.1", header, ours) === "192.0.2.1"),
      { numRuns: 500 },
    );
  });
});

describe("networks", () => {
  test("REST-9 networks are read as they are written, or not at all", () => {
    expect(["10.0.0.0/8", "127.0.0.1", "::1", "2001:db8::/32", "0.0.0.0/0"].every(isNetwork)).toBe(true);
    expect(
      ["10.0.0.0/33", "10.0.0/8", "::1/129", "a", "", "10.0.0.0/-1", "10.0.0.0/", "1/2/3"].some(isNetwork),
    ).toBe(false);
    expect(() => new Networks(["nowhere"])).toThrow();
  });

  test("REST-9 an address is in a network to the last bit", () => {
    const networks = new Networks(["192.0.2.128/25", "2001:db8:1::/48", "203.0.113.7"]);
    expect(
      ["192.0.2.128", "192.0.2.255", "::ffff:192.0.2.200", "2001:db8:1:ffff::1", "203.0.113.7"].every(
        (each) => networks.has(each),
      ),
    ).toBe(true);
    expect(
      ["192.0.2.127", "192.0.3.1", "2001:db8:2::1", "203.0.113.8", "x", ""].some((each) =>
        networks.has(each),
      ),
    ).toBe(false);
  });
});
