import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { marksOf, type ScriptedMarks } from "./scripted-marks.ts";
import { readTo, unreadIn } from "./unread.ts";

/** What alice is shown of the room. */
function shown({ client }: ScriptedMarks) {
  const view = client.view.getState();
  const held = view.state.rooms.get(7);
  if (!held) throw new Error("the room is held");
  const { unread, mentions } = unreadIn(held, view);
  return { read: readTo(held, view), unread, mentions };
}

const heldUnread = ({ client }: ScriptedMarks) => client.rooms()[0]?.room.unread;

describe("what was read on this device", () => {
  test("CLIENT-16 is not unread here before the server says so", async () => {
    const marks = await marksOf(10, 4);
    marks.client.markRead(7, 9);
    expect([heldUnread(marks), shown(marks)]).toEqual([4, { read: 9, unread: 2, mentions: 0 }]);
    marks.client.markRead(7);
    expect([heldUnread(marks), shown(marks)]).toEqual([4, { read: 11, unread: 0, mentions: 0 }]);
    await marks.calm();
    expect([heldUnread(marks), shown(marks)]).toEqual([0, { read: 11, unread: 0, mentions: 0 }]);
    expect(marks.client.view.getState().read.size).toBe(0);
  });

  test("CLIENT-16 mentions count as the rest", async () => {
    const marks = await marksOf(4, 0);
    marks.grow(2, true);
    marks.grow(1);
    for (let told = 0; told < 3; told++) await marks.hears("events");
    expect(shown(marks)).toEqual({ read: 5, unread: 3, mentions: 2 });
    marks.client.markRead(7, 6);
    expect(shown(marks)).toEqual({ read: 6, unread: 2, mentions: 1 });
    marks.client.markUnread(7, 4);
    expect(shown(marks)).toEqual({ read: 3, unread: 5, mentions: 2 });
  });

  test("CLIENT-16 what comes after it is unread", async () => {
    const marks = await marksOf(10, 4);
    marks.client.markRead(7);
    marks.grow(1);
    await marks.hears("events");
    expect([heldUnread(marks), shown(marks)]).toEqual([5, { read: 11, unread: 1, mentions: 0 }]);
  });

  test("CLIENT-16 an older word of the server's takes nothing of it back", async () => {
    const marks = await marksOf(10, 4);
    marks.client.markRead(7, 8);
    marks.does();
    marks.client.markRead(7);
    await marks.hears("events");
    expect([heldUnread(marks), shown(marks).unread]).toEqual([3, 0]);
    await marks.hears("answers");
    expect(shown(marks).unread).toBe(0);
  });

  test("CLIENT-16 is marked unread at once, though it was told as read a moment ago", async () => {
    const marks = await marksOf(10, 4);
    marks.client.markRead(7);
    marks.client.markUnread(7, 10);
    expect([marks.sent.at(-1), shown(marks)]).toEqual([
      "receipt.read 11",
      { read: 9, unread: 2, mentions: 0 },
    ]);
    await marks.calm();
    expect([heldUnread(marks), shown(marks)]).toEqual([2, { read: 9, unread: 2, mentions: 0 }]);
    expect(marks.client.view.getState().read.size).toBe(0);
  });

  test("CLIENT-16 stays unread whether the answer or the event comes first", async () => {
    for (const order of [["answers", "events"] as const, ["events", "answers"] as const]) {
      const marks = await marksOf(10, 0);
      marks.client.markUnread(7, 10);
      marks.does();
      for (const which of order) {
        await marks.hears(which);
        expect(shown(marks)).toEqual({ read: 9, unread: 2, mentions: 0 });
      }
      expect(marks.client.view.getState().read.size).toBe(0);
    }
  });

  test("CLIENT-16 after a cut it is what the greeting says, once the server had answered", async () => {
    const marks = await marksOf(10, 0);
    marks.client.markUnread(7, 10);
    marks.does();
    await marks.hears("answers");
    marks.moves("read", 11);
    await marks.cut();
    expect(shown(marks)).toEqual({ read: 11, unread: 0, mentions: 0 });
  });

  test("CLIENT-16 what another device marks unread is so here, whatever was told before", async () => {
    const marks = await marksOf(10, 4);
    marks.client.markRead(7);
    marks.does();
    marks.moves("unread", 5);
    await marks.hears("events");
    await marks.hears("events");
    expect(shown(marks)).toEqual({ read: 4, unread: 7, mentions: 0 });
    await marks.calm();
    expect(shown(marks)).toEqual({ read: 4, unread: 7, mentions: 0 });
    marks.client.markRead(7);
    await marks.calm();
    expect([heldUnread(marks), shown(marks).unread]).toEqual([0, 0]);
  });

  test("CLIENT-16 what the server refuses does not stay", async () => {
    const marks = await marksOf(10, 4);
    marks.client.markRead(7);
    const asked = marks.network.socket.frames("do").at(-1);
    const error = { code: "forbidden", message: "no", retry: "no" } as const;
    marks.server.say({ type: "failed", id: asked?.id ?? "", error });
    await marks.network.pass(1_000);
    expect(shown(marks)).toEqual({ read: 7, unread: 4, mentions: 0 });
  });

  test("CLIENT-15 a room is found as it was read here, and what is read since does not count", async () => {
    const marks = await marksOf(10, 4);
    const found = () => marks.client.view.getState().readings.get(7);
    marks.client.close(7);
    marks.network.socket.cut();
    marks.client.markRead(7, 9);
    marks.client.open(7);
    expect(found()).toEqual({ from: 9, head: 11, unread: 2, mentions: 0 });
    marks.client.markRead(7);
    await marks.cut();
    await marks.calm();
    expect([heldUnread(marks), found()?.from]).toEqual([0, 9]);
  });

  test("CLIENT-8 what waits to be told is told as the page goes", async () => {
    const marks = await marksOf(10, 4);
    marks.client.markRead(7, 9);
    marks.client.markRead(7);
    marks.network.hide();
    await marks.network.pass(0);
    const last = () => marks.network.requests.map(({ path, body }) => [path, body]).at(-1);
    expect([marks.sent.at(-1), last()]).toEqual(["receipt.read 9", ["/rooms/7/read", { seq: 11 }]]);
    marks.client.markUnread(7, 4);
    marks.network.hide();
    await marks.network.pass(0);
    expect(last()).toEqual(["/rooms/7/unread", { seq: 4 }]);
    await marks.calm();
    const asked = marks.network.requests.length;
    marks.network.hide();
    await marks.network.pass(0);
    expect(marks.network.requests).toHaveLength(asked);
  });
});

type Step = "grow" | "does" | "events" | "answers" | "pass" | "cut" | { how: Move; back: number };
type Move = "read" | "unread" | "other read" | "other unread";

const someStep: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>("grow", "does", "does", "events", "events", "answers", "pass", "cut"),
  fc.record({
    how: fc.constantFrom<Move>("read", "read", "unread", "other read", "other unread"),
    back: fc.nat(8),
  }),
);

const isOthers = (step: Step) => typeof step === "object" && step.how.startsWith("other");

async function take(marks: ScriptedMarks, step: Step): Promise<void> {
  switch (step) {
    case "grow":
      return marks.grow(1);
    case "does":
      return void marks.does();
    case "pass":
      return marks.pass();
    case "cut":
      return marks.cut();
    case "events":
    case "answers":
      return marks.hears(step);
  }
  const position = marks.client.rooms()[0]?.position ?? 0;
  if (step.how === "read") marks.client.markRead(7, position - step.back);
  else if (step.how === "unread") marks.client.markUnread(7, position - step.back);
  else if (step.how === "other read") marks.moves("read", marks.head - step.back);
  else marks.moves("unread", marks.head - step.back);
}

describe("whatever happens meanwhile", () => {
  const runs = { numRuns: 300 };

  test("CLIENT-16 what is shown to be read is what will be", async () => {
    const own = someStep.filter((step) => !isOthers(step));
    await fc.assert(
      fc.asyncProperty(fc.array(own, { maxLength: 30 }), async (steps) => {
        const marks = await marksOf(10, 4);
        let wanted = shown(marks).read;
        for (const step of steps) {
          const position = marks.client.rooms()[0]?.position ?? 0;
          await take(marks, step);
          if (typeof step === "object") {
            const to = position - step.back;
            wanted = step.how === "read" ? Math.max(wanted, to) : Math.min(wanted, to - 1);
          }
          expect(shown(marks).read).toBe(wanted);
        }
        await marks.calm();
        expect(shown(marks).read).toBe(wanted);
        expect(marks.client.rooms()[0]?.room.read).toBe(wanted);
      }),
      runs,
    );
  });

  test("CLIENT-16 in the end it is what the server says", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(someStep, { maxLength: 30 }), async (steps) => {
        const marks = await marksOf(10, 4);
        for (const step of steps) await take(marks, step);
        await marks.calm();
        const { read, unread, mentions } = marks.server.membership;
        expect(shown(marks)).toEqual({ read, unread, mentions });
        expect(marks.client.rooms()[0]?.room).toMatchObject({ read, unread, mentions });
        expect(marks.client.view.getState().read.size).toBe(0);
      }),
      runs,
    );
  });
});
