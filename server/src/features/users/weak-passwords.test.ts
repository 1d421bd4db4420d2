import { expect, test } from "bun:test";
import list from "./common-passwords.txt" with { type: "text" };
import { passwordFault } from "./weak-passwords.ts";

const alice = ["alice", "alice@example.org", "Alice (Quartzbridge-Northgate)"];

const weak: Record<string, string[]> = {
  "what everybody has": [
    "password",
    "12345678",
    "iloveyou",
    "trustno1",
    "Qwertyuiop",
    "PASSWORD",
    "sunshine",
  ],
  "a common word with digits and signs around it": [
    "dragon2024!",
    "!!monkey99",
    "football_1",
    "letmein12345",
    "Password1!",
  ],
  "a common word with look-alikes": ["p4ssw0rd", "P@$$w0rd", "dr4g0n99", "l3tm31n!!", "p4$$w0rd2024"],
  "a word of this product": ["parley2024", "chatserver", "Parley!!!", "welcome12", "changeme!", "messenger1"],
  "what other systems publish": [
    "admin123",
    "Admin123",
    "admin1234",
    "adm1n123",
    "securepassword123",
    "secret123",
  ],
  repeats: [
    "aaaaaaaa",
    "abababab",
    "11112222",
    "password".repeat(3),
    "chatchat",
    "abcabcabc",
    "zzzzzzzzzzzzzzzzzzzz",
  ],
  "counts and rows of keys": [
    "abcdefgh",
    "87654321",
    "98765432",
    "asdfghjkl",
    "lkjhgfdsa",
    "1qaz2wsx3edc",
    "qwertzuiop",
  ],
  "the owner's name": [
    "alice2024",
    "alice@example.org",
    "ALICE!!!",
    "1alicealice",
    "a1ice1984",
    "quartzbridge",
    "Northgate-77",
  ],
};

for (const [what, passwords] of Object.entries(weak)) {
  test(`ACC-2 refused: ${what}`, () => {
    for (const password of passwords) expect([password, passwordFault(password, alice)]).not.toContain(null);
  });
}

test("ACC-2 allowed: what nobody tries first, of any composition", () => {
  const strong = [
    ...[
      "seven grey herons",
      "correct-horse-battery",
      "alice keeps seven grey herons",
      "kl9$xQ2v",
      "ваза с грушами",
    ],
    ...["dragonflies over still water", "monkey48151623", "0f3a9c7e", "合言葉は山と川と海です", "pppXk29!vQ"],
  ];
  for (const password of strong) expect([password, passwordFault(password, alice)]).toEqual([password, null]);
});

test("ACC-2 allowed: another person's name, and names too short to tell anything", () => {
  expect(passwordFault("quartzbridge9", ["bob"])).toBeNull();
  expect(passwordFault("grey heron", ["gr", "", "he"])).toBeNull();
});

test("ACC-2 the list holds thousands of passwords long enough to be chosen", () => {
  const entries = list.trim().split("\n");
  expect(entries.filter((entry) => entry.length >= 8).length).toBeGreaterThan(5_000);
  for (const entry of entries) expect(entry).toMatch(/^[\x21-\x7e]+$/);
  for (const entry of entries.filter((each) => each.length >= 8))
    expect(passwordFault(entry, [])).not.toBeNull();
});
