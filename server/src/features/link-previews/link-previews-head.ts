import { limits } from "@parley/protocol/limits";
import { Parser } from "htmlparser2";

/** Elements of a page that are looked at: whatever it has to say of itself comes first. */
const mostElements = 2_000;
/** Bytes that are taken apart at once: in between it is looked whether there is enough. */
const slice = 16_384;

/** What a page says of itself; empty where it says nothing. */
export interface Head {
  title: string;
  description: string;
  site: string;
  /** Where it says its picture is, as it is written there. */
  picture: string;
}

/** What is not seen, or turns the direction of writing; emoji keep what joins them. */
const unwanted = /[\p{Cc}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/** PREVIEW-4. The title, description, name of the site and picture of a page, from its head alone. */
export function headOf(bytes: Uint8Array, charset: string | null): Head {
  const reader = new HeadReader();
  const decoder = decoderFor(charset ?? charsetIn(bytes));
  for (let from = 0; from < bytes.length && !reader.isDone; from += slice) {
    reader.parser.write(decoder.decode(bytes.subarray(from, from + slice), { stream: true }));
  }
  return reader.head();
}

/** One line of plain text of at most so many characters, never with half of one at its end. */
export function plainLine(text: string, most: number): string {
  // What is far longer is not worth cleaning.
  const line = text
    .slice(0, most * 8)
    .replace(/\s+/g, " ")
    .replace(unwanted, "")
    .trim();
  if (line.length <= most) return line.toWellFormed();
  const start = line.slice(0, most - 1);
  return `${(start.isWellFormed() ? start : start.slice(0, -1)).trimEnd()}…`;
}

class HeadReader {
  isDone = false;
  private elements = 0;
  private isInTitle = false;
  private titleText = "";
  private readonly told = new Map<string, string>();
  readonly parser = new Parser(
    {
      onopentag: (name, attributes) => this.opened(name, attributes),
      ontext: (text) => {
        if (this.isInTitle && this.titleText.length < limits.previewTitle * 8) this.titleText += text;
      },
      onclosetag: (name) => {
        if (name === "title") this.isInTitle = false;
        if (name === "head") this.isDone = true;
      },
    },
    { decodeEntities: true },
  );

  head(): Head {
    const first = (...names: string[]) =>
      names.map((name) => this.told.get(name) ?? "").find((value) => value.trim() !== "") ?? "";
    return {
      title: plainLine(first("og:title", "twitter:title") || this.titleText, limits.previewTitle),
      description: plainLine(
        first("og:description", "twitter:description", "description"),
        limits.previewDescription,
      ),
      site: plainLine(first("og:site_name", "application-name"), limits.previewSite),
      picture: first("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"),
    };
  }

  private opened(name: string, attributes: Record<string, string>): void {
    if (this.isDone) return;
    this.elements++;
    if (name === "body" || this.elements > mostElements) this.isDone = true;
    else if (name === "title") this.isInTitle = this.titleText === "";
    else if (name === "meta") this.metaOf(attributes);
  }

  private metaOf({ property, name, content }: Record<string, string>): void {
    const key = (property ?? name ?? "").trim().toLowerCase();
    // The first of several is the one that is meant.
    if (content === undefined || key.length > 40 || this.told.has(key)) return;
    this.told.set(key, content.slice(0, limits.linkUrl));
  }
}

/** The HTML standard looks for it in the first 1024 bytes. */
function charsetIn(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.subarray(0, 1_024)).toString("latin1");
  return /<meta[^>]{0,200}charset\s*=\s*["']?([\w:.-]{1,40})/i.exec(start)?.[1] ?? null;
}

function decoderFor(charset: string | null) {
  try {
    return new TextDecoder((charset ?? "utf-8") as "utf-8");
  } catch {
    return new TextDecoder();
  }
}
