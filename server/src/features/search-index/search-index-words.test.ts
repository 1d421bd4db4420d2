import { describe, expect, test } from "bun:test";
import { writtenLength } from "@parley/protocol/folds";
import { atomsOf } from "@parley/protocol/words";
import fc from "fast-check";
import { marks, marksBetween } from "./search-index-marks.ts";
import { tokensOf } from "./search-index-tokens.ts";

/** Words with spaces between them; signs that follow each other with a dot between them. */
function read(text: string): string {
  return atomsOf(text)
    .map(({ text: own, joined }) => (joined ? `.${own}` : ` ${own}`))
    .join("")
    .trim();
}

const partsOf = (text: string) => atomsOf(text).flatMap(({ parts }) => parts.map((part) => part.text));

describe("what a text is compared by", () => {
  const cases: [text: string, read: string][] = [
    ["Grüße aus der STRASSE, Straße", "grusse aus der strasse strasse"],
    ["naïve Café crème brûlée Ærø Łódź", "naive cafe creme brulee aero lodz"],
    ["İstanbul ıslak ISTANBUL", "istanbul islak istanbul"],
    ["Ποσειδῶνος ΠΟΣΕΙΔΩΝΟΣ", "ποσειδωνοσ ποσειδωνοσ"],
    ["Ёлка ёлка Елка", "елка елка елка"],
    ["كِتَابٌ أحمد كتــاب مدرسة", "كتاب احمد كتاب مدرسه"],
    ["שָׁלוֹם עולם", "שלום עולם"],
    ["ｆｕｌｌ ｗｉｄｔｈ ① ②", "full width 1 2"],
    ["ﬁne soft\u00adhyphen zero\u200bwidth", "fine softhyphen zerowidth"],
    ["東京タワー、猫", "東.京.タ.ワ.ー 猫"],
    ["ｶﾞﾗｽ ガラス", "ガ.ラ.ス ガ.ラ.ス"],
    ["한국어 \u1112\u1161\u11ab", "한.국.어 한"],
    ["iPhone15が好き", "iphone15 が.好.き"],
    ["กรุงเทพ", "ก.ร.ุ.ง.เ.ท.พ"],
    ["👍🏽 👩‍💻 🇩🇪", "👍 👩 💻 🇩 🇪"],
    ["foo_bar.ts v1.2.3 a@b.example.org", "foo bar ts v1 2 3 a b example org"],
    ["https://example.org/notes?day=3#top", "https example org notes day 3 top"],
    ["हिन्दी में", "हिन्दी में"],
    ["... \u200b --- ﷺ", "صلي الله عليه وسلم"],
    ["", ""],
  ];
  for (const [text, expected] of cases) {
    test(`SEARCH-2 ${JSON.stringify(text)}`, () => expect(read(text)).toBe(expected));
  }

  test("SEARCH-2 a word of several has parts", () => {
    expect(partsOf("fooBar HTTPServer getUserID abc123 ÜberGroß v1 plain")).toEqual([
      "foo",
      "bar",
      "http",
      "server",
      "get",
      "user",
      "id",
      "abc",
      "123",
      "uber",
      "gross",
    ]);
    for (const { text, parts, start } of atomsOf("so fooBar")) {
      for (const part of parts) expect(text.slice(part.start - start, part.end - start)).toBe(part.text);
    }
  });

  const anyText = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 60 }),
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.string({ unit: fc.constantFrom(..."aZß9 é.京ガﾞกั👍\u200d\u0301"), maxLength: 60 }),
  );

  test("SEARCH-2 however it is composed, a text is compared by the same", () => {
    const same = fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), (text) => {
      expect(read(text.normalize("NFD"))).toBe(read(text.normalize("NFC")));
    });
    fc.assert(same, { numRuns: 300 });
  });

  test("SEARCH-5 atoms stand in the text in order, each where it was written", () => {
    const inOrder = fc.property(anyText, (text) => {
      let last = 0;
      for (const { start, end, text: own, parts } of atomsOf(text)) {
        expect(start).toBeGreaterThanOrEqual(last === end ? start : Math.min(last, start));
        expect(end).toBeGreaterThan(start);
        expect(end).toBeLessThanOrEqual(text.length);
        expect(own.length).toBeGreaterThan(0);
        for (const part of parts) {
          expect(part.start).toBeGreaterThanOrEqual(start);
          expect(part.end).toBeLessThanOrEqual(end);
        }
        last = start;
      }
    });
    fc.assert(inOrder, { numRuns: 500 });
  });

  test("SEARCH-5 the end of a word begins where it was written", () => {
    expect("Haustür".slice(writtenLength("Haustür", 4))).toBe("tür");
    expect("Hauptstraße".slice(writtenLength("Hauptstraße", 5))).toBe("straße");
    expect("Hauptstra\u0308ße".slice(writtenLength("Hauptstra\u0308ße", 5))).toBe("stra\u0308ße");
  });
});

describe("what is stored", () => {
  const nothing = { room: 1, sender: 2, type: "text", mentions: [3], facts: [], at: 0 } as const;
  const stored = (text: string) => tokensOf({ ...nothing, texts: [text] });

  test("SEARCH-3 no text makes a token that an engine could read as more than a sign", () => {
    const harmless = fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      for (const token of stored(text)) {
        expect(token).toMatch(/^(?:~?[^\x00-\x2f\x3a-\x60\x7b-\x7f\s]+|[a-z]:[a-z0-9]+)$/u);
        expect(token.isWellFormed()).toBe(true);
        expect(token.length).toBeLessThanOrEqual(64);
      }
    });
    fc.assert(harmless, { numRuns: 1_000 });
  });

  test("SEARCH-5 nobody can type what says who, where or when", () => {
    expect(stored("r:1 f:2 m:9 h:link")).not.toContain(marks.mention(9));
    expect(stored("r:1 f:2 m:9 h:link")).not.toContain(marks.fact("link"));
    expect(stored("x")).toContain(marks.mention(3));
  });

  test("SEARCH-5 each moment between two has one of their marks, no other moment has but in the days at both ends", () => {
    const moment = fc.integer({ min: 0, max: 4_102_444_799_999 });
    const day = 86_400_000;
    const between = fc.property(moment, moment, moment, (one, other, at) => {
      const [after, before] = [Math.min(one, other), Math.max(one, other)];
      const among = new Set(marksBetween(after, before));
      expect(among.size).toBeLessThan(80);
      const found = tokensOf({ ...nothing, texts: [""], at });
      const isFound = found.some((token) => among.has(token));
      if (at >= after && at <= before) expect(isFound).toBe(true);
      if (at < after - day || at > before + day) expect(isFound).toBe(false);
    });
    fc.assert(between, { numRuns: 500 });
  });
});
