import { i18n } from "../../ui/text.ts";

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
