import { expect, test } from "bun:test";
import { isoTime } from "../../platform/clock.ts";
import { pushScene, second } from "../../testing/push-scene.ts";
import { onEveryEngine } from "../../testing/store.ts";
import { everyRow } from "../../testing/tables.ts";

const minute = 60 * second;

onEveryEngine((engine) => {
  const on = pushScene(engine);
  const { call, got, open, read, say, settled } = on;

  const remind = (message: number, milliseconds = minute) =>
    call(on.alice, "PUT", `/messages/${message}/reminder`, {
      remind_at: isoTime(on.app.clock.now() + milliseconds),
    });
  const passes = async (milliseconds: number) => {
    on.app.clock.advance(milliseconds);
    await on.app.app.jobs.settled();
    await settled();
  };
  const told = () => got().filter(({ kind }) => kind === "reminder");
  const waiting = async () => ((await everyRow(on.app.context.database)).get("push_reminders") ?? []).length;
  /** Something that is read already: nothing else is told of it. */
  const said = async (text = "A secret") => {
    const { aliceBob } = on.app.rooms;
    const message = await say(on.bob, aliceBob.id, text);
    await read(on.alice, aliceBob.id);
    await settled();
    return message.id as number;
  };

  test("REMIND-5 a device with no page open is told at its time, once, without the text", async () => {
    const message = await said();
    await remind(message);
    await passes(minute - 1);
    expect(told()).toEqual([]);
    await passes(1);
    await passes(minute);
    const { aliceBob } = on.app.rooms;
    expect(told()).toEqual([
      {
        ...{ kind: "reminder", language: "en", room: aliceBob.id, message },
        ...{ title: "bob", sender: "bob", text: null, gone: false },
      },
    ]);
    expect(on.browser.got.at(-1)?.headers).toMatchObject({ urgency: "high" });
    expect(await waiting()).toBe(0);
  });

  test("REMIND-5 with what was written where the person chose that, and nothing of what is gone", async () => {
    await call(on.alice, "PUT", "/me/push/text", { text: "always" });
    const [stays, goes] = [await said("Words that stay"), await said("Words that go")];
    await remind(stays);
    await remind(goes, 2 * minute);
    await passes(minute);
    await call(on.bob, "DELETE", `/messages/${goes}`, {});
    await passes(minute);
    await call(on.alice, "PUT", "/me/push/text", { text: "never" });
    expect(told()).toMatchObject([
      { message: stays, text: "Words that stay", gone: false },
      { message: goes, title: "", sender: "", text: null, gone: true },
    ]);
  });

  test("REMIND-5 what was taken away, or given another time, before it was sent is not told", async () => {
    const [removed, moved] = [await said(), await said()];
    await remind(removed);
    await remind(moved);
    on.app.clock.advance(minute);
    on.browser.hold();
    await on.app.app.jobs.settled();
    await call(on.alice, "DELETE", `/messages/${removed}/reminder`, {});
    await remind(moved, minute);
    on.browser.release();
    await settled();
    const early = told().length;
    await passes(minute);
    // One of them may have been on its way already.
    expect(told().length - early).toBe(1);
    expect(told().at(-1)).toMatchObject({ message: moved });
    expect(await waiting()).toBe(0);
  });

  test("REMIND-5 while nobody is to disturb it waits", async () => {
    const message = await said();
    await remind(message);
    const muted_until = isoTime(on.app.clock.now() + 10 * minute);
    await call(on.alice, "PUT", "/me/notifications", { level: "all", muted_until });
    await passes(minute);
    expect([told(), await waiting()]).toEqual([[], 1]);
    await passes(9 * minute);
    expect(told()).toMatchObject([{ message }]);
    await call(on.alice, "PUT", "/me/notifications", { level: "mentions", muted_until: null });
  });

  test("REMIND-5 a page that is open on the device tells by itself", async () => {
    const message = await said();
    await remind(message);
    on.app.clock.advance(minute);
    const page = await open(on.phone);
    await on.app.app.jobs.settled();
    on.app.clock.advance(5 * second);
    await page.settled();
    await settled();
    await passes(5 * second);
    expect([told(), await waiting()]).toEqual([[], 0]);
  });

  test("REMIND-5 what the service does not take is tried later", async () => {
    const message = await said();
    await remind(message);
    on.browser.answer(503);
    await passes(minute);
    expect(await waiting()).toBe(1);
    on.browser.answer(201);
    on.browser.got.length = 0;
    await passes(5 * second);
    expect([told().length, await waiting()]).toEqual([1, 0]);
  });
});
