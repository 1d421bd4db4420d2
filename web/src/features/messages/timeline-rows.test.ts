import { describe, expect, test } from "bun:test";
import type { Message } from "@parley/protocol/messages";
import type { OutboxEntry } from "../../client/outbox-storage.ts";
import { type Row, rowsOf } from "./timeline-rows.ts";

const alice = 1;
const bob = 2;
const noon = new Date(2026, 5, 1, 12).getTime();
const minute = 60_000;

function message(seq: number, sender: number, minutes: number, more: Partial<Message> = {}): Message {
  const created_at = new Date(noon + minutes * minute).toISOString();
  const rest = { room: 1, ordinal: seq, type: "text" as const, text: `Text ${seq}`, version: 1 };
  return { id: seq, seq, sender, created_at, ...rest, ...more };
}

function entry(client_id: string, minutes: number): OutboxEntry {
  const created_at = noon + minutes * minute;
  return { client_id, room: 1, text: "On its way", user: alice, order: 1, created_at, state: "queued" };
}

const base = { messages: [], waiting: [], me: alice, isWhole: true, readTo: null };

function shape(rows: readonly Row[]): string[] {
  return rows.map((row) => {
    if (row.kind === "message") return `${row.isHead ? "head" : "more"} ${row.message.seq}`;
    if (row.kind === "waiting") return `${row.isHead ? "head" : "more"} ${row.entry.client_id}`;
    return row.kind;
  });
}

describe("the rows of a timeline", () => {
  test("TIME-1 what one author says within five minutes is one group, broken by others, replies and days", () => {
    const messages = [
      message(1, bob, 0),
      message(2, bob, 4),
      message(3, bob, 9),
      message(4, alice, 9),
      message(5, alice, 10, { reply_to: 1 }),
      message(6, alice, 24 * 60),
    ];
    const expected = ["start", "day", "head 1", "more 2", "head 3", "head 4", "head 5", "day", "head 6"];
    expect(shape(rowsOf({ ...base, messages }))).toEqual(expected);
  });

  test("TIME-2 the oldest message of a part is known and not shown, so that an older page changes no row", () => {
    const messages = [message(7, bob, 0), message(8, bob, 1), message(9, alice, 2)];
    const before = rowsOf({ ...base, messages, isWhole: false });
    expect(shape(before)).toEqual(["more 8", "head 9"]);
    const older = [message(5, bob, -60), message(6, bob, -1)];
    const after = rowsOf({ ...base, messages: [...older, ...messages], isWhole: false });
    expect(after.slice(-2)).toEqual(before);
  });

  test("TIME-3 the line of what is new stands before the first message of another after what was read", () => {
    const messages = [message(1, bob, 0), message(2, alice, 1), message(3, bob, 2), message(4, bob, 3)];
    const rows = shape(rowsOf({ ...base, messages, readTo: 1 }));
    expect(rows).toEqual(["start", "day", "head 1", "head 2", "new", "head 3", "more 4"]);
    expect(shape(rowsOf({ ...base, messages, readTo: 4 }))).not.toContain("new");
    expect(shape(rowsOf({ ...base, messages }))).not.toContain("new");
  });

  test("TIME-4 what is on its way comes last, and keeps its row when it has arrived", () => {
    const messages = [message(1, alice, 0)];
    const waiting = rowsOf({ ...base, messages, waiting: [entry("a", 1)] });
    expect(shape(waiting)).toEqual(["start", "day", "head 1", "more a"]);
    const arrived = rowsOf({ ...base, messages: [...messages, message(2, alice, 1, { client_id: "a" })] });
    expect(arrived.map(({ key }) => key)).toEqual(waiting.map(({ key }) => key));
    const isOthers = rowsOf({ ...base, messages: [message(3, bob, 1, { client_id: "a" })] });
    expect(isOthers.map(({ key }) => key)).toContain("message 3");
  });
});
