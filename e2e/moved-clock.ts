import type { Device } from "./browser.ts";

declare global {
  interface Window {
    passTime(milliseconds: number): void;
  }
}

/** From the next page on its clock can be put ahead, and what waits for a time waits for so much less. */
export async function moveClock({ page }: Device): Promise<void> {
  await page.addInitScript(makeMovable);
  await page.reload();
}

export async function passTime({ page }: Device, milliseconds: number): Promise<void> {
  await page.evaluate((passed) => window.passTime(passed), milliseconds);
}

/** Carried out in the page, before anything else there. */
function makeMovable(): void {
  const RealDate = Date;
  const { setTimeout: begin, clearTimeout: end } = window;
  const waiting = new Map<number, { due: number; act: () => void; timer: number }>();
  let ahead = 0;
  let last = 0;
  window.Date = class extends RealDate {
    constructor(...values: [] | [number]) {
      if (values.length === 0) super(RealDate.now() + ahead);
      else super(...values);
    }
    static override now(): number {
      return RealDate.now() + ahead;
    }
  } as DateConstructor;
  const arm = (id: number) => {
    const entry = waiting.get(id);
    if (!entry) return;
    const fire = () => {
      waiting.delete(id);
      entry.act();
    };
    entry.timer = begin(fire, Math.max(0, entry.due - Date.now()));
  };
  const wait = (act: (...given: unknown[]) => void, delay = 0, ...given: unknown[]) => {
    const id = ++last;
    waiting.set(id, { due: Date.now() + delay, act: () => act(...given), timer: 0 });
    arm(id);
    return id;
  };
  const drop = (id?: number) => {
    const entry = waiting.get(id ?? 0);
    waiting.delete(id ?? 0);
    end(entry?.timer);
  };
  Object.assign(window, { setTimeout: wait, clearTimeout: drop });
  window.passTime = (milliseconds) => {
    ahead += milliseconds;
    for (const [id, { timer }] of waiting) {
      end(timer);
      arm(id);
    }
  };
}
