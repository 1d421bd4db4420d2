import { readFileSync } from "node:fs";
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "playwright-core";

const source = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** A menu lies over the landmarks of a page, in none of them. */
const notInLandmarks = { region: { enabled: false } };

/** What stands in somebody's way on the page as it is now: a line for each, with where it is. */
export async function violations(page: Page, of: "everything" | "colours"): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(source);
  const isMenu = (await page.getByRole("menu").count()) > 0;
  const options: RunOptions = {
    runOnly:
      of === "everything" ? { type: "tag", values: tags } : { type: "rule", values: ["color-contrast"] },
    ...(of === "everything" && isMenu && { rules: notInLandmarks }),
    resultTypes: ["violations"],
  };
  const found = await page.evaluate(
    ({ options: given, whole }) => {
      const { axe } = globalThis as unknown as {
        axe: { run(context: Document | Element, options: RunOptions): Promise<AxeResults> };
      };
      // What stands behind a dialog or a menu has been seen in all colours before it was opened.
      const opened = document.querySelector("dialog[open], [role=menu]");
      return axe.run((!whole && opened) || document, given);
    },
    { options, whole: of === "everything" },
  );
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, any }) => `${id}: ${html.slice(0, 160)} (${any[0]?.message ?? ""})`),
  );
}

const looks = [
  { theme: "light", contrast: false },
  { theme: "dark", contrast: false },
  { theme: "light", contrast: true },
  { theme: "dark", contrast: true },
] as const;

/** The page as it is: everything in the first look, and in the others what differs, the colours. */
export async function violationsInEveryLook(page: Page): Promise<{ look: string; what: string[] }[]> {
  const found: { look: string; what: string[] }[] = [];
  for (const { theme, contrast } of looks) {
    await page.evaluate(
      (look) => {
        document.documentElement.dataset.theme = look.theme;
        document.documentElement.dataset.contrast = look.contrast ? "high" : "";
      },
      { theme, contrast },
    );
    // A colour on its way to another is neither.
    await page.waitForFunction(() => document.getAnimations().every((each) => each.playState !== "running"));
    const what = await violations(page, theme === "light" && !contrast ? "everything" : "colours");
    if (what.length > 0) found.push({ look: `${theme}${contrast ? ", high contrast" : ""}`, what });
  }
  return found;
}
