import { expect, test } from "bun:test";
import { marksOf, type ScriptedMarks } from "../../client/scripted-marks.ts";
import { unreadIn } from "../../client/unread.ts";
import { callRead, useCalledRead } from "./mark-read.ts";

const unreadOf = ({ client }: ScriptedMarks) =>
  client.rooms().map((held) => unreadIn(held, client.view.getState()).unread);

test("READ-5 taking it back brings back what was unread, not what was read here a moment before", async () => {
  const marks = await marksOf(10, 6);
  marks.client.markRead(7, 8);
  expect(unreadOf(marks)).toEqual([3]);
  const { count, undo } = callRead(marks.client, marks.client.rooms());
  expect([count, unreadOf(marks), useCalledRead.getState().rooms.get(7)]).toEqual([1, [0], 11]);
  undo();
  expect([unreadOf(marks), useCalledRead.getState().rooms.get(7)]).toEqual([[3], -1]);
  await marks.calm();
  expect(unreadOf(marks)).toEqual([3]);
  expect(marks.server.membership).toMatchObject({ read: 8, unread: 3 });
});

test("READ-5 taking it back after the server knows brings back the same", async () => {
  const marks = await marksOf(10, 6);
  const { undo } = callRead(marks.client, marks.client.rooms());
  await marks.calm();
  expect(marks.server.membership).toMatchObject({ unread: 0 });
  undo();
  expect(unreadOf(marks)).toEqual([6]);
  await marks.calm();
  expect(marks.server.membership).toMatchObject({ read: 5, unread: 6 });
});

test("READ-5 a room that was read here is not called read again, so nothing of it comes back", async () => {
  const marks = await marksOf(10, 6);
  marks.client.markRead(7);
  const { count, undo } = callRead(marks.client, marks.client.rooms());
  expect(count).toBe(0);
  undo();
  await marks.calm();
  expect(marks.server.membership).toMatchObject({ unread: 0 });
});
