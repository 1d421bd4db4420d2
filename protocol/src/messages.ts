import { z } from "zod";
import { contact, location, newContact, newLocation } from "./cards.ts";
import { clientId, deleteAfter, id, moment, nothing, pageLimit, position, text, time } from "./fields.ts";
import { attachment, file } from "./files.ts";
import { limits } from "./limits.ts";
import { linkPreview } from "./link-previews.ts";
import { operation } from "./operation.ts";
import { newPoll, poll } from "./polls.ts";
import { sticker } from "./stickers.ts";

export const messageType = z.enum([
  "text",
  "image",
  "audio",
  "video",
  "file",
  "location",
  "contact",
  "poll",
  "sticker",
  "call",
  "system",
]);

export const reactionCount = z.object({ emoji: z.string(), users: z.array(id) });

/** A message as it is now. A field that does not apply is left out. */
export const message = z.object({
  id,
  room: id,
  /** The number of the event that sent it. */
  seq: position,
  /**
   * 1 for the room's first message, 2 for its second …: unread counts are differences of it. An answer in its thread
   * alone is not counted and has the ordinal of the one before it.
   */
  ordinal: z.int(),
  sender: id,
  client_id: z.string().optional(),
  type: messageType,
  /** Empty once deleted. Of a poll, a place or a contact the same in words, for whoever shows no more than that. */
  text: z.string(),
  /** The message this one answers; it stays when this one is deleted. */
  reply_to: id.optional(),
  /** An answer that stands in its thread alone: among the messages of its room it is not shown. */
  in_thread: z.literal(true).optional(),
  /** How many messages answer it that are not deleted; left out where none ever did. */
  reply_count: z.int().optional(),
  /** The event as of which they are counted: only a later one changes the count. */
  replied_seq: position.optional(),
  /** When the last answer was sent, deleted since or not. */
  replied_at: time.optional(),
  mentions: z.array(id).optional(),
  mention_all: z.literal(true).optional(),
  files: z.array(file).optional(),
  /** Of what it links to, as far as the server has looked. */
  previews: z.array(linkPreview).optional(),
  poll: poll.optional(),
  location: location.optional(),
  contact: contact.optional(),
  /** As it was when it was sent; its text is the name. */
  sticker: sticker.optional(),
  /** People by emoji, in the order of the first of each. */
  reactions: z.array(reactionCount).optional(),
  /** Raised by each edit, by what the server finds out about it, and by deletion, from 1: of two states the one with the higher is newer. */
  version: z.int(),
  /** Who first said it and when, in whatever room; the text is theirs. */
  forwarded: z.object({ sender: id, created_at: time }).optional(),
  /** Since when it is pinned in its room. */
  pinned_at: time.optional(),
  /** When it is deleted by itself; it stays there once that has happened. */
  expires_at: time.optional(),
  created_at: time,
  edited_at: time.optional(),
  deleted_at: time.optional(),
});
export type Message = z.infer<typeof message>;

/** A mark of a person in a room, as others see it: it never moves back. */
export const mark = z.object({ user: id, read: position, delivered: position });
export type Mark = z.infer<typeof mark>;

/** A person's receipt of one message; a time is null where it has not happened. */
export const receipt = z.object({
  user: id,
  delivered_at: time.nullable(),
  read_at: time.nullable(),
});

const content = {
  /** May be empty where there are files. */
  text: text(0, limits.messageText),
  /** People to notify. Each must be in the room: text alone never notifies. */
  mentions: z.array(id).max(limits.messageMentions).optional(),
};
const messageInput = z.strictObject({ message: id });

/** The caller's marks and counts in a room after a mark moved. */
export const marked = z.object({
  room: id,
  /** The room's newest event when it moved: own messages after it move the mark again. */
  head: position,
  read: position,
  delivered: position,
  unread: z.int(),
  mentions: z.int(),
});

export const messageOperations = {
  "message.send": operation({
    summary: "Send a message. (sender, client id) makes one message for ever; a repeat returns the first",
    kind: "write",
    who: "user",
    rest: "POST /rooms/{room}/messages",
    status: 201,
    input: z.strictObject({
      room: id,
      ...content,
      text: content.text.default(""),
      /** Left out, the call's idempotency key stands for it. */
      client_id: clientId.optional(),
      reply_to: id.optional(),
      /** An answer that is to stand in its thread alone; it cannot mention everyone. */
      in_thread: z.boolean().optional(),
      mention_all: z.boolean().optional(),
      /** Seconds after which it is deleted; where the room's own time is shorter, that one counts. */
      delete_after: deleteAfter.optional(),
      /** One's own finished uploads, each of which no message has taken yet. */
      files: z.array(attachment).max(limits.messageFiles).optional(),
      /** One of these, and then neither text nor files. */
      poll: newPoll.optional(),
      location: newLocation.optional(),
      contact: newContact.optional(),
      sticker: id.optional(),
    }),
    output: message,
  }),
  "message.forward": operation({
    summary:
      "Send messages that one can read to another room as well, in the order given. Nobody is mentioned",
    kind: "write",
    who: "user",
    rest: "POST /rooms/{room}/forwards",
    status: 201,
    input: z.strictObject({
      room: id,
      messages: z.array(id).min(1).max(limits.forwardMessages),
      /** As of `message.send`; the messages made bear it with `/1`, `/2` … after it. */
      client_id: clientId.optional(),
    }),
    output: z.object({ messages: z.array(message) }),
  }),
  "message.list": operation({
    summary:
      "A page of a room's messages, oldest first: the newest, before or after an event, or around a message",
    kind: "read",
    who: "user",
    rest: "GET /rooms/{room}/messages",
    input: z.strictObject({
      room: id,
      /** Messages sent before this event. */
      before: position.optional(),
      /** Messages sent after this event. */
      after: position.optional(),
      /** Messages around the message with this id, itself among them. */
      around: id.optional(),
      limit: z.int().min(1).max(limits.pageMax).default(limits.pageDefault),
    }),
    output: z.object({
      messages: z.array(message),
      /** The room's newest event when the page was read: later events continue from here. */
      head: position,
      /** The `before` of the next page towards the past; null at the beginning. */
      before: position.nullable(),
      /** The `after` of the next page towards the present; null at the end. */
      after: position.nullable(),
    }),
  }),
  "message.get": operation({
    summary: "One message",
    kind: "read",
    who: "user",
    rest: "GET /messages/{message}",
    input: messageInput,
    output: message,
  }),
  "message.find": operation({
    summary: "The first message of a room that was sent at a moment or later, to jump to a day",
    kind: "read",
    who: "user",
    rest: "GET /rooms/{room}/messages/first",
    input: z.strictObject({ room: id, at: moment }),
    /** Null where nothing was sent since. */
    output: z.object({ message: id.nullable() }),
  }),
  "message.replies": operation({
    summary: "A message and a page of those that answer it, oldest first: the newest, or before an event",
    kind: "read",
    who: "user",
    rest: "GET /messages/{message}/replies",
    input: z.strictObject({ message: id, before: position.optional(), limit: pageLimit }),
    output: z.object({
      /** The message that is answered. */
      parent: message,
      messages: z.array(message),
      /** The room's newest event when the page was read: later events continue from here. */
      head: position,
      /** The `before` of the next page towards the past; null at the beginning. */
      before: position.nullable(),
    }),
  }),
  "message.edit": operation({
    summary: "Change one's own message; earlier texts are kept",
    kind: "write",
    who: "user",
    rest: "PATCH /messages/{message}",
    input: z.strictObject({ message: id, ...content }),
    output: message,
  }),
  "message.history": operation({
    summary: "A message's earlier texts, oldest first, the present one last",
    kind: "read",
    who: "user",
    rest: "GET /messages/{message}/history",
    input: messageInput,
    output: z.object({ versions: z.array(z.object({ version: z.int(), text: z.string(), at: time })) }),
  }),
  "message.delete": operation({
    summary: "Delete for everyone: one's own, or as an owner or admin of the room anyone's",
    kind: "write",
    who: "user",
    rest: "DELETE /messages/{message}",
    status: 204,
    input: messageInput,
    output: nothing,
  }),
  "reaction.set": operation({
    summary:
      "Put one's reaction on a message, or take it off: an emoji, or `:name:` of one of the server's own",
    kind: "write",
    who: "user",
    rest: "PUT /messages/{message}/reactions",
    input: z.strictObject({ message: id, emoji: z.string().min(1).max(34), on: z.boolean() }),
    output: message,
  }),
  "message.receipts": operation({
    summary: "Who has got and read a message, and when (rooms of up to 64 people)",
    kind: "read",
    who: "user",
    rest: "GET /messages/{message}/receipts",
    input: messageInput,
    output: z.object({ receipts: z.array(receipt) }),
  }),
  "receipt.read": operation({
    summary: "Move one's read mark forward to an event",
    kind: "write",
    who: "user",
    rest: "PUT /rooms/{room}/read",
    input: z.strictObject({ room: id, seq: position }),
    output: marked,
  }),
  "receipt.unread": operation({
    summary: "Move one's own read mark back to just before an event; what others were shown as read stays so",
    kind: "write",
    who: "user",
    rest: "PUT /rooms/{room}/unread",
    input: z.strictObject({ room: id, seq: position.positive() }),
    output: marked,
  }),
  "receipt.deliver": operation({
    summary: "Say that this device holds everything up to an event",
    kind: "write",
    who: "user",
    rest: "PUT /rooms/{room}/delivered",
    input: z.strictObject({ room: id, seq: position }),
    output: marked,
  }),
} as const;
