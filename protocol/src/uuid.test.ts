import { expect, test } from "bun:test";
import { uuidRandomBytes, uuidv7 } from "./uuid.ts";

test("CLIENT-12 a client id is the UUIDv7 of its time and its random bytes", () => {
  // RFC 9562, appendix A.6.
  const random = new Uint8Array([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
  expect(random.length).toBe(uuidRandomBytes);
  expect(uuidv7(0x017f22e279b0, random)).toBe("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
});

test("CLIENT-12 ids made later sort later", () => {
  const most = new Uint8Array(uuidRandomBytes).fill(255);
  const least = new Uint8Array(uuidRandomBytes);
  expect(uuidv7(1_800_000_000_000, most) < uuidv7(1_800_000_000_001, least)).toBe(true);
});
