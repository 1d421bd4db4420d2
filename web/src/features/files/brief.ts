import type { File } from "@parley/protocol/files";
import type { Translate } from "../../ui/text.ts";

interface Said {
  text: string;
  type?: string;
  files?: undefined | readonly Pick<File, "name" | "alt">[];
}

/** What a message says in a line: its words, or what it carries. */
export function wordsOf(
  t: Translate,
  { text, type, files = [] }: Said,
  plain: (text: string) => string = (text) => text,
): string {
  if (text !== "") return plain(text);
  if (files.length > 0) return files.map(({ name, alt }) => alt ?? name).join(", ");
  if (type === "image") return t("files.image");
  return type === undefined || type === "text" ? "" : t("files.file");
}
