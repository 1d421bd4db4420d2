import type { Messages } from "@lingui/core";
import firstEnglish from "../../locales/en.json?first";
import { i18n } from "./text.ts";

export interface Language {
  /** A BCP 47 tag. */
  tag: string;
  /** In the language itself. */
  name: string;
  rightToLeft?: boolean;
  load: () => Promise<Messages>;
}

/** What the page begins with, and all of it once a later part was wanted. */
let english: Messages = firstEnglish;

export const languages: readonly Language[] = [
  { tag: "en", name: "English", load: async () => english },
  { tag: "de", name: "Deutsch", load: async () => (await import("../../locales/de.json")).default },
];

export function languageOf(tag: string): Language | undefined {
  const [base] = tag.toLowerCase().split("-");
  return languages.find((language) => language.tag === base);
}

/** The first of the person's languages that there is. */
export function preferredLanguage(wanted: readonly string[]): Language {
  const found = wanted.map(languageOf).find((language) => language !== undefined);
  return found ?? (languages[0] as Language);
}

/** What a language lacks is shown in English. */
export async function activateLanguage(language: Language): Promise<void> {
  const messages = await language.load();
  // Times and dates as where the person lives: English has twelve hours there and twenty-four here.
  const regional = navigator.languages.filter((tag) => languageOf(tag) === language);
  const locales = [...regional, language.tag];
  i18n.loadAndActivate({ locale: language.tag, locales, messages: { ...english, ...messages } });
  document.documentElement.lang = language.tag;
  document.documentElement.dir = language.rightToLeft ? "rtl" : "ltr";
}

/** For parts that come later: the page begins with those texts alone that it shows at once. */
export async function loadAllTexts(): Promise<void> {
  if (english !== firstEnglish) return;
  english = (await import("./all-english.ts")).allEnglish;
  if (i18n.locale === "en") i18n.load("en", english);
}
