import { expect, test } from "bun:test";
import { plainWords } from "./markdown.ts";

test("MARKDOWN-1 a text in a line has its words and not its signs", () => {
  expect(plainWords("It is about the **budget** and `code`.")).toBe("It is about the budget and code.");
  expect(plainWords("- one\n- _two_\n\nthree")).toBe("one, two three");
  expect(plainWords("> said\n\nAgain?")).toBe("said Again?");
  expect(plainWords("[a link](https://example.org)")).toBe("a link");
  expect(plainWords("2 * 3 * 4 <b>5</b>")).toBe("2 * 3 * 4 <b>5</b>");
});
