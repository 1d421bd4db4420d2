import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Locator } from "playwright-core";
import { violationsInEveryLook } from "./axe.ts";
import { type Device, desktop, hasBrowser, phone, picture, type Screen } from "./browser.ts";
import { bareTexts, misplaced, smallTargets } from "./web-layout.ts";
import { becomes, composer, openRoom, roomLink } from "./web-page.ts";
import { startScene, type WebScene } from "./web-scene.ts";
import { furnish, walk } from "./web-views.ts";

let scene: WebScene;

beforeAll(async () => {
  if (!hasBrowser) return;
  scene = await startScene();
  await furnish(scene);
});
afterAll(() => scene?.end());

const screens: [string, Screen][] = [
  ["a desk", desktop],
  ["a phone", phone],
];
/** A desk of 1280 pixels, four times as large. */
const narrow: Screen = { viewport: { width: 320, height: 640 } };

const mostLooks = 30;
/** Milliseconds. Each walk is dozens of looks, every one of which waits for what it expects. */
const longest = 600_000;

type Look = (device: Device, where: string) => Promise<unknown[]>;
type Wrong = { where: string; what: unknown[] }[];

/** Goes everywhere on a screen and gathers what each of the looks finds wrong where. */
async function wrongIn<Name extends string>(
  screen: Screen,
  looks: Record<Name, Look>,
  prepare: (device: Device) => Promise<void> = () => Promise.resolve(),
): Promise<Record<Name, Wrong>> {
  const alice = await scene.open("alice", "/", screen);
  const wrong = Object.fromEntries(Object.keys(looks).map((name) => [name, []])) as unknown as Record<
    Name,
    Wrong
  >;
  await walk(alice, scene.server.url, async (where) => {
    await prepare(alice);
    for (const [name, look] of Object.entries<Look>(looks)) {
      let what = await look(alice, where);
      // A page takes a moment to be laid out anew; what is wrong for good stays so.
      for (let again = 0; what.length > 0 && again < mostLooks; again++) {
        await Bun.sleep(100);
        what = await look(alice, where);
      }
      if (what.length > 0) wrong[name as Name].push({ where, what });
    }
  });
  await alice.context.close();
  return wrong;
}

const looks = {
  small: smallTargets,
  bare: bareTexts,
  inTheWay: ({ page }: Device) => violationsInEveryLook(page),
};
const seen = new Map<Screen, Promise<Record<keyof typeof looks, Wrong>>>();

/** What is wrong with the views as they are, for all that is asked of them at one time. */
function wrongAsItIs(screen: Screen): Promise<Record<keyof typeof looks, Wrong>> {
  const found = seen.get(screen) ?? wrongIn(screen, looks);
  seen.set(screen, found);
  return found;
}

describe.skipIf(!hasBrowser)("every view is for everybody (Chromium)", () => {
  for (const [where, screen] of screens) {
    test(
      `UI-60 every view, on ${where}`,
      async () => {
        expect((await wrongAsItIs(screen)).inTheWay).toEqual([]);
      },
      longest,
    );
  }

  test(
    "UI-164 nothing needs to be scrolled in two directions at 320 pixels",
    async () => {
      const look = async (device: Device, where: string) => {
        if (["room", "details", "search", "Report", "switcher"].includes(where))
          await picture(device, `narrow-${where.toLowerCase()}`);
        return misplaced(device);
      };
      expect(await wrongIn(narrow, { look })).toEqual({ look: [] });
    },
    longest,
  );

  test(
    "UI-164 nothing is lost with text of twice its size",
    async () => {
      const enlarge = ({ page }: Device) =>
        page.evaluate(() => document.documentElement.style.setProperty("--text-scale", "2"));
      const look = async (device: Device, where: string) => {
        if (["room", "details", "muted", "search"].includes(where))
          await picture(device, `large-text-${where}`);
        return misplaced(device);
      };
      expect(await wrongIn(desktop, { look }, enlarge)).toEqual({ look: [] });
    },
    longest,
  );

  test(
    "UI-165 nothing is lost with more space between lines, words and letters",
    async () => {
      const space = ({ page }: Device) =>
        page.evaluate(() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
          word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }`);
          document.adoptedStyleSheets = [sheet];
        });
      for (const [, screen] of screens)
        expect(await wrongIn(screen, { misplaced }, space)).toEqual({ misplaced: [] });
    },
    longest,
  );

  test("UI-166 where a person has their own colours everything is told apart still", async () => {
    const alice = await scene.open("alice");
    const { page } = alice;
    await page.emulateMedia({ forcedColors: "active" });
    await openRoom(alice, "lobby");
    const said = { user: scene.ids.alice };
    const { id: room } = await scene.by.bob.call("room.direct", said);
    await scene.by.bob.call("message.send", { room, text: "Psst", client_id: crypto.randomUUID() });
    const direct = page.locator(`a[data-room="${room}"]`);
    const mark = direct.getByRole("img", { name: /unread/ });
    await mark.waitFor();
    const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const background = (element: Element) => getComputedStyle(element).backgroundColor;
    expect(await mark.evaluate(background)).not.toBe(paper);
    const outline = (element: Element) => getComputedStyle(element).outlineStyle;
    expect(await roomLink(alice, "lobby").evaluate(outline)).toBe("solid");
    expect(await direct.evaluate(outline)).toBe("none");
    await page.screenshot({ path: `${import.meta.dir}/../test-output/forced-colours.png` });
    await alice.context.close();
  });

  test("UI-168 F6 goes from the rooms to the messages, to where one writes and to the details, and back", async () => {
    const alice = await scene.open("alice");
    const { page } = alice;
    await openRoom(alice, "lobby");
    await page.getByRole("button", { name: "Details" }).click();
    await page.getByRole("region", { name: "People" }).getByText("Bob").waitFor();
    const places = [
      page.getByRole("navigation", { name: "Rooms" }),
      page.getByRole("log"),
      composer(alice),
      page.getByRole("complementary"),
    ];
    const isWithin = (place: Locator) =>
      becomes(
        () => place.evaluate((element) => element.contains(document.activeElement)),
        (isIt) => isIt,
      );
    await composer(alice).focus();
    for (const key of ["F6", "Shift+F6"]) {
      const order = key === "F6" ? [3, 0, 1, 2] : [1, 0, 3, 2];
      for (const place of order) {
        await page.keyboard.press(key);
        await isWithin(places[place] as Locator);
        const isSeen = await page.evaluate(() => {
          const { outlineStyle } = getComputedStyle(document.activeElement as Element);
          const form = document.activeElement?.closest("form");
          return outlineStyle !== "none" || (form && getComputedStyle(form).outlineStyle !== "none");
        });
        expect(isSeen).toBe(true);
      }
    }
    await alice.context.close();
  });

  for (const [where, screen] of screens) {
    test(
      `UI-167 what is pressed is large enough for what it is pressed by, on ${where}`,
      async () => {
        expect((await wrongAsItIs(screen)).small).toEqual([]);
      },
      longest,
    );

    test(
      `UI-83 a later part of the page has its texts with it, on ${where}`,
      async () => {
        expect((await wrongAsItIs(screen)).bare).toEqual([]);
      },
      longest,
    );
  }
});
