import { deleteAfter as anyEnd, id as anyId, time as anyTime } from "@parley/protocol/fields";
import { limits } from "@parley/protocol/limits";
import { z } from "zod";

export const id = anyId;
export const time = anyTime;
export const deleteAfter = anyEnd;

/** Fields of a path, each an id. */
export function ids<const Names extends readonly string[]>(...names: Names) {
  const shape = Object.fromEntries(names.map((name) => [name, id])) as Record<Names[number], typeof id>;
  return z.object(shape);
}

/** How many of a list are asked for. */
export const limit = z.int().min(1).max(limits.pageMax).default(limits.pageDefault);

/** What a message says, where it must say something. */
export const content = z.string().min(1).max(limits.messageText);

export const tokenType = z.literal("bearer");
