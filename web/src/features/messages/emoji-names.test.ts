import { expect, test } from "bun:test";
import { withEmoji } from "./emoji-names.ts";

const emoji = (sign: string, ...shortNames: string[]) => ({
  emoji: sign,
  name: sign,
  words: "",
  shortNames,
  group: 0,
});
const all = [emoji("😀", "grinning"), emoji("👍", "+1", "thumbsup"), emoji("🪿", "goose")];
const own = new Map([["goose", "picture"]]);

test("EMOJI-10 names of emoji become emoji, whatever else has colons stays", () => {
  expect(withEmoji("Well :grinning: done:+1:!", all, own)).toBe("Well 😀 done👍!");
  expect(withEmoji("at 10:30:45 or :none: or :a:", all, own)).toBe("at 10:30:45 or :none: or :a:");
  expect(withEmoji("no colon", all, own)).toBe("no colon");
});

test("EMOJI-10 the server's own keep their names, and code stays as it is", () => {
  expect(withEmoji(":goose: :thumbsup:", all, own)).toBe(":goose: 👍");
  expect(withEmoji(":goose:", all, undefined)).toBe("🪿");
  expect(withEmoji("`:+1:` :+1: ```\n:+1:\n``` :+1:", all, own)).toBe("`:+1:` 👍 ```\n:+1:\n``` 👍");
  expect(withEmoji("```\n:+1: open", all, own)).toBe("```\n:+1: open");
});
