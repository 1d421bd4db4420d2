import { presenceState } from "@parley/protocol/presence";
import { z } from "zod";
import { busMessageBytes } from "../../platform/bus.ts";

const id = z.int().positive();
const position = z.int().nonnegative();
const state = z.tuple([id, presenceState]);

/*
 * What nodes tell one another. A log's head says: there is something up to here, read it. A signal carries the head of its
 * room at the node that sends it: whoever tells it on has told the room's log up to there, so that it reaches nobody who
 * was taken out before.
 */

const lists = {
  /** [room, head] */
  rooms: z.array(z.tuple([id, position])),
  /** [user, head] */
  users: z.array(z.tuple([id, position])),
  /** [room, head, user, on] */
  typing: z.array(z.tuple([id, position, id, z.boolean()])),
  /** [room, head, user, read, delivered] */
  marks: z.array(z.tuple([id, position, id, position, position])),
  /** [user, user]: one of them has blocked the other, or does so no more. */
  blocks: z.array(z.tuple([id, id])),
  /** [room, users]: everyone who has this room open on the sending node, from one person who does to the last. */
  attending: z.array(z.tuple([id, z.array(id)])),
  /** [user, state]: of people whose state on the sending node changed. */
  presences: z.array(state),
  /** The version of the server's emoji and stickers. */
  library: z.array(position),
};

const nodeMessage = z.object({
  node: z.string().min(1).max(32),
  ...z.object(lists).partial().shape,
  /** Everyone on the sending node whose id is above `after` and, but for the last page, not above `to`. */
  roll: z.object({ after: position, to: position.nullable(), states: z.array(state) }).optional(),
  /** The node stops: its people are gone unless they come back elsewhere. */
  leaving: z.literal(true).optional(),
});
export type NodeMessage = z.infer<typeof nodeMessage>;
export type Roll = NonNullable<NodeMessage["roll"]>;

type ListName = keyof typeof lists;
export type NodeNews = { [Name in ListName]?: z.infer<(typeof lists)[Name]> };

/** Bytes of a message that are left for what it lists. */
const listed = busMessageBytes - 400;

/** A message from another node; null for one that cannot be understood. */
export function readNodeMessage(text: string): NodeMessage | null {
  try {
    return nodeMessage.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** As many messages as it takes; one also where there is nothing to tell but that the node is there. */
export function writeNews(node: string, news: NodeNews): string[] {
  const messages: string[] = [];
  let lines = new Map<string, string[]>();
  let bytes = 0;
  const close = () => {
    const fields = [...lines].map(([name, items]) => `,"${name}":[${items.join(",")}]`);
    messages.push(`{"node":${JSON.stringify(node)}${fields.join("")}}`);
    lines = new Map();
    bytes = 0;
  };
  for (const [name, items] of Object.entries(news)) {
    for (const item of items) {
      const line = JSON.stringify(item);
      if (bytes + line.length >= listed) close();
      bytes += line.length + 1;
      const present = lines.get(name);
      if (present) present.push(line);
      else lines.set(name, [line]);
    }
  }
  if (bytes > 0 || messages.length === 0) close();
  return messages;
}

/** Everyone on this node, by id, in pages each of which holds by itself. */
export function writeRoll(node: string, states: Iterable<Roll["states"][number]>): string[] {
  const sorted = [...states].sort(([one], [other]) => one - other);
  const pages: Roll["states"][] = [[]];
  let bytes = 0;
  for (const entry of sorted) {
    const length = JSON.stringify(entry).length + 1;
    if (bytes + length > listed) {
      pages.push([]);
      bytes = 0;
    }
    bytes += length;
    pages.at(-1)?.push(entry);
  }
  return pages.map((page, index) => {
    const after = pages[index - 1]?.at(-1)?.[0] ?? 0;
    const to = index === pages.length - 1 ? null : (page.at(-1)?.[0] ?? 0);
    return JSON.stringify({ node, roll: { after, to, states: page } });
  });
}
