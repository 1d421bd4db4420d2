import { limits } from "@parley/protocol/limits";
import type { Context } from "../../context.ts";
import { EgressError, type Incoming } from "../../platform/egress.ts";
import { pictureSize } from "../../platform/picture-sizes.ts";
import { headOf, plainLine } from "./link-previews-head.ts";

/** Milliseconds for a page with all its redirections, and as many for its picture. */
const longest = 5_000;
const mostRedirections = 4;
/** Bytes of a page: what it says of itself comes first. */
const mostOfPage = 512 * 1_024;
/** The box of a picture, twice as large as it is shown, and pixels of the original. */
const box = { width: 720, height: 540, mostPixels: 24_000_000 };
/** Pixels of either side below which it is no picture of anything, and how many times longer one side may be. */
const leastSide = 40;
const mostRatio = 6;

export interface Look {
  title: string;
  description: string;
  site: string;
  picture: { bytes: Uint8Array; width: number; height: number } | null;
}

type Parts = Pick<Context, "egress" | "images" | "clock">;

/** It may be another time: nobody answered, or whoever did said so. */
export class LookAgain extends Error {
  override readonly name = "LookAgain";
}

/** PREVIEW-3, PREVIEW-4. What there is to show of a page; null where there is nothing. */
export async function lookAt(parts: Parts, address: string): Promise<Look | null> {
  const page = await fetched(parts, address, /^(?:text\/html|application\/xhtml\+xml|image\/\S+)$/);
  if (!page) return null;
  const { type, charset } = typeOf(page.answer);
  const site = plainLine(page.url.hostname.replace(/^www\./, ""), limits.previewSite);
  if (type.startsWith("image/")) {
    const picture = await pictureFrom(parts, page.answer.body);
    return picture && { title: nameIn(page.url) || site, description: "", site, picture };
  }
  const head = headOf(page.answer.body, charset);
  if (head.title === "") return null;
  return {
    ...{ title: head.title, description: head.description, site: head.site || site },
    picture: await pictureOf(parts, head.picture, page.url),
  };
}

interface Fetched {
  url: URL;
  answer: Incoming;
}

/** Every place on the way is checked like the first. */
async function fetched({ egress, clock }: Parts, address: string, types: RegExp): Promise<Fetched | null> {
  const until = clock.monotonic() + longest;
  let next = address;
  for (let hop = 0; hop <= mostRedirections; hop++) {
    const timeLimit = until - clock.monotonic();
    if (timeLimit <= 0) throw new LookAgain();
    const answer = await egress
      .request({
        ...{ url: next, method: "GET", timeLimit, headers },
        wanted: (found) => wantedOf(found, types),
      })
      .catch(asAgain);
    if (!answer) return null;
    const { status } = answer;
    if (status === 429 || status >= 500) throw new LookAgain();
    const location = answer.headers.get("location");
    if (status >= 300 && status < 400 && location !== undefined && URL.canParse(location, next)) {
      next = new URL(location, next).href;
      continue;
    }
    return wantedOf(answer, types) > 0 ? { url: new URL(next), answer } : null;
  }
  return null;
}

const headers = {
  accept: "text/html, application/xhtml+xml, image/*;q=0.8",
  // What is packed could unpack to anything.
  "accept-encoding": "identity",
  "user-agent": "Mozilla/5.0 (compatible; Parley; link preview)",
};

/** PREVIEW-3. Nothing of what is not to be shown. */
function wantedOf(answer: Pick<Incoming, "status" | "headers">, types: RegExp): number {
  const { type } = typeOf(answer);
  const packed = answer.headers.get("content-encoding") ?? "identity";
  if (answer.status !== 200 || !types.test(type) || packed.trim().toLowerCase() !== "identity") return 0;
  return type.startsWith("image/") ? Number.POSITIVE_INFINITY : mostOfPage;
}

/** Out of reach for now, or for ever: only the first is worth another look. */
function asAgain(error: unknown): null {
  if (!(error instanceof EgressError)) throw error;
  if (error.fault === "network" || error.fault === "time") throw new LookAgain();
  return null;
}

function typeOf({ headers }: Pick<Incoming, "headers">): { type: string; charset: string | null } {
  const [type = "", ...rest] = (headers.get("content-type") ?? "").split(";");
  const charset = rest.map((part) => /^\s*charset\s*=\s*"?([\w:.-]{1,40})/i.exec(part)?.[1]).find(Boolean);
  return { type: type.trim().toLowerCase(), charset: charset ?? null };
}

/** A page without its picture is a preview still. */
async function pictureOf(parts: Parts, written: string, page: URL): Promise<Look["picture"]> {
  if (written.trim() === "" || !URL.canParse(written.trim(), page.href)) return null;
  try {
    const found = await fetched(parts, new URL(written.trim(), page.href).href, /^image\/\S+$/);
    return found && (await pictureFrom(parts, found.answer.body));
  } catch (error) {
    if (error instanceof LookAgain) return null;
    throw error;
  }
}

/** PREVIEW-5. Made anew; null for what is no picture, or none of anything. */
async function pictureFrom({ images }: Parts, original: Uint8Array): Promise<Look["picture"]> {
  const bytes = await images.within(original, box).catch(() => null);
  if (!bytes) return null;
  const size = await pictureSize("image/webp", async (from, length) => bytes.slice(from, from + length));
  if (!size) return null;
  const [short, long] = [Math.min(size.width, size.height), Math.max(size.width, size.height)];
  return short < leastSide || long > short * mostRatio ? null : { bytes, ...size };
}

function nameIn({ pathname }: URL): string {
  const last = pathname.split("/").at(-1) ?? "";
  try {
    return plainLine(decodeURIComponent(last), limits.previewTitle);
  } catch {
    return plainLine(last, limits.previewTitle);
  }
}
