import { i18n } from "../../ui/text.ts";

/** Digits after the point: about a metre. */
const digits = 5;

function degrees(value: number, most: number): string {
  const options = { maximumFractionDigits: most, useGrouping: false } as const;
  return `${new Intl.NumberFormat(i18n.locales, options).format(Math.abs(value))}°`;
}

/** "52.52001° N": the letters are those on maps everywhere. */
export function latitudeWords(value: number, most = digits): string {
  return `${degrees(value, most)} ${value < 0 ? "S" : "N"}`;
}

export function longitudeWords(value: number, most = digits): string {
  return `${degrees(value, most)} ${value < 0 ? "W" : "E"}`;
}

/** CARD-8. One number of degrees as people type it, with a point or a comma; undefined for what is none, or too far. */
export function degreesFrom(typed: string, most: number): number | undefined {
  const text = typed.trim().replace(",", ".");
  if (!/^[+-]?\d{1,3}(?:\.\d*)?$/.test(text)) return undefined;
  const value = Number(text);
  return Math.abs(value) <= most ? value : undefined;
}

/** Lines of a grid around a place, a degree apart, as far as the map goes: the value and how far from the place it is. */
export function gridAround(value: number, reach: number, most: number): { value: number; off: number }[] {
  const lines: { value: number; off: number }[] = [];
  for (let line = Math.ceil(value - reach); line <= value + reach; line++) {
    if (Math.abs(line) <= most) lines.push({ value: line, off: line - value });
  }
  return lines;
}

/** From -180 to 180. */
export function aroundTheEarth(longitude: number): number {
  return ((((longitude + 180) % 360) + 360) % 360) - 180;
}
