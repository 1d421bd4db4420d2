import type { RoomEvent } from "@parley/protocol/events";
import { clientId } from "@parley/protocol/fields";
import { closeCodes, type ServerFrame } from "@parley/protocol/frames";
import { z } from "zod";
import type { Context } from "../../context.ts";
import { readJson } from "../json.ts";
import { isApart } from "../live/apart.ts";
import { content, id, ids, time } from "./fields.ts";
import { checkedFrame, onceFor } from "./frames.ts";
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

/** The same for everybody who hears it. */
const frameOf = onceFor(async (event: RoomEvent, room: number, context: Context): Promise<Frame | null> => {
  if (event.kind === "message.deleted") {
    return { type: "message_deleted", room_id: room, id: event.message.id, timestamp: event.at };
  }
  if (event.kind !== "message.sent" && event.kind !== "message.edited") return null;
  const { message } = event;
  // Deleted since: what is told next says so.
  if (message.deleted_at !== undefined) return null;
  const said = toSaid(message, await usernameOf(context, message.sender));
  return { type: event.kind === "message.sent" ? "message" : "message_edited", ...said };
});

type Coming = Extract<Frame, { type: "user_joined" | "user_left" }>;
type Present = Extract<Frame, { type: "active_users" }>;

/** The same for everybody from whom nobody is hidden. */
const framesOf = onceFor((turn: Turn, room: number): { changes: readonly Coming[]; list: Present } => ({
  changes: turn.changes.map(({ on, ...who }) => ({
    type: on ? "user_joined" : "user_left",
    room_id: room,
    ...who,
    timestamp: turn.at,
  })),
  list: { type: "active_users", room_id: room, users: [...turn.listed], count: turn.present.size },
}));

const nobody: ReadonlySet<number> = new Set();

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

  /** BLOCK-5. Nobody is told of people from whom a block keeps them apart. */
  turned(turn: Turn): void {
    const [connection] = this.line.live.people.of(this.line.user);
    const { changes, list } = framesOf(turn, this.room);
    const isHidden = (user: number) => connection !== undefined && isApart(connection, user);
    for (const change of changes) {
      if (change.user_id !== this.line.user && !isHidden(change.user_id)) this.send(change);
    }
    const { own = nobody, foreign = nobody } = connection?.blocks ?? {};
    const hidden = [...new Set([...own, ...foreign])].filter((user) => turn.present.has(user));
    if (hidden.length === 0) return this.send(list);
    const users = list.users.filter(({ user_id }) => !isHidden(user_id));
    this.send({ ...list, users, count: list.count - hidden.length });
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
    const frame = await frameOf(event, this.room, this.line.context);
    if (frame) this.send(frame);
    const isGone = event.kind === "member.left" && event.user === this.line.user;
    if (isGone || event.kind === "room.deleted") this.line.close(notAllowed, "you are not in this room");
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
