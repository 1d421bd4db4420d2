import { ChatError } from "@parley/protocol/errors";
import type { ServerFrame } from "@parley/protocol/frames";
import type { z } from "zod";
import { fieldErrors } from "../input.ts";
import { readJson } from "../json.ts";
import type { Live } from "../live/live.ts";

/** Frames of the live socket that are kept as they were parsed. */
const keptFrames = 512;

const parsed = new WeakMap<Live, Map<string, ServerFrame>>();

/**
 * A frame of the live socket. The same text goes to many sockets in a row: for all of them it is one object, so that
 * what is made of it can be kept beside it (`onceFor`).
 */
export function parsedFrame(live: Live, text: string): ServerFrame {
  const frames = parsed.get(live) ?? new Map<string, ServerFrame>();
  parsed.set(live, frames);
  const known = frames.get(text);
  if (known) return known;
  const frame = JSON.parse(text) as ServerFrame;
  frames.set(text, frame);
  for (const oldest of frames.keys()) {
    if (frames.size <= keptFrames) break;
    frames.delete(oldest);
  }
  return frame;
}

/** What is made of an object is made once for everybody, as long as the object is there. */
export function onceFor<Key extends object, Rest extends unknown[], Value>(
  make: (key: Key, ...rest: Rest) => Value,
): (key: Key, ...rest: Rest) => Value {
  const made = new WeakMap<Key, { value: Value }>();
  return (key, ...rest) => {
    const known = made.get(key);
    if (known) return known.value;
    const value = make(key, ...rest);
    made.set(key, { value });
    return value;
  };
}

/** As it goes out: a frame that goes to many is encoded once. */
export const encodedFrame = onceFor((frame: object) => JSON.stringify(frame));

/** A frame that a client sent, as its schema says. */
export function readFrame<Schema extends z.ZodType>(text: string, schema: Schema): z.output<Schema> {
  return checkedFrame(readJson(text), schema);
}

export function checkedFrame<Schema extends z.ZodType>(frame: unknown, schema: Schema): z.output<Schema> {
  const { data, error } = schema.safeParse(frame);
  if (!error) return data;
  throw new ChatError("invalid", "this is not a frame of this socket", { fields: fieldErrors(error) });
}
