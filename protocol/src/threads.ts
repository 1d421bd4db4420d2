import { z } from "zod";
import { cursor, id, pageLimit, position } from "./fields.ts";
import { message } from "./messages.ts";
import { operation } from "./operation.ts";

/** Of what in a thread that they follow a person wishes to be told. */
export const threadLevel = z.enum(["all", "mentions", "none"]);
export type ThreadLevel = z.infer<typeof threadLevel>;

/** A person's place in a thread; `message` is the one that is answered. */
export const threadPlace = z.object({
  message: id,
  room: id,
  following: z.boolean(),
  level: threadLevel,
  /** Answers up to this event are read, and so are those that the room shows up to its own read mark. */
  read: position,
});
export type ThreadPlace = z.infer<typeof threadPlace>;

/** An answer of another that is not read. */
export const unreadAnswer = z.object({
  message: id,
  seq: position,
  /** As that of the message. */
  in_thread: z.literal(true).optional(),
  /** It mentions the caller, by name or with everyone. */
  mentions_me: z.literal(true).optional(),
});
export type UnreadAnswer = z.infer<typeof unreadAnswer>;

/** The place, and what is new there: the newest 30 at most, oldest first; of a thread that is not followed, none. */
export const thread = threadPlace.extend({ unread: z.array(unreadAnswer) });
export type Thread = z.infer<typeof thread>;

const threadInput = z.strictObject({ message: id });

export const threadOperations = {
  "thread.get": operation({
    summary: "The caller's place in the thread of a message",
    kind: "read",
    who: "user",
    rest: "GET /messages/{message}/thread",
    input: threadInput,
    output: thread,
  }),
  "thread.set": operation({
    summary:
      "Follow the thread of a message or no more, and say of what in it one wishes to be told, on all one's devices",
    kind: "write",
    who: "user",
    rest: "PUT /messages/{message}/thread",
    input: threadInput.extend({ following: z.boolean(), level: threadLevel.default("all") }),
    output: thread,
  }),
  "thread.read": operation({
    summary:
      "Move one's read mark in a thread forward to an event; of a thread that is not followed none is kept",
    kind: "write",
    who: "user",
    rest: "PUT /messages/{message}/thread/read",
    input: threadInput.extend({ seq: position }),
    output: thread,
  }),
  "thread.list_places": operation({
    summary: "The caller's places in all threads that they follow, or in those of one room",
    kind: "read",
    who: "user",
    rest: "GET /me/threads",
    input: z.strictObject({ room: id.optional() }),
    output: z.object({ threads: z.array(thread) }),
  }),
  "thread.list": operation({
    summary:
      "The threads that the caller follows: those with something new first, then those that were answered last",
    kind: "read",
    who: "user",
    rest: "GET /threads",
    input: z.strictObject({ cursor: cursor.optional(), limit: pageLimit }),
    output: z.object({
      threads: z.array(
        z.object({
          /** The message that is answered. */
          parent: message,
          /** The newest answer that is not deleted. */
          newest: message.nullable(),
          place: thread,
        }),
      ),
      next: cursor.nullable(),
    }),
  }),
} as const;
