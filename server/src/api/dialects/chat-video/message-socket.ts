import { ChatError } from "@parley/protocol/errors";
import { text } from "@parley/protocol/fields";
import type { ServerFrame } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import type { Message } from "@parley/protocol/messages";
import { z } from "zod";
import { fileLinks } from "../../../features/files/files.ts";
import { id, ids } from "../fields.ts";
import { readFrame } from "../frames.ts";
import { type Line, type Ready, type Speaker, socketRoute } from "../socket-route.ts";
import { attachmentsOf, type Links } from "./attachments.ts";
import { type DirectRoom, DirectRooms } from "./direct-rooms.ts";
import { message, toMessage } from "./shapes.ts";

/** Closes a socket whose reader has missed something: what follows would have a hole before it. */
const missedSomething = 4408;

const said = z.object({
  type: z.literal("message"),
  /** May be left out on the socket of one peer. */
  receiver_id: id.optional(),
  /** May be empty where something is attached. */
  content: text(0, limits.messageText).default(""),
  /** One's own upload, which no message has taken yet. */
  attachment: z.object({ file_id: id }).nullable().optional(),
  client_id: z.string().optional(),
});
const typing = z.object({ type: z.literal("typing"), receiver_id: id.optional(), is_typing: z.boolean() });
const clientFrame = z.discriminatedUnion("type", [said, typing]);

const calling = z.object({ type: z.enum(["incoming_call", "call_answer", "ice_candidate", "call_end"]) });
const anyFrame = z.discriminatedUnion("type", [said, typing, calling]);

const clientId = { client_id: z.string().optional() };
const serverFrame = z.discriminatedUnion("type", [
  z.object({ type: z.literal("connected"), user_id: id }),
  z.object({ type: z.literal("message"), ...message.shape, ...clientId }),
  z.object({ type: z.literal("typing"), sender_id: id, is_typing: z.boolean() }),
  /** With the client id of the message that was refused. */
  z.object({ type: z.literal("error"), detail: z.string(), ...clientId }),
]);
type Frame = z.input<typeof serverFrame>;

/** All the direct chats of one person, and none of their other rooms. */
class DirectSpeaker implements Speaker {
  private readonly rooms: DirectRooms;
  /** What is being sent, until it is known what becomes of it. */
  private sending: string | undefined;

  constructor(
    private readonly line: Line,
    private readonly options: { peer: number | null; links: Links },
  ) {
    this.rooms = new DirectRooms(line);
  }

  async begin(ready: Ready): Promise<void> {
    this.send({ type: "connected", user_id: this.line.user });
    await this.rooms.begin(ready);
  }

  async hear(frame: ServerFrame): Promise<void> {
    if (frame.type === "event") await this.hearEvent(frame);
    else if (frame.type === "user_event" && frame.event.kind === "room.appeared") {
      this.rooms.note(frame.event.room);
    } else if (frame.type === "gap" && frame.reason !== "removed" && (await this.rooms.find(frame.room))) {
      this.line.close(missedSomething, "too slow: connect again and fetch what was missed");
    } else if (frame.type === "signal" && frame.signal.kind === "typing") {
      const { room, user, on } = frame.signal;
      if (this.rooms.known(room)) this.send({ type: "typing", sender_id: user, is_typing: on });
    }
  }

  async say(text: string): Promise<void> {
    this.sending = undefined;
    const frame = readFrame(text, anyFrame);
    if (frame.type === "message") return this.sendMessage(frame);
    if (frame.type !== "typing") {
      throw new ChatError("unavailable", "calls are not available on this server yet");
    }
    const room = await this.rooms.findWith(this.receiverOf(frame));
    if (room) this.line.signal({ kind: "typing", room: room.id, on: frame.is_typing });
  }

  toError(detail: string): Frame {
    return { type: "error", detail, ...(this.sending !== undefined && { client_id: this.sending }) };
  }

  private async sendMessage(frame: z.output<typeof said>): Promise<void> {
    const { content, attachment, client_id } = frame;
    this.sending = client_id;
    const room = await this.rooms.with(this.receiverOf(frame));
    if (!room) throw new Error("the room of two people is of another kind");
    const { seen } = room;
    const sent = await this.line.ask("message.send", {
      ...{ room: room.id, text: content },
      ...(attachment && { files: [{ upload: attachment.file_id }] }),
      ...(client_id !== undefined && { client_id }),
    });
    this.sending = undefined;
    // Of a repeat nothing is told any more: whoever repeats it waits for an echo all the same.
    if (sent.seq <= seen && sent.deleted_at === undefined) await this.tell(room, sent);
  }

  private receiverOf({ receiver_id }: { receiver_id?: number | undefined }): number {
    const receiver = receiver_id ?? this.options.peer;
    if (receiver !== null) return receiver;
    throw new ChatError("invalid", "nobody is named", {
      fields: [{ path: ["receiver_id"], message: "is required on the socket of all one's chats" }],
    });
  }

  private async hearEvent({
    room: number,
    seq,
    event,
  }: Extract<ServerFrame, { type: "event" }>): Promise<void> {
    const isMessage = event.kind === "message.sent" && event.message.deleted_at === undefined;
    const room = isMessage ? await this.rooms.find(number) : this.rooms.known(number);
    if (!room) return;
    room.seen = Math.max(room.seen, seq);
    if (isMessage) await this.tell(room, event.message);
  }

  private async tell({ peer }: DirectRoom, told: Message): Promise<void> {
    const { user } = this.line;
    const attachment = (await attachmentsOf(this.options.links, [told])).get(told.id) ?? null;
    const known = { user, peer, attachment, isRead: user === peer };
    const own = told.sender === user && told.client_id !== undefined && { client_id: told.client_id };
    this.send({ type: "message", ...toMessage(told, known), ...own });
  }

  private send(frame: Frame): void {
    this.line.send(frame);
  }
}

export const messageSocket = socketRoute({
  path: "/api/messages/ws/{user_id}",
  summary: "All one's direct chats, live: at one's own id, or at that of the person who is written to",
  fields: ids("user_id"),
  client: clientFrame,
  server: serverFrame,
  async connect(call, { user_id }) {
    const peer = user_id === call.actor.user ? null : user_id;
    if (peer !== null) await call.ask("user.get", { user: peer });
    const { context, caller } = call;
    const links: Links = (files) => fileLinks(context, { caller }, { files });
    return { rooms: [], speaker: (line) => new DirectSpeaker(line, { peer, links }) };
  },
});
