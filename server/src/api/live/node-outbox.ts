import type { Mark } from "@parley/protocol/messages";
import type { PresenceState } from "@parley/protocol/presence";
import type { NodeNews } from "./node-messages.ts";

/** Milliseconds between two messages: what happens meanwhile shares the second. */
const pause = 5;
/** Typing that waits, at most. */
const typingLimit = 500;

/** What a node has to tell the others, gathered for as long as a message takes: of everything only the newest. */
export class NodeOutbox {
  private rooms = new Map<number, number>();
  private users = new Map<number, number>();
  private typing: NonNullable<NodeNews["typing"]> = [];
  private marks = new Map<string, NonNullable<NodeNews["marks"]>[number]>();
  private blocks = new Map<string, NonNullable<NodeNews["blocks"]>[number]>();
  private presences = new Map<number, PresenceState>();
  private attending = new Map<number, readonly number[]>();
  private library: number[] = [];
  private waiting = false;

  constructor(private readonly send: (news: NodeNews) => void) {}

  addRoom(room: number, head: number): void {
    this.rooms.set(room, Math.max(head, this.rooms.get(room) ?? 0));
    this.soon();
  }

  addUser(user: number, head: number): void {
    this.users.set(user, Math.max(head, this.users.get(user) ?? 0));
    this.soon();
  }

  addTyping(room: number, head: number, user: number, on: boolean): void {
    if (this.typing.length >= typingLimit) return;
    this.typing.push([room, head, user, on]);
    this.soon();
  }

  addMark(room: number, head: number, mark: Mark): void {
    this.marks.set(`${room} ${mark.user}`, [room, head, mark.user, mark.read, mark.delivered]);
    this.soon();
  }

  addBlock(blocker: number, blocked: number): void {
    this.blocks.set(`${blocker} ${blocked}`, [blocker, blocked]);
    this.soon();
  }

  addPresence(user: number, state: PresenceState): void {
    this.presences.set(user, state);
    this.soon();
  }

  addAttending(room: number, users: readonly number[]): void {
    this.attending.set(room, users);
    this.soon();
  }

  addLibrary(version: number): void {
    this.library = [version];
    this.soon();
  }

  private soon(): void {
    if (this.waiting) return;
    this.waiting = true;
    setImmediate(() => this.flush());
  }

  private flush(): void {
    this.send(this.take());
    setTimeout(() => {
      this.waiting = false;
      if (this.isFilled) this.soon();
    }, pause).unref();
  }

  private get isFilled(): boolean {
    return (
      [this.rooms, this.users, this.marks, this.blocks, this.presences, this.attending].some(
        ({ size }) => size > 0,
      ) || this.typing.length + this.library.length > 0
    );
  }

  private take(): NodeNews {
    const news: NodeNews = {
      rooms: [...this.rooms],
      users: [...this.users],
      typing: this.typing,
      marks: [...this.marks.values()],
      blocks: [...this.blocks.values()],
      presences: [...this.presences],
      library: this.library,
      attending: [...this.attending].map(([room, users]) => [room, [...users]]),
    };
    this.rooms = new Map();
    this.users = new Map();
    this.typing = [];
    this.marks = new Map();
    this.blocks = new Map();
    this.presences = new Map();
    this.attending = new Map();
    this.library = [];
    return news;
  }
}
