import { describe, expect, test } from "bun:test";
import { type Fault, findFaults } from "./checker.ts";
import { type Entry, type History, tokens, toObserved } from "./history.ts";

const room = 7;
const created = { identity: "room.created" };
const message = (id: string) => ({ identity: `message.sent ${id}`, sent: id });

/** Alice sends three messages, of which one is refused and one has no answer; bob and she see what came of it. */
const clean: History = [
  { what: "secret", token: "canary-1", readers: ["alice", "bob"] },
  { what: "begin", device: "alice", room, seq: 1 },
  { what: "begin", device: "bob", room, seq: 1 },
  { what: "invoke", device: "alice", id: "a1", room },
  { what: "saw", device: "alice", token: "canary-1" },
  { what: "ok", device: "alice", id: "a1", room, seq: 2 },
  { what: "invoke", device: "alice", id: "a2", room },
  { what: "no", device: "alice", id: "a2" },
  { what: "invoke", device: "alice", id: "a3", room },
  { what: "observe", device: "alice", room, seq: 2, event: message("a1") },
  { what: "observe", device: "bob", room, seq: 2, event: message("a1") },
  { what: "saw", device: "bob", token: "canary-1" },
  { what: "invoke", device: "alice", id: "a4", room },
  { what: "ok", device: "alice", id: "a4", room, seq: 3 },
  { what: "ok", device: "alice", id: "a4", room, seq: 3 },
  { what: "observe", device: "bob", room, seq: 3, event: message("a4") },
  { what: "begin", device: "bob", room, seq: 2 },
  { what: "observe", device: "alice", room, seq: 3, event: message("a4") },
  { what: "stored", room, seq: 1, event: created },
  { what: "stored", room, seq: 2, event: message("a1") },
  { what: "stored", room, seq: 3, event: message("a4") },
];

const isStored = (id: string) => (entry: Entry) => entry.what === "stored" && entry.event.sent === id;
const without = (isIt: (entry: Entry) => boolean) => clean.filter((entry) => !isIt(entry));
const replaced = (isIt: (entry: Entry) => boolean, change: (entry: Entry) => Entry) =>
  clean.map((entry) => (isIt(entry) ? change(entry) : entry));

const planted: [string, Fault[], History][] = [
  ["an acknowledged message that is not there", ["lost", "order"], without(isStored("a1"))],
  [
    "an acknowledged message at the end that is not there",
    ["lost"],
    clean.filter((entry) => !isStored("a4")(entry) && !(entry.what === "observe" && entry.seq === 3)),
  ],
  [
    "an acknowledged message that stands elsewhere than was said",
    ["lost", "doubled"],
    [...clean, { what: "ok", device: "alice", id: "a4", room, seq: 2 }],
  ],
  [
    "one client id that makes two messages",
    ["doubled"],
    [...clean, { what: "stored", room, seq: 4, event: { identity: "again", sent: "a1" } }],
  ],
  [
    "one client id that a device sees twice",
    ["doubled", "order"],
    [...clean, { what: "observe", device: "alice", room, seq: 4, event: { identity: "again", sent: "a1" } }],
  ],
  [
    "two devices that see different events at one place",
    ["order"],
    replaced(
      (entry) => entry.what === "observe" && entry.device === "bob" && entry.seq === 2,
      (entry) => ({ ...entry, event: { identity: "something else" } }) as Entry,
    ),
  ],
  [
    "a device that sees another event than is stored",
    ["order"],
    replaced(
      isStored("a1"),
      (entry) => ({ ...entry, event: { ...message("a1"), identity: "rewritten" } }) as Entry,
    ),
  ],
  [
    "a device with a hole in what it saw",
    ["order"],
    without((entry) => entry.what === "observe" && entry.device === "alice" && entry.seq === 2),
  ],
  [
    "a device that applies an event twice",
    ["order"],
    [
      ...clean,
      { what: "observe", device: "alice", room, seq: 3, event: { identity: message("a4").identity } },
    ],
  ],
  [
    "a device that applies an event of a room that it never began to see",
    ["order"],
    [...clean, { what: "observe", device: "carol", room, seq: 1, event: created }],
  ],
  [
    "an event that was told before it was stored, and never was",
    ["order"],
    [...clean, { what: "observe", device: "alice", room, seq: 4, event: { identity: "never" } }],
  ],
  [
    "a hole in the store",
    ["order"],
    [...clean, { what: "stored", room, seq: 5, event: { identity: "much later" } }],
  ],
  [
    "a refused message that is stored",
    ["overtaken", "phantom"],
    [...clean, { what: "stored", room, seq: 4, event: message("a2") }],
  ],
  [
    "a refused message that somebody saw",
    ["order", "phantom"],
    [...clean, { what: "observe", device: "alice", room, seq: 4, event: message("a2") }],
  ],
  [
    "two messages of a device that changed places",
    ["overtaken"],
    [
      ...clean,
      { what: "invoke", device: "bob", id: "b1", room },
      { what: "invoke", device: "bob", id: "b2", room },
      { what: "stored", room, seq: 4, event: message("b2") },
      { what: "stored", room, seq: 5, event: message("b1") },
    ],
  ],
  [
    "a secret sent to somebody without a right to it",
    ["leak"],
    [...clean, { what: "saw", device: "carol", token: "canary-1" }],
  ],
];

describe("the checker", () => {
  test("PROOF-1 a history without a fault is called clean", () => {
    expect(findFaults(clean)).toEqual([]);
  });

  test("PROOF-1 what has no answer may be there or not", () => {
    const there: Entry[] = [{ what: "stored", room, seq: 4, event: message("a5") }];
    expect(findFaults([...clean, { what: "invoke", device: "alice", id: "a5", room }])).toEqual([]);
    expect(findFaults([...clean, { what: "invoke", device: "alice", id: "a5", room }, ...there])).toEqual([]);
  });

  for (const [what, faults, history] of planted) {
    test(`PROOF-1 ${what} is found`, () => {
      const found = [...new Set(findFaults(history).map(({ fault }) => fault))];
      expect(found.sort()).toEqual([...faults].sort());
    });
  }

  test("PROOF-1 the same event is told as the same, a message by its client id", () => {
    const sent = { kind: "message.sent", by: 1, at: "2030-01-01T00:00:00.000Z" };
    const first = toObserved({ ...sent, message: { id: 5, client_id: "a1", text: "before an edit" } });
    expect(first).toEqual(toObserved({ ...sent, message: { id: 5, client_id: "a1", text: "after it" } }));
    expect(first.sent).toBe("a1");
    expect(first).not.toEqual(toObserved({ ...sent, message: { id: 6, client_id: "a1" } }));
    expect(toObserved({ kind: "reaction.set", by: 1, at: sent.at, message: 5 }).sent).toBeUndefined();
    expect('{"text":"canary-12 and canary-3x"}'.match(tokens)).toEqual(["canary-12", "canary-3x"]);
  });
});
