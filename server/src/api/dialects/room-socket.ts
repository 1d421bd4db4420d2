import type { RoomEvent } from "@parley/protocol/events";
import { clientId } from "@parley/protocol/fields";
import { closeCodes, type ServerFrame } from "@parley/protocol/frames";
import { z } from "zod";
import { isoTime } from "../../platform/clock.ts";
import { readJson } from "../json.ts";
import { isApart } from "../live/apart.ts";
import { content, id, ids, time } from "./fields.ts";
import { checkedFrame } from "./frames.ts";
import { joinPublic } from "./joining.ts";
import { usernameOf } from "./people.ts";
import { saidFields, toSaid } from "./room-messages.ts";
import { type Roster, type RosterListener, rosterOf, type Turn } from "./room-roster.ts";
import { type Line, type Speaker, socketRoute } from "./socket-route.ts";

/** Closes a socket whose reader has missed something: what follows would have a hole before it. */
const missedSomething = 4408;
const notAllowed = 4403;

const saying = z.object({ content, client_id: clientId.optional() });
const plainText = z
  .string()
  .describe("What is said, as it is: any text that is no JSON object with `content`");

const about = { room_id: id, user_id: id, username: z.string(), timestamp: time };

const serverFrame = z.discriminatedUnion("type", [
  z.object({ type: z.literal("message"), ...saidFields }),
  z.object({ type: z.literal("message_edited"), ...saidFields }),
  z.object({ type: z.literal("message_deleted"), room_id: id, id, timestamp: time }),
  z.object({ type: z.literal("user_joined"), ...about }),
  z.object({ type: z.literal("user_left"), ...about }),
  z.object({
    type: z.literal("active_users"),
    room_id: id,
    /** The first 200 of them by id. */
    users: z.array(z.object({ user_id: id, username: z.string() })),
    count: z.int(),
  }),
  z.object({ type: z.literal("error"), detail: z.string() }),
]);
type Frame = z.input<typeof serverFrame>;

/** A JSON object with `content` says that; any other text says itself, also one that happens to be JSON. */
export function saidIn(text: string): z.output<typeof saying> {
  const value = jsonIn(text);
  const isFrame = typeof value === "object" && value !== null && Object.hasOwn(value, "content");
  return checkedFrame(isFrame ? value : { content: text }, saying);
}

function jsonIn(text: string): unknown {
  try {
    return readJson(text);
  } catch {
    return text;
  }
}

/** One room, for one of its people. */
class RoomSpeaker implements Speaker, RosterListener {
  private roster: Roster | null = null;

  constructor(
    private readonly line: Line,
    private readonly room: number,
  ) {}

  /** Who is here comes first: what is told later changes it. */
  begin(): Promise<void> {
    this.roster = rosterOf(this.line.live, this.room);
    return this.roster.welcome(this);
  }

  async hear(frame: ServerFrame): Promise<void> {
    if (frame.type === "gap" && frame.room === this.room) {
      if (frame.reason === "removed") this.line.close(notAllowed, "you are not in this room");
      else this.line.close(missedSomething, "too slow: connect again and fetch what was missed");
    } else if (frame.type === "event" && frame.room === this.room) await this.hearEvent(frame.event);
  }

  async say(text: string): Promise<void> {
    const { content: said, client_id } = saidIn(text);
    const named = client_id === undefined ? {} : { client_id };
    await this.line.ask("message.send", { room: this.room, text: said, ...named });
  }

  /** BLOCK-5. Nobody is told of people from whom they are kept apart. */
  turned({ changes, listed, present }: Turn): void {
    const [connection] = this.line.live.people.of(this.line.user);
    const isHidden = (user: number) => connection !== undefined && isApart(connection, user);
    for (const { on, ...who } of changes) {
      if (who.user_id === this.line.user || isHidden(who.user_id)) continue;
      this.send({
        type: on ? "user_joined" : "user_left",
        room_id: this.room,
        ...who,
        timestamp: this.now(),
      });
    }
    const blocks = connection?.blocks;
    const hidden = blocks
      ? [...new Set([...blocks.own, ...blocks.foreign])].filter((user) => present.has(user))
      : [];
    this.send({
      type: "active_users",
      room_id: this.room,
      users: hidden.length === 0 ? [...listed] : listed.filter(({ user_id }) => !isHidden(user_id)),
      count: present.size - hidden.length,
    });
  }

  lost(error: unknown): void {
    this.line.live.failed(error);
    this.line.close(closeCodes.drain, "something went wrong on the server");
  }

  toError(detail: string): Frame {
    return { type: "error", detail };
  }

  end(): void {
    this.roster?.leave(this);
  }

  private async hearEvent(event: RoomEvent): Promise<void> {
    if (event.kind === "message.sent" || event.kind === "message.edited") {
      const { message } = event;
      if (message.deleted_at !== undefined) return;
      const said = toSaid(message, await usernameOf(this.line.context, message.sender));
      this.send({ type: event.kind === "message.sent" ? "message" : "message_edited", ...said });
    } else if (event.kind === "message.deleted") {
      const { id: deleted } = event.message;
      this.send({ type: "message_deleted", room_id: this.room, id: deleted, timestamp: event.at });
    } else if (
      event.kind === "room.deleted" ||
      (event.kind === "member.left" && event.user === this.line.user)
    ) {
      this.line.close(notAllowed, "you are not in this room");
    }
  }

  private now(): string {
    return isoTime(this.line.context.clock.now());
  }

  private send(frame: Frame): void {
    this.line.send(frame);
  }
}

/** One socket of several dialects. */
export const roomSocket = socketRoute({
  path: "/ws/{room_id}",
  summary: "One room, live. To connect to a public room is to join it",
  fields: ids("room_id"),
  client: z.union([saying, plainText]),
  server: serverFrame,
  async connect(call, { room_id: room }) {
    await joinPublic(call, room);
    return { rooms: [room], speaker: (line) => new RoomSpeaker(line, room) };
  },
});
