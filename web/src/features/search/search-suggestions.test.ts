import { describe, expect, test } from "bun:test";
import { suggestionsFor, withSuggestion, writingAt } from "./search-suggestions.ts";
import { filtersIn, quotedName, withoutFilter } from "./search-words.ts";

const known = {
  rooms: ["design", "the lobby", "Tower of Babel"],
  people: [{ username: "bob", display_name: "Bob" }],
  recent: ["harbour from:bob"],
  now: new Date(2026, 2, 14, 12).getTime(),
};
const suggested = (text: string, caret = text.length) =>
  suggestionsFor(text, caret, known).map(({ insert }) => insert);

describe("what is suggested", () => {
  test("SEARCH-11 the word at the caret is completed", () => {
    expect(suggested("h")).toEqual(["has:"]);
    expect(suggested("plan FR")).toEqual(["from:"]);
    expect(suggested("plan ")).toEqual([]);
    expect(suggested("plan")).toEqual([]);
    expect(suggested("has:")).toEqual(["has:link", "has:file", "has:image", "has:video", "has:audio"]);
    expect(suggested("HAS:i plan", 5)).toEqual(["has:image"]);
    expect(suggested("is:s")).toEqual(["is:saved"]);
    expect(suggested("from:")).toEqual(["from:bob"]);
    expect(suggested("in:#TO")).toEqual(['in:"Tower of Babel"']);
    expect(suggested('in:"the lo')).toEqual(['in:"the lobby"']);
    expect(suggested("before:")).toEqual([
      ...[
        "before:2026-03-14",
        "before:2026-03-13",
        "before:2026-03-07",
        "before:2026-02-12",
        "before:2025-03-14",
      ],
    ]);
    expect(suggested("after:2025")).toEqual(["after:2025-03-14"]);
  });

  test("SEARCH-12 without a word, what was searched for lately", () => {
    expect(suggested("")).toEqual(["harbour from:bob"]);
    expect(suggested(" ")).toEqual(["harbour from:bob"]);
    expect(withSuggestion(" ", 1, { insert: "harbour from:bob", whole: true }).text).toBe("harbour from:bob");
  });

  test("SEARCH-11 what is taken stands in the place of what was begun", () => {
    const taken = (text: string, caret: number, insert: string) => {
      const next = withSuggestion(text, caret, { insert });
      return `${next.text.slice(0, next.caret)}|${next.text.slice(next.caret)}`;
    };
    expect(taken("plan fr", 7, "from:")).toBe("plan from:|");
    expect(taken("plan from:b", 11, "from:bob")).toBe("plan from:bob |");
    expect(taken("has:im plan", 5, "has:image")).toBe("has:image| plan");
    expect(taken('in:"the lo', 10, 'in:"the lobby"')).toBe('in:"the lobby" |');
    expect(writingAt("one two", 3)).toMatchObject({ start: 0, kind: null, value: "one" });
  });
});

describe("filters that hold", () => {
  const names = {
    person: (name: string) => ({ bob: 2 })[name],
    room: (name: string) => ({ "the lobby": 8 })[name],
  };

  test("SEARCH-14 each is known by where it stands, and taken out whole", () => {
    const written = 'plan in:"the lobby" from:nobody from:bob has:link';
    const filters = filtersIn(written, names);
    expect(filters.map(({ kind, value }) => `${kind} ${value}`)).toEqual([
      "in the lobby",
      "from bob",
      "has link",
    ]);
    expect(filters.map((each) => withoutFilter(written, each))).toEqual([
      "plan from:nobody from:bob has:link",
      'plan in:"the lobby" from:nobody has:link',
      'plan in:"the lobby" from:nobody from:bob',
    ]);
    expect([quotedName("design"), quotedName('The "new" lobby')]).toEqual(["design", '"The new lobby"']);
  });
});
