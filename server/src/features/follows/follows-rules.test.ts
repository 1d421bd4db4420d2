import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Answer, newcomers, type Root } from "./follows-rules.ts";

const someone = fc.integer({ min: 1, max: 6 });
const some = fc.uniqueArray(someone, { maxLength: 4 });
const root: fc.Arbitrary<Root> = fc.record({ sender: someone, seq: fc.constant(3), mentions: some });
const answer: fc.Arbitrary<Answer> = fc.record({
  ...{ sender: someone, seq: fc.constant(9), mentions: some },
  ...{ isFirst: fc.boolean(), people: fc.constantFrom([], [1, 2]) },
});

test("THREAD-6 it concerns those whom an answer mentions, and with the first those of the message", () => {
  fc.assert(
    fc.property(root, answer, (of, said) => {
      const found = newcomers(of, said);
      const concerned = [
        ...said.mentions,
        ...(said.isFirst ? [of.sender, ...of.mentions, ...said.people] : []),
      ];
      expect(found.has(said.sender)).toBe(false);
      expect([...found.keys()].sort()).toEqual(
        [...new Set(concerned)].filter((user) => user !== said.sender).sort(),
      );
      // Whoever comes has the answer before them that brought them.
      for (const read of found.values()) expect(read).toBeLessThan(said.seq);
    }),
  );
});

test("THREAD-6 whoever comes with a later answer has read what was said before it", () => {
  const of = { sender: 1, seq: 3, mentions: [2] };
  const said = { sender: 1, seq: 9, mentions: [3], people: [] };
  expect([...newcomers(of, { ...said, isFirst: false })]).toEqual([[3, 8]]);
  expect([...newcomers(of, { ...said, isFirst: true })]).toEqual([
    [3, 8],
    [2, 3],
  ]);
});
