import { mkdirSync } from "node:fs";

import { describeMachine } from "../machine.ts";
import { type Measure, measures } from "./measures.ts";
import type { Options } from "./options.ts";
import type { Measured } from "./report.ts";
import { startStage } from "./stage.ts";

/** Measures what is wanted, one after the other on the same server. */
export async function measureWeb(
  options: Options,
  folder: string,
  tell: (measure: Measure, measured: Measured) => void,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const machine = describeMachine(folder);
  const stage = await startStage(folder, options.messages);
  try {
    for (const measure of measures.filter(({ name }) => options.measures.includes(name))) {
      const figures = await measure.run(stage, options);
      const date = `${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`;
      const browser = `Chromium ${stage.browser.version()}`;
      tell(measure, { measure: measure.name, date, options, browser, machine, figures });
    }
  } finally {
    await stage.end();
  }
}
