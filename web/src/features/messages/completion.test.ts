import { describe, expect, test } from "bun:test";
import { mentionsIn, queryAt } from "./completion.ts";

describe("completion", () => {
  test("COMPLETE-1 a name, an emoji or a command is completed where the caret stands", () => {
    expect(queryAt("Hello @al", 9)).toEqual({ kind: "person", words: "al", from: 6, to: 9 });
    expect(queryAt("@", 1)).toEqual({ kind: "person", words: "", from: 0, to: 1 });
    expect(queryAt("Hello @al and", 9)).toEqual({ kind: "person", words: "al", from: 6, to: 9 });
    expect(queryAt("so (:smi", 8)).toEqual({ kind: "emoji", words: "smi", from: 4, to: 8 });
    expect(queryAt("/me", 3)).toEqual({ kind: "command", words: "me", from: 0, to: 3 });
  });

  test("COMPLETE-1 addresses, times, paths and short signs are left alone", () => {
    for (const text of ["alice@example", "at 12:30", "a :s", "see /etc", "https://example.org/@al", "@al "]) {
      expect(queryAt(text, text.length)).toBeNull();
    }
  });

  test("COMPLETE-2 whoever was chosen is mentioned while their name stands in the text", () => {
    const known = new Map([
      ["alice", 1],
      ["bob.b", 2],
    ]);
    const none = { mentions: [], mention_all: false };
    expect(mentionsIn("Hello @Alice, and @bob.b.", known)).toEqual({ mentions: [1, 2], mention_all: false });
    expect(mentionsIn("@alice @alice", known)).toEqual({ mentions: [1], mention_all: false });
    expect(mentionsIn("@all please", known)).toEqual({ mentions: [], mention_all: true });
    expect(mentionsIn("me@alice.example, @alicia, @allison, @nobody", known)).toEqual(none);
  });
});
