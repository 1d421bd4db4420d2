import type { Output } from "@parley/protocol/contract";
import { limits } from "@parley/protocol/limits";
import type { Message } from "@parley/protocol/messages";
import type { z } from "zod";
import type { attachment } from "./shapes.ts";

type Attachment = z.input<typeof attachment>;
/** How addresses of files are asked for. */
export type Links = (files: number[]) => Promise<Output<"file.links">>;

/** What the first file of each message is, by message; of one without a file, or one that is gone, there is none. */
export async function attachmentsOf(
  links: Links,
  messages: readonly Message[],
): Promise<Map<number, Attachment>> {
  const files = messages.flatMap(({ id: message, files: [file] = [] }) => (file ? [{ message, file }] : []));
  const found = new Map<number, Attachment>();
  for (let from = 0; from < files.length; from += limits.fileLinks) {
    const some = files.slice(from, from + limits.fileLinks);
    const answered = await links(some.map(({ file }) => file.id));
    const urls = new Map(answered.links.map(({ file, url }) => [file, url]));
    for (const { message, file } of some) {
      const url = urls.get(file.id);
      const { id, name, size, type: mime_type } = file;
      if (url !== undefined) found.set(message, { id, name, url, mime_type, size });
    }
  }
  return found;
}
