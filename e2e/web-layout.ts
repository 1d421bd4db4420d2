import english from "../web/locales/en.json";
import type { Device } from "./browser.ts";

/** Controls that are out of the window or covered by something else, and a page wider than the window. */
export function misplaced({ page }: Device): Promise<string[]> {
  return page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const isShown = (element: HTMLElement) =>
      element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
      element.getBoundingClientRect().width > 1 &&
      !element.closest("[aria-hidden=true], .opacity-0, .sr-only");
    /** Whether this point of it has been scrolled out of sight. */
    const isClipped = (element: Element, x: number, y: number): boolean => {
      for (let up = element.parentElement; up; up = up.parentElement) {
        if (getComputedStyle(up).overflowY === "visible") continue;
        const { left, right, top, bottom } = up.getBoundingClientRect();
        if (x < left || x > right || y < top || y > bottom) return true;
      }
      return false;
    };
    const faultsOf = (element: HTMLElement): string[] => {
      const box = element.getBoundingClientRect();
      const name = element.getAttribute("aria-label") || element.textContent || element.tagName;
      if (box.left < -0.5 || box.right > innerWidth + 0.5) return [`${name} is out of the window`];
      const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
      const own = element instanceof HTMLInputElement ? element.parentElement : element;
      const top = isClipped(element, x, y) ? null : document.elementFromPoint(x, y);
      const isCovered = top && !own?.contains(top) && !top.contains(element);
      return isCovered ? [`${name} is under ${top.outerHTML.slice(0, 80)}`] : [];
    };
    const frame = document.querySelector("dialog[open], [role=menu]") ?? document.body;
    const controls = frame.querySelectorAll<HTMLElement>("a, button, input, select, textarea, summary, h1");
    const tooWide =
      scrollWidth > clientWidth ? [`the page is ${scrollWidth - clientWidth} pixels too wide`] : [];
    return [...tooWide, ...[...controls].filter(isShown).flatMap(faultsOf)];
  });
}

/** Pixels: what a pointer of the desk needs, and what a finger does. */
const smallestTargets = { fine: 24, coarse: 44 };

/** What can be pressed and is smaller than it should be, but for words of a text that are links. */
export function smallTargets({ page }: Device): Promise<string[]> {
  return page.evaluate(({ fine, coarse }) => {
    const isByFinger = matchMedia("(pointer: coarse)").matches;
    /** A press beside a small mark may count for it as well. */
    const reaches = (element: Element, least: number, x: number, y: number) => {
      const half = least / 2 - 1;
      const around = [
        [x - half, y],
        [x + half, y],
        [x, y - half],
        [x, y + half],
      ] as const;
      return around.every((point) => element.contains(document.elementFromPoint(...point)));
    };
    const frame = document.querySelector("dialog[open], [role=menu]") ?? document.body;
    const pressed = "a, button, input, select, textarea, summary, [role=option], [role=menuitem]";
    return [...frame.querySelectorAll<HTMLElement>(pressed)].flatMap((element) => {
      const isShown = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
      if (!isShown || element.closest("[aria-hidden=true], .sr-only, p, li > a[target]")) return [];
      // A box is as large as the label that it is ticked by.
      const target = element.closest("label") ?? element;
      const { x, y, width, height } = target.getBoundingClientRect();
      const name = element.getAttribute("aria-label") || element.textContent || element.outerHTML;
      const least = isByFinger && !element.matches(".within-words") ? coarse : fine;
      const isLarge = width + 0.5 >= least && height + 0.5 >= least;
      const isSmall = !isLarge && !reaches(target, least, x + width / 2, y + height / 2);
      return isSmall ? [`${name.slice(0, 60)}: ${Math.round(width)} x ${Math.round(height)}`] : [];
    });
  }, smallestTargets);
}

/** Ids of texts that stand where the texts should. */
export function bareTexts({ page }: Device): Promise<string[]> {
  return page.evaluate((ids) => {
    const shown = document.body.innerText;
    const named = [...document.querySelectorAll("[aria-label]")].map((each) =>
      each.getAttribute("aria-label"),
    );
    const words = new Set([shown, ...named].join(" ").split(/[\s,;:()]+/));
    return ids.filter((id) => words.has(id));
  }, Object.keys(english));
}
