import { create } from "zustand";
import { activateLanguage, languageOf, preferredLanguage } from "../../ui/languages.ts";
import { chooseTimes, type TimeChoices } from "../../ui/time-choices.ts";

/** Read before the first paint by `appearance.js` too. */
const storageKey = "parley-appearance";

export interface Appearance {
  theme: "system" | "light" | "dark";
  contrast: boolean;
  accent: Accent;
  density: "cosy" | "compact";
  /** Of the browser's own text size. */
  scale: number;
  /** A BCP 47 tag; empty for the browser's. */
  language: string;
  clock: TimeChoices["clock"];
  firstDay: number;
}

export const accents = ["", "cyan", "blue", "violet", "rose", "amber", "green"] as const;
export type Accent = (typeof accents)[number];

const standard: Appearance = {
  theme: "system",
  contrast: false,
  accent: "",
  density: "cosy",
  scale: 1,
  language: "",
  clock: "",
  firstDay: 0,
};

export const useAppearance = create<Appearance>(load);

function load(): Appearance {
  try {
    return { ...standard, ...(JSON.parse(localStorage.getItem(storageKey) ?? "{}") as Partial<Appearance>) };
  } catch {
    return standard;
  }
}

/** LOOK-1. Changes how this device shows Parley, at once. */
export function changeAppearance(change: Partial<Appearance>): void {
  useAppearance.setState(change);
  const appearance = useAppearance.getState();
  try {
    localStorage.setItem(storageKey, JSON.stringify(appearance));
  } catch {
    // Where nothing may be kept it holds for this page.
  }
  applyAppearance();
  if ("language" in change || "clock" in change || "firstDay" in change) void applyLanguage();
}

const darkSystem = matchMedia("(prefers-color-scheme: dark)");
const strongSystem = matchMedia("(prefers-contrast: more)");

export function applyAppearance(): void {
  const { theme, contrast, accent, density, scale } = useAppearance.getState();
  const root = document.documentElement;
  const system = darkSystem.matches ? "dark" : "light";
  root.dataset.theme = theme === "system" ? system : theme;
  root.dataset.contrast = contrast || strongSystem.matches ? "high" : "";
  root.dataset.accent = accent;
  root.dataset.density = density;
  root.style.setProperty("--text-scale", String(scale));
}

export async function applyLanguage(): Promise<void> {
  const { language, clock, firstDay } = useAppearance.getState();
  chooseTimes({ clock, firstDay });
  await activateLanguage(languageOf(language) ?? preferredLanguage(navigator.languages));
}

/** Follows the system while the page is open. */
export function followSystem(): void {
  for (const query of [darkSystem, strongSystem]) query.addEventListener("change", applyAppearance);
}
