import type { Input } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { RoomEvent } from "@parley/protocol/events";
import type { ServerFrame, ServerSignal } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import type { Mark, Message } from "@parley/protocol/messages";
import type { Actor } from "../../../context.ts";
import { listMessages } from "../../../features/messages/messages.ts";
import { isoTime } from "../../../platform/clock.ts";
import { readFrame } from "../frames.ts";
import { presencesOf } from "../lists.ts";
import { type Line, type Speaker, socketRoute } from "../socket-route.ts";
import { Delivering } from "./delivering.ts";
import { type ClientFrame, clientFrame, type Frame, serverFrame } from "./frames.ts";
import { type JoinedRoom, JoinedRooms, notePlace, placeAt } from "./joined-rooms.ts";
import { frameOf } from "./room-frames.ts";
import { toScheduling, toSending } from "./sending.ts";

/** Closes a socket whose reader has missed something: what follows would have a hole before it. */
const missedSomething = 4408;
/** Names of messages on their way that a socket remembers. */
const mostOwn = 1_000;

type Signal<Kind extends ServerSignal["kind"]> = Extract<ServerSignal, { kind: Kind }>;
type Sending = Extract<ClientFrame, { type: "send_message" }>["data"];

/** One person in the rooms that they have joined on this socket. */
class CommunitySpeaker implements Speaker {
  private readonly rooms: JoinedRooms;
  private readonly delivering: Delivering;
  /** The sender's names for messages that were sent here and did not come back yet. */
  private readonly own = new Set<string>();
  /** Of the message that could not be sent, until that is told. */
  private failed: string | undefined;

  constructor(
    private readonly line: Line,
    private readonly actor: Actor,
  ) {
    this.rooms = new JoinedRooms(line);
    this.delivering = new Delivering(line);
  }

  async say(text: string): Promise<void> {
    const frame = readFrame(text, clientFrame);
    switch (frame.type) {
      case "join_room":
        return this.join(frame.data.room_id);
      case "leave_room":
        return this.leave(frame.data.room_id, "left");
      case "typing":
        return this.line.signal({ kind: "typing", room: frame.data.room_id, on: frame.data.is_typing });
      case "send_message":
        return this.sendMessage(frame.data);
      case "mark_read":
        return this.markRead(frame.data.room_id, frame.data.message_id);
      case "ping":
        return this.send({ type: "pong", data: {} });
    }
  }

  async hear(frame: ServerFrame): Promise<void> {
    if (frame.type === "signal") return this.hearSignal(frame.signal);
    if (frame.type !== "event" && frame.type !== "gap") return;
    const joined = await this.joinedRoom(frame.room);
    if (!joined) return;
    if (frame.type === "event") await this.hearEvent(frame, joined);
    else if (frame.reason === "removed") this.leave(frame.room, "removed");
    else this.line.close(missedSomething, "too slow: connect again and fetch what was missed");
  }

  toError(detail: string): Frame {
    const client_id = this.failed;
    this.failed = undefined;
    return { type: "error", data: { detail, ...(client_id !== undefined && { client_id }) } };
  }

  end(): void {
    this.rooms.end();
    this.delivering.end();
  }

  /** Undefined for a room that this socket does not hear. What comes while it is being joined waits. */
  private async joinedRoom(room: number): Promise<JoinedRoom | undefined> {
    await this.rooms.get(room)?.ready;
    return this.rooms.get(room);
  }

  private async join(room_id: number): Promise<void> {
    if (this.rooms.has(room_id)) this.rooms.leave(room_id);
    await this.rooms.join(room_id, async (people) => {
      const presences = await presencesOf(this.line, people);
      const online = [...presences.values()].filter(({ state }) => state === "online");
      this.send({ type: "joined_room", data: { room_id, online_users: online.map(({ user }) => user) } });
    });
  }

  private leave(room_id: number, reason: "left" | "removed" | "deleted"): void {
    if (!this.rooms.has(room_id)) return;
    this.rooms.leave(room_id);
    this.send({ type: "left_room", data: { room_id, reason } });
  }

  private async sendMessage({ room_id, ...given }: Sending): Promise<void> {
    const { client_id = null } = given;
    if (client_id !== null) this.remember(client_id);
    try {
      const scheduling = toScheduling(room_id, given);
      if (scheduling) return await this.schedule(scheduling);
      const { id: message_id } = await this.line.ask("message.send", toSending(room_id, given));
      this.send({ type: "message_sent", data: { room_id, message_id, client_id } });
    } catch (error) {
      if (client_id !== null) this.failed = client_id;
      throw error;
    }
  }

  private async schedule(scheduling: Input<"scheduled.create">): Promise<void> {
    const { client_id = null } = scheduling;
    const { id: scheduled_id, room, send_at } = await this.line.ask("scheduled.create", scheduling);
    const data = { room_id: room, scheduled_id, scheduled_at: send_at, client_id };
    this.send({ type: "message_scheduled", data });
  }

  private remember(clientId: string): void {
    this.own.add(clientId);
    for (const oldest of this.own) {
      if (this.own.size <= mostOwn) break;
      this.own.delete(oldest);
    }
  }

  /** Whoever sent it on this socket knows it again. */
  private withName(frame: Frame, { sender, client_id }: Message): Frame {
    if (frame.type !== "new_message" || sender !== this.actor.user || client_id === undefined) return frame;
    return this.own.delete(client_id) ? { ...frame, data: { ...frame.data, client_id } } : frame;
  }

  private async markRead(room: number, message: number): Promise<void> {
    const found = await this.line.ask("message.get", { message });
    if (found.room !== room) throw new ChatError("not_found", "there is no such message in this room");
    await this.line.ask("receipt.read", { room, seq: found.seq });
  }

  private async hearEvent(
    { room, seq, event }: Extract<ServerFrame, { type: "event" }>,
    joined: JoinedRoom,
  ): Promise<void> {
    if (event.kind === "message.sent") {
      notePlace(joined, { seq, message: event.message.id });
      const isShown = joined.people.size <= limits.markRoomMembers;
      if (isShown && event.by !== this.actor.user) this.delivering.came(room, seq);
    }
    if (event.kind === "member.joined") this.rooms.enter(joined, event.user);
    const { context } = this.line;
    const frame = await frameOf({ context, actor: this.actor }, room, event);
    if (frame) this.send(event.kind === "message.sent" ? this.withName(frame, event.message) : frame);
    if (event.kind === "room.deleted") this.leave(room, "deleted");
    if (event.kind === "member.left") this.departed(joined, room, event);
  }

  private departed(
    joined: JoinedRoom,
    room: number,
    event: Extract<RoomEvent, { kind: "member.left" }>,
  ): void {
    if (event.user !== this.actor.user) this.rooms.depart(joined, event.user);
    else this.leave(room, event.by === event.user ? "left" : "removed");
  }

  private async hearSignal(signal: ServerSignal): Promise<void> {
    if (signal.kind === "typing") this.hearTyping(signal);
    else if (signal.kind === "presence") this.hearPresence(signal);
    else if (signal.kind === "marks") await this.hearMarks(signal);
  }

  private hearTyping({ room: room_id, user: user_id, on }: Signal<"typing">): void {
    if (!this.rooms.has(room_id)) return;
    const timestamp = isoTime(this.line.context.clock.now());
    this.send({ type: "typing_indicator", data: { room_id, user_id, is_typing: on, timestamp } });
  }

  private hearPresence({ presence: { user: user_id, state, last_seen } }: Signal<"presence">): void {
    if (!this.rooms.hasPerson(user_id)) return;
    this.send({ type: "presence_update", data: { user_id, is_online: state === "online", last_seen } });
  }

  private async hearMarks({ room, marks }: Signal<"marks">): Promise<void> {
    const joined = await this.joinedRoom(room);
    for (const mark of joined ? marks : []) if (joined) await this.hearMark(joined, room, mark);
  }

  /** Marks that only say what was delivered have no frame here. */
  private async hearMark(joined: JoinedRoom, room_id: number, { user: user_id, read }: Mark): Promise<void> {
    if (joined.told.get(user_id) === read) return;
    joined.told.set(user_id, read);
    const message_id = placeAt(joined, read) ?? (await this.messageAt(room_id, read));
    if (message_id !== undefined) this.send({ type: "read_receipt", data: { room_id, user_id, message_id } });
  }

  private async messageAt(room: number, seq: number): Promise<number | undefined> {
    const { database } = this.line.context;
    const range = { room, before: seq + 1, limit: 1 };
    const page = await listMessages(database, this.actor, range).catch((error) => {
      // Taken out of the room since: that is about to be told.
      if (error instanceof ChatError) return { messages: [] };
      throw error;
    });
    return page.messages[0]?.id;
  }

  private send(frame: Frame): void {
    this.line.send(frame);
  }
}

export const chatSocket = socketRoute({
  path: "/chat/ws",
  summary: "The rooms that one joins on it, live",
  client: clientFrame,
  server: serverFrame,
  async connect({ actor }) {
    return { rooms: [], speaker: (line) => new CommunitySpeaker(line, actor) };
  },
});
