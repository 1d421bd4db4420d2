import { expect, test } from "bun:test";
import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import fc from "fast-check";
import { readJson } from "./json.ts";

function outcomeOf(text: string): unknown {
  try {
    return readJson(text);
  } catch (error) {
    if (error instanceof ChatError) return error.code;
    throw error;
  }
}

/** Everything JSON can say, but for what is nested too deep. */
const shallow = fc.jsonValue({ maxDepth: limits.jsonDepth - 2, noUnicodeString: false });

test("REST-5 JSON is read as it is meant, however it is laid out", () => {
  fc.assert(
    fc.property(shallow, fc.constantFrom(0, 1, 2, "\t"), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(readJson(text)).toEqual(JSON.parse(text));
    }),
    { numRuns: 500 },
  );
});

test("REST-2 a name given twice in one object is refused, however it is written", () => {
  for (const text of [
    '{"a":1,"a":1}',
    '{"a":1 , "a" : 2}',
    '{"a":1,"b":[{"x":"}"}],"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"\\"":1,"\\u0022":2}',
    '[{"b":{"c":1,"c":2}}]',
    '{"__proto__":1,"__proto__":2}',
    '{"a\\\\":1,"a\\\\":2}',
    '{"":1,"":2}',
  ]) {
    expect([text, outcomeOf(text)]).toEqual([text, "invalid"]);
  }
  for (const text of [
    '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}',
    '{"a":"b\\":","b":"a"}',
    '{"a\\\\":1,"a":2}',
    '["a","a",":"]',
    '{"a":"\\\\","b":":"}',
  ]) {
    expect([text, outcomeOf(text)]).toEqual([text, JSON.parse(text)]);
  }
});

test("REST-2 of any object with one name repeated none is read", () => {
  const pairs = fc.array(fc.tuple(fc.string(), shallow), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(pairs, fc.nat(), shallow, (entries, pick, other) => {
      const written = entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
      const [name = ""] = entries[pick % entries.length] ?? [];
      const text = `{${[...written, `${JSON.stringify(name)} : ${JSON.stringify(other)}`].join(",")}}`;
      expect(outcomeOf(text)).toBe("invalid");
    }),
  );
});

test("REST-5 nesting is counted outside strings, to the limit", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  expect(outcomeOf(nested(limits.jsonDepth))).not.toBe("invalid");
  expect(outcomeOf(nested(limits.jsonDepth + 1))).toBe("invalid");
  expect(outcomeOf(JSON.stringify(nested(1_000)))).toBe(nested(1_000));
  expect(outcomeOf("[".repeat(1_000_000))).toBe("invalid");
});

test("REST-5 whatever is read, the answer is what it says or a refusal", () => {
  const noise = fc.string({ unit: fc.constantFrom(...'{}[]":,\\ua10 \u0000\n'), maxLength: 40 });
  fc.assert(
    fc.property(noise, (text) => {
      const found = outcomeOf(text);
      if (found === "invalid" && text !== '"invalid"') return;
      expect(found).toEqual(JSON.parse(text));
    }),
    { numRuns: 5_000 },
  );
});
