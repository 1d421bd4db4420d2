import type { Checked } from "@parley/protocol/contract";
import type { Message } from "@parley/protocol/messages";
import type { Hit } from "@parley/protocol/search";
import { type Fact, factsOf } from "../search-index/search-index.ts";
import { matchesIn } from "./search-matches.ts";
import type { Query } from "./search-query.ts";

type Input = Checked<"message.search">;

/** SEARCH-10. What a message must be or have that the index knows of; what is pinned or saved is looked for elsewhere. */
export function factsWanted({ has = [], is = [] }: Input): Fact[] {
  return [...has, ...is.filter((each) => each !== "pinned" && each !== "saved")];
}

/** A message as it was found, or null where it does not match after all. */
export function hitIn(message: Message | undefined, input: Input, query: Query): Hit | null {
  if (!message || message.deleted_at !== undefined || !isWanted(message, input)) return null;
  const carried = message.files ?? [];
  const texts = [message.text, ...carried.flatMap(({ name, alt = "" }) => [name, alt])];
  // SPEECH-4. What is said in them comes last: where it matches is not told.
  const heard = carried.map(({ transcript }) => transcript?.text ?? "");
  const found = matchesIn([...texts, ...heard], query);
  if (!found) return null;
  const [highlights = []] = found;
  const files = carried.flatMap(({ id: file }, index) => {
    const [name = [], alt = []] = found.slice(1 + index * 2);
    return name.length + alt.length > 0 ? [{ file, name, alt }] : [];
  });
  return { message, highlights, ...(files.length > 0 && { files }) };
}

function isWanted(message: Message, input: Input): boolean {
  const { mentions, is } = input;
  if (mentions !== undefined && !message.mentions?.includes(mentions)) return false;
  if (is?.includes("pinned") && message.pinned_at === undefined) return false;
  const facts = factsOf({
    text: message.text,
    types: message.files?.map(({ type }) => type) ?? [],
    isReply: message.reply_to !== undefined,
    isForwarded: message.forwarded !== undefined,
    isEdited: message.edited_at !== undefined,
  });
  return factsWanted(input).every((fact) => facts.includes(fact));
}
