import { ChatError } from "@parley/protocol/errors";
import type { RoomEvent } from "@parley/protocol/events";
import type { ServerFrame } from "@parley/protocol/frames";
import { z } from "zod";
import type { Context } from "../../../context.ts";
import { isoTime } from "../../../platform/clock.ts";
import { content, id, ids, time } from "../fields.ts";
import { onceFor, readFrame } from "../frames.ts";
import { usernameOf } from "../people.ts";
import { type Line, type Speaker, socketRoute } from "../socket-route.ts";

/** Closes a socket whose reader has missed something: what follows would have a hole before it. */
const missedSomething = 4408;
const notAllowed = 4403;

const clientFrame = z.discriminatedUnion("type", [
  z.object({ type: z.literal("message"), chat_id: id.optional(), content, client_id: z.string().optional() }),
  z.object({ type: z.literal("typing"), chat_id: id.optional(), content: z.enum(["start", "stop"]) }),
  z.object({ type: z.literal("ping"), chat_id: id.optional() }),
]);

const message = z.object({
  id,
  sender_id: id,
  sender_username: z.string(),
  content: z.string(),
  timestamp: time,
});
const about = { chat_id: id, user_id: id, timestamp: time };

const serverFrame = z.discriminatedUnion("type", [
  z.object({ type: z.literal("new_message"), chat_id: id, message }),
  z.object({ type: z.literal("message_updated"), chat_id: id, message }),
  z.object({ type: z.literal("message_deleted"), chat_id: id, message_id: id }),
  z.object({ type: z.literal("typing_started"), ...about }),
  z.object({ type: z.literal("typing_stopped"), ...about }),
  z.object({ type: z.literal("user_joined"), ...about }),
  z.object({ type: z.literal("user_left"), ...about }),
  z.object({ type: z.literal("pong"), chat_id: id }),
  z.object({ type: z.literal("error"), detail: z.string() }),
]);
type Frame = z.input<typeof serverFrame>;

/** The same for everybody who hears it. */
const frameOf = onceFor(async (event: RoomEvent, chat: number, context: Context): Promise<Frame | null> => {
  if (event.kind === "message.deleted") {
    return { type: "message_deleted", chat_id: chat, message_id: event.message.id };
  }
  if (event.kind !== "message.sent" && event.kind !== "message.edited") return null;
  const { id: said, sender, text, created_at, deleted_at } = event.message;
  // Deleted since: what is told next says so.
  if (deleted_at !== undefined) return null;
  const sender_username = await usernameOf(context, sender);
  const told = { id: said, sender_id: sender, sender_username, content: text, timestamp: created_at };
  return {
    type: event.kind === "message.sent" ? "new_message" : "message_updated",
    chat_id: chat,
    message: told,
  };
});

/** One chat, for one of its people. */
class ChatSpeaker implements Speaker {
  private readonly unwatch: () => void;

  constructor(
    private readonly line: Line,
    private readonly chat: number,
  ) {
    const { live, user } = line;
    // From the first moment on: whoever comes while this socket is still starting would be missed.
    this.unwatch = live.attendance.watch(chat, (other, on) => {
      if (other !== user) this.send({ type: on ? "user_joined" : "user_left", ...this.about(other) });
    });
  }

  async hear(frame: ServerFrame): Promise<void> {
    if (frame.type === "gap" && frame.room === this.chat) {
      if (frame.reason === "removed") this.line.close(notAllowed, "you are not in this chat");
      else this.line.close(missedSomething, "too slow: connect again and fetch what was missed");
    } else if (frame.type === "event" && frame.room === this.chat) await this.hearEvent(frame.event);
    else if (frame.type === "signal" && frame.signal.kind === "typing" && frame.signal.room === this.chat) {
      const { on, user } = frame.signal;
      this.send({ type: on ? "typing_started" : "typing_stopped", ...this.about(user) });
    }
  }

  async say(text: string): Promise<void> {
    const frame = readFrame(text, clientFrame);
    if (frame.chat_id !== undefined && frame.chat_id !== this.chat) {
      throw new ChatError("invalid", `this socket speaks in chat ${this.chat}`);
    }
    const room = this.chat;
    if (frame.type === "ping") return this.send({ type: "pong", chat_id: room });
    if (frame.type === "typing") {
      return this.line.signal({ kind: "typing", room, on: frame.content === "start" });
    }
    const { content: said, client_id } = frame;
    await this.line.ask("message.send", { room, text: said, ...(client_id !== undefined && { client_id }) });
  }

  toError(detail: string): Frame {
    return { type: "error", detail };
  }

  end(): void {
    this.unwatch();
  }

  private async hearEvent(event: RoomEvent): Promise<void> {
    const frame = await frameOf(event, this.chat, this.line.context);
    if (frame) this.send(frame);
    const isGone = event.kind === "member.left" && event.user === this.line.user;
    if (isGone || event.kind === "room.deleted") this.line.close(notAllowed, "you are not in this chat");
  }

  private about(user: number): { chat_id: number; user_id: number; timestamp: string } {
    return { chat_id: this.chat, user_id: user, timestamp: isoTime(this.line.context.clock.now()) };
  }

  private send(frame: Frame): void {
    this.line.send(frame);
  }
}

export const chatSocket = socketRoute({
  path: "/api/v1/ws/{chat_id}",
  summary: "One chat, live",
  fields: ids("chat_id"),
  client: clientFrame,
  server: serverFrame,
  async connect(call, { chat_id: room }) {
    const { role } = await call.ask("room.get", { room });
    if (role === null) throw new ChatError("forbidden", "only those who are in the chat may listen");
    return { rooms: [room], speaker: (line) => new ChatSpeaker(line, room) };
  },
});
