import { expect, test } from "bun:test";
import type { Contact } from "@parley/protocol/cards";
import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import fc from "fast-check";
import { formatVcard, parseVcard } from "./vcards.ts";

const card = (...lines: string[]) => ["BEGIN:VCARD", "VERSION:4.0", ...lines, "END:VCARD", ""].join("\r\n");

function refusal(text: string): string {
  try {
    parseVcard(text);
    return "read";
  } catch (error) {
    if (error instanceof ChatError) return error.code;
    throw error;
  }
}

test("CARD-4 a contact is written as RFC 6350 wants it: escaped, folded at 75 octets, never within a character", () => {
  const text = formatVcard({
    name: "Example; Carol, Dr.",
    org: `Ümläut ${"ä".repeat(60)}`,
    phones: ["+49 30 1234"],
    emails: ["carol@example.org"],
  });
  expect(text.startsWith("BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Example\\; Carol\\, Dr.\r\n")).toBe(true);
  expect(text.endsWith("EMAIL:carol@example.org\r\nEND:VCARD\r\n")).toBe(true);
  const lines = text.split("\r\n");
  expect(lines.some((line) => line.startsWith(" "))).toBe(true);
  for (const line of lines) {
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    expect(line.isWellFormed()).toBe(true);
  }
});

test("CARD-4 what others write is read: groups, parameters, folds, names in parts, numbers as addresses", () => {
  const text = [
    "BEGIN:VCARD",
    "VERSION:3.0",
    "N:Example;Carol;Q.;Dr.;",
    "ORG:Example GmbH;Research\\, North",
    'item1.TEL;TYPE="work,voice";VALUE=uri:tel:+49-30-',
    " 1234",
    'EMAIL;X-ABLabel="a:b;c":carol@example.org',
    "NOTE:not kept\\nat all",
    "END:VCARD",
  ].join("\n");
  expect(parseVcard(text)).toEqual({
    name: "Dr. Carol Q. Example",
    org: "Example GmbH, Research, North",
    phones: ["+49-30-1234"],
    emails: ["carol@example.org"],
  });
});

test("CARD-4 what is no vCard is refused", () => {
  const wrong = [
    "",
    "Carol",
    "BEGIN:VCARD\r\nEND:VCARD",
    "BEGIN:VCARD\r\nVERSION:2.1\r\nFN:Carol\r\nEND:VCARD",
    "BEGIN:VCARD\r\nFN:Carol\r\nVERSION:4.0\r\nEND:VCARD",
    card(),
    card("FN:"),
    card("FN:Carol", "no colon"),
    card("FN:Carol", "EMAIL:not an address"),
    card("FN:Carol", `TEL:${"1".repeat(limits.contactPhone + 1)}`),
    card(`FN:${"x".repeat(limits.contactName + 1)}`),
    card("FN:Carol\u202eloraC"),
    card("FN:Carol") + card("FN:Alice"),
    card("FN:Carol").replace("END:VCARD", "END:OTHER"),
  ];
  for (const text of wrong) expect(`${text}: ${refusal(text)}`).toBe(`${text}: invalid`);
});

test("CARD-4 more numbers than a card holds are left out", () => {
  const lines = Array.from({ length: 30 }, (_, index) => `TEL:${index}`);
  expect(parseVcard(card("FN:Carol", ...lines)).phones).toHaveLength(limits.contactWays);
});

test("CARD-4 what is written is read as it was, whatever its signs", () => {
  const name = fc
    .string({ unit: fc.constantFrom(..."aZ9 ,;\\:\"'=ßé京👍.-\u0301"), minLength: 1, maxLength: 120 })
    .map((text) => text.trim())
    .filter((text) => text !== "");
  const contact: fc.Arbitrary<Contact> = fc.record(
    {
      name,
      org: name,
      phones: fc.array(fc.stringMatching(/^\+?[0-9]{3,12}$/), { minLength: 1, maxLength: 10 }),
      emails: fc.array(fc.constantFrom("a@example.org", "b.c+d@example.com"), {
        minLength: 1,
        maxLength: 10,
      }),
    },
    { requiredKeys: ["name"] },
  );
  fc.assert(
    fc.property(contact, (given) => expect(parseVcard(formatVcard(given))).toEqual(given)),
    { numRuns: 500 },
  );
});

test("CARD-4 any text is read or refused, and quickly", () => {
  const anything = fc.string({
    unit: fc.constantFrom(
      "BEGIN:VCARD",
      "VERSION:4.0",
      "FN:",
      "END:VCARD",
      "\r\n",
      " ",
      ";",
      '"',
      ",",
      ":",
      "\\",
      "=",
      "a",
    ),
    maxLength: 300,
  });
  fc.assert(
    fc.property(anything, (text) => expect(["read", "invalid"]).toContain(refusal(text))),
    { numRuns: 500 },
  );
  const long = `A;${'B="x",'.repeat(1_100)}`.slice(0, limits.vcard - 60);
  const begun = performance.now();
  expect(refusal(card("FN:Carol", long))).toBe("invalid");
  expect(refusal(card("FN:Carol", `N:${"\\".repeat(limits.vcard - 60)}`))).toBe("read");
  expect(performance.now() - begun).toBeLessThan(2_000);
});
