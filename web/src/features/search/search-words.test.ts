import { describe, expect, test } from "bun:test";
import { readSearch } from "./search-words.ts";

const names = {
  person: (name: string) => ({ bob: 2 })[name],
  room: (name: string) => ({ design: 7, "the lobby": 8 })[name],
};

describe("what is written to search", () => {
  test("SEARCH-8 filters are taken out and the rest is the text", () => {
    expect(readSearch("from:@bob new  plan in:#design has:link", names)).toEqual({
      ...{ from: 2, room: 7, has: ["link"], text: "new plan" },
    });
    expect(readSearch('in:"the lobby"', names)).toEqual({ room: 8 });
    expect(readSearch("mentions:bob", names)).toEqual({ mentions: 2 });
    expect(readSearch("", names)).toEqual({});
    expect(readSearch("has:link HAS:image has:link is:saved has:pin type:poll", names)).toEqual({
      ...{ has: ["link", "image"], is: ["saved", "pinned"], type: "poll" },
    });
  });

  test("SEARCH-8 a filter that says nothing is text", () => {
    for (const text of [
      "from:nobody",
      "in:nowhere",
      "has:hope",
      "is:over",
      "type:",
      "type:writer",
      "before:noon",
      "at 12:30",
      "http://example.org",
    ]) {
      expect(readSearch(text, names)).toEqual({ text });
    }
  });

  test("SEARCH-8 before a day is before its beginning, after it is after its end", () => {
    const { before, after } = readSearch("before:2026-03-02 after:2026-02-28", names);
    expect(new Date(before ?? "").getTime()).toBe(new Date(2026, 2, 2).getTime());
    expect(new Date(after ?? "").getTime()).toBe(new Date(2026, 2, 1).getTime());
  });
});
