import type { File } from "@parley/protocol/files";
import { i18n, type Translate } from "../../ui/text.ts";

interface Said {
  text: string;
  type?: string;
  files?: undefined | readonly Pick<File, "name" | "alt">[];
}

/** What a message says in a line: its words, or what it carries. */
export function wordsOf(
  t: Translate,
  { text, type, files = [] }: Said,
  plain: (text: string) => string,
): string {
  if (text !== "") return plain(text);
  if (files.length > 0) return files.map(({ name, alt }) => alt ?? name).join(", ");
  if (type === "image") return t("files.image");
  return type === undefined || type === "text" ? "" : t("files.file");
}

const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

export function sizeWords(bytes: number): string {
  let [value, unit] = [bytes, 0];
  for (; value >= 1_000 && unit < units.length - 1; unit++) value /= 1_000;
  const unitDisplay = unit === 0 ? "long" : "short";
  const options = { style: "unit", unit: units[unit], unitDisplay, maximumSignificantDigits: 3 };
  return new Intl.NumberFormat(i18n.locale, options as Intl.NumberFormatOptions).format(value);
}

const kinds: Readonly<Record<string, string>> = {
  "application/pdf": "PDF",
  "application/zip": "ZIP",
  "application/gzip": "GZIP",
  "application/x-7z-compressed": "7Z",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PPTX",
  "application/vnd.oasis.opendocument.text": "ODT",
  "application/vnd.oasis.opendocument.spreadsheet": "ODS",
  "text/plain": "TXT",
};

/** A short name of a type, the same in every language; none for what is not known. */
export function kindWords(type: string): string {
  const [group, kind = ""] = type.split("/");
  const isMedia = group === "image" || group === "audio" || group === "video";
  return kinds[type] ?? (isMedia ? kind.replace("x-", "").toUpperCase() : "");
}
