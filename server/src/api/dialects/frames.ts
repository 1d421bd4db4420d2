import { ChatError } from "@parley/protocol/errors";
import type { ServerFrame } from "@parley/protocol/frames";
import type { z } from "zod";
import { fieldErrors } from "../input.ts";
import { readJson } from "../json.ts";

/** Frames of the live socket that are kept as they were parsed. */
const keptFrames = 512;

const parsed = new Map<string, ServerFrame>();

/**
 * A frame of the live socket. The same text goes to many sockets in a row: for all of them it is one object, so that
 * what is made of it can be kept beside it (`onceFor`).
 */
export function parsedFrame(text: string): ServerFrame {
  const known = parsed.get(text);
  if (known) return known;
  const frame = JSON.parse(text) as ServerFrame;
  parsed.set(text, frame);
  for (const oldest of parsed.keys()) {
    if (parsed.size <= keptFrames) break;
    parsed.delete(oldest);
  }
  return frame;
}

/** What is made of an object is made once for everybody, as long as the object is there. */
export function onceFor<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new WeakMap<Key, Value>();
  return (key) => {
    if (made.has(key)) return made.get(key) as Value;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}

/** A frame that a client sent, as its schema says. */
export function readFrame<Schema extends z.ZodType>(text: string, schema: Schema): z.output<Schema> {
  return checkedFrame(readJson(text), schema);
}

export function checkedFrame<Schema extends z.ZodType>(frame: unknown, schema: Schema): z.output<Schema> {
  const { data, error } = schema.safeParse(frame);
  if (!error) return data;
  throw new ChatError("invalid", "this is not a frame of this socket", { fields: fieldErrors(error) });
}
