import type { Page } from "playwright-core";

import { median } from "../results.ts";
import { quantileOf, shareOf } from "./figures.ts";
import { heapMegabytes, rendererMegabytes } from "./memory.ts";
import type { Options } from "./options.ts";
import { watchFrames, watchKeys, watchNewMessage } from "./probes.ts";
import { load, type Stage } from "./stage.ts";
import { startTalk } from "./talk.ts";

export interface Figure {
  name: string;
  what: string;
  unit: string;
  digits: number;
  /** What is asked of it, if anything is. */
  most?: number;
  least?: number;
}

export interface Measure {
  name: string;
  about: string;
  figures: readonly Figure[];
  run(stage: Stage, options: Options): Promise<Record<string, number>>;
}

/** Pixels of one turn of a mouse wheel, and milliseconds between two: as fast as a hand does it. */
const WHEEL = 120;
const WHEEL_EVERY = 16;
const SMOOTH_FRAME = 20;
const KEY_EVERY = 90;
const LETTERS = "the quick brown fox jumps over the lazy dog ";
const WARM_UP = 1_500;

/** A page in the lobby, in a browser that has nothing yet. */
async function inLobby<Result>(stage: Stage, use: (page: Page) => Promise<Result>): Promise<Result> {
  const context = await stage.freshContext();
  const page = await context.newPage();
  await load(page, stage);
  await page.getByRole("textbox", { name: "Message", exact: true }).waitFor();
  await Bun.sleep(WARM_UP);
  const result = await use(page);
  await stage.leave(context);
  return result;
}

async function runStart(stage: Stage, { times }: Options): Promise<Record<string, number>> {
  const cold: number[] = [];
  for (let count = 0; count < times; count += 1) {
    const context = await stage.freshContext();
    cold.push(await load(await context.newPage(), stage));
    await stage.leave(context);
  }
  const warm: number[] = [];
  await inLobby(stage, async (page) => {
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    // What was read is kept a second after it was shown.
    await Bun.sleep(WARM_UP);
    for (let count = 0; count < times; count += 1) warm.push(await load(page, stage));
  });
  return { cold: median(cold), cold_worst: Math.max(...cold), warm: median(warm) };
}

async function runSwitch(stage: Stage, { times }: Options): Promise<Record<string, number>> {
  const taken: number[] = [];
  await inLobby(stage, async (page) => {
    const link = (name: string) =>
      page.getByRole("navigation", { name: "Rooms" }).getByRole("link", { name, exact: false });
    const go = async (name: string) => {
      await page.evaluate(watchNewMessage, { kind: "click", text: "" } as const);
      await link(name).first().click();
      return page.evaluate(() => globalThis.shown.at);
    };
    // The first time it is fetched.
    await go(stage.other);
    for (let count = 0; count < times; count += 1) {
      taken.push(await go("lobby"));
      await Bun.sleep(WARM_UP / 3);
      taken.push(await go(stage.other));
      await Bun.sleep(WARM_UP / 3);
    }
  });
  return { switched: median(taken), switched_worst: Math.max(...taken) };
}

async function runSend(stage: Stage, { times }: Options): Promise<Record<string, number>> {
  const taken: number[] = [];
  await inLobby(stage, async (page) => {
    const composer = page.getByRole("textbox", { name: "Message", exact: true });
    for (let count = 1; count <= times; count += 1) {
      const text = `Said for the ${count}th time`;
      await composer.fill(text);
      await page.evaluate(watchNewMessage, { kind: "keydown", text } as const);
      await composer.press("Enter");
      taken.push(await page.evaluate(() => globalThis.shown.at));
      await Bun.sleep(WARM_UP / 3);
    }
  });
  return { sent: median(taken), sent_worst: Math.max(...taken) };
}

async function turnWheel(page: Page, way: 1 | -1, isEnough: (seen: number) => boolean): Promise<void> {
  const seen = () =>
    page.evaluate((next) => {
      globalThis.scrolling.way = next;
      return globalThis.scrolling.seen.size;
    }, way);
  for (let turns = 0; turns % 20 > 0 || !isEnough(await seen()); turns += 1) {
    await Promise.all([page.mouse.wheel(0, -WHEEL * way), Bun.sleep(WHEEL_EVERY)]);
  }
  await Bun.sleep(WARM_UP / 3);
}

async function runScroll(stage: Stage, { scrolled }: Options): Promise<Record<string, number>> {
  return inLobby(stage, async (page) => {
    await page.getByRole("log").hover();
    await page.evaluate(watchFrames);
    await turnWheel(page, 1, (seen) => seen >= scrolled);
    await page.evaluate(() => globalThis.scrolling.seen.clear());
    await turnWheel(page, -1, (seen) => seen >= scrolled);
    const frames = await page.evaluate(() => {
      const { gaps, wrong, furthest } = globalThis.scrolling;
      return { gaps, wrong, furthest };
    });
    return {
      smooth: shareOf(frames.gaps, (gap) => gap < SMOOTH_FRAME) * 100,
      frames: frames.gaps.length,
      longest: Math.max(...frames.gaps),
      wrong: frames.wrong,
      furthest: frames.furthest,
    };
  });
}

/** Types until so many letters were measured; what was typed is thrown away now and then. */
async function type(page: Page, isEnough: (typed: number) => boolean): Promise<void> {
  for (let typed = 0; !isEnough(typed); typed += 1) {
    const key = LETTERS[typed % LETTERS.length] ?? " ";
    await Promise.all([page.keyboard.press(key), Bun.sleep(KEY_EVERY)]);
    if (typed % 100 < 99) continue;
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.press("Delete");
  }
}

async function runKey(stage: Stage, { presses }: Options): Promise<Record<string, number>> {
  return inLobby(stage, async (page) => {
    const talk = startTalk(stage.bob, stage.lobby);
    await Bun.sleep(WARM_UP);
    await page.getByRole("textbox", { name: "Message", exact: true }).focus();
    await page.evaluate(watchKeys);
    await type(page, (typed) => typed >= presses);
    const rate = await talk.stop();
    const pressed = await page.evaluate(() => globalThis.pressed);
    return {
      ...{ presses: pressed.length, rate },
      key_p50: quantileOf(pressed, 0.5),
      key_p99: quantileOf(pressed, 0.99),
    };
  });
}

async function runMemory(stage: Stage, { minutes }: Options): Promise<Record<string, number>> {
  return inLobby(stage, async (page) => {
    const until = performance.now() + minutes * 60_000;
    const talk = startTalk(stage.bob, stage.lobby);
    await page.getByRole("textbox", { name: "Message", exact: true }).focus();
    const early = { heap: await heapMegabytes(page) };
    await type(page, () => performance.now() >= until);
    const rate = await talk.stop();
    return {
      ...{ rate, heap_before: early.heap, heap: await heapMegabytes(page) },
      renderer: await rendererMegabytes(stage.browser),
    };
  });
}

export const measures: readonly Measure[] = [
  {
    name: "start",
    about:
      "from the navigation to the frame that shows the first message of the room, signed in: cold in a browser that has nothing but the session's cookie, warm with the service worker and what it kept",
    figures: [
      { name: "cold", what: "cold start, median", unit: "ms", digits: 0, most: 1_000 },
      { name: "cold_worst", what: "cold start, slowest", unit: "ms", digits: 0 },
      { name: "warm", what: "warm start, median", unit: "ms", digits: 0, most: 500 },
    ],
    run: runStart,
  },
  {
    name: "switch",
    about: "from the click on a room that was open before to the frame that shows its messages",
    figures: [
      { name: "switched", what: "room switch, median", unit: "ms", digits: 0, most: 100 },
      { name: "switched_worst", what: "room switch, slowest", unit: "ms", digits: 0 },
    ],
    run: runSwitch,
  },
  {
    name: "send",
    about: "from the Enter key to the frame that shows the own message in its place",
    figures: [
      { name: "sent", what: "own message shown, median", unit: "ms", digits: 0, most: 100 },
      { name: "sent_worst", what: "own message shown, slowest", unit: "ms", digits: 0 },
    ],
    run: runSend,
  },
  {
    name: "scroll",
    about: `the wheel turned by ${WHEEL} pixels every ${WHEEL_EVERY} ms through a long room, towards its past and back`,
    figures: [
      { name: "smooth", what: "frames within 20 ms of the one before", unit: "%", digits: 1, least: 95 },
      { name: "wrong", what: "frames in which a message went the wrong way", unit: "", digits: 0, most: 0 },
      { name: "furthest", what: "the furthest of those", unit: "px", digits: 1 },
      { name: "longest", what: "longest time between two frames", unit: "ms", digits: 0 },
      { name: "frames", what: "frames", unit: "", digits: 0 },
    ],
    run: runScroll,
  },
  {
    name: "key",
    about:
      "from a key that is pressed in the composer to the next painted frame while 50 messages a second arrive",
    figures: [
      { name: "key_p99", what: "key to frame, p99", unit: "ms", digits: 1, most: 50 },
      { name: "key_p50", what: "key to frame, median", unit: "ms", digits: 1 },
      { name: "presses", what: "keys pressed", unit: "", digits: 0 },
      { name: "rate", what: "messages a second meanwhile", unit: "", digits: 1 },
    ],
    run: runKey,
  },
  {
    name: "memory",
    about:
      "after minutes of 50 messages a second and of typing in that room: the renderer's private memory (its anonymous pages, which also hold what the browser itself needs), and of it what scripts hold after a collection",
    figures: [
      { name: "renderer", what: "renderer's private memory", unit: "MB", digits: 0, most: 150 },
      { name: "heap", what: "heap after a collection", unit: "MB", digits: 1 },
      { name: "heap_before", what: "heap at the beginning", unit: "MB", digits: 1 },
      { name: "rate", what: "messages a second meanwhile", unit: "", digits: 1 },
    ],
    run: runMemory,
  },
];
