import { applyMarked } from "@parley/protocol/apply";
import type { Input, OperationName, Output } from "@parley/protocol/contract";
import type { RoomEvent } from "@parley/protocol/events";
import type { ClientSignal, ServerFrame } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";
import type { Message } from "@parley/protocol/messages";
import type { RoomState } from "@parley/protocol/state";
import { uuidRandomBytes, uuidv7 } from "@parley/protocol/uuid";
import { Drafts } from "./drafts.ts";
import { type DraftStorage, memoryDrafts } from "./drafts-storage.ts";
import { type Environment, platformEnvironment } from "./environment.ts";
import { lostAmong } from "./lost-messages.ts";
import { Marks } from "./marks.ts";
import { Outbox } from "./outbox.ts";
import { type Draft, type OutboxEntry, type OutboxStorage, toMessageInput } from "./outbox-storage.ts";
import { Readings } from "./readings.ts";
import { Repairs } from "./repairs.ts";
import { RoomPeople } from "./room-people.ts";
import { type CallOptions, createRpc, type Rpc } from "./rpc.ts";
import { Session, type SessionState } from "./session.ts";
import { Signals } from "./signals.ts";
import { type Frame, type LinkState, LiveSocket } from "./socket.ts";
import { Sync } from "./sync.ts";
import { Tabs, type TabWord } from "./tabs.ts";
import { createView, emptyView, showState, type View, type ViewStore } from "./view.ts";
import type { Place } from "./windows.ts";

export interface ClientOptions {
  /** The server's address without a path. */
  url: string;
  /** Where messages wait until they are sent. */
  storage: OutboxStorage;
  /** Where what is being written is kept; left out, for as long as the process lives. */
  drafts?: DraftStorage;
  /** Keep the refresh token in an HttpOnly cookie: for browsers. */
  cookie?: boolean;
  /** A name for this device, shown in the list of sessions. */
  device?: string;
  environment?: Environment;
}

const app = "parley-web/0.1";

/** The server as one person sees it: what is shown is in `view`, what can be done is here. */
export class Client {
  readonly view: ViewStore = createView();
  /** What the person is writing. */
  readonly drafts: Drafts;
  readonly #repairs: Repairs;
  readonly #disowned: Message[] = [];
  readonly #rpc: Rpc;
  readonly #session: Session;
  readonly #socket: LiveSocket;
  readonly #sync: Sync;
  readonly #outbox: Outbox;
  readonly #marks: Marks;
  readonly #signals: Signals;
  readonly #tabs: Tabs;
  readonly #readings: Readings;
  readonly roomPeople: RoomPeople;

  constructor(options: ClientOptions) {
    const environment = options.environment ?? platformEnvironment();
    const { cookie = false, device = "", url, storage, drafts = memoryDrafts() } = options;
    const { view } = this;
    const call: Rpc["call"] = (name, input, how) => this.#rpc.call(name, input, how);
    const newId = () => uuidv7(environment.now(), environment.randomBytes(uuidRandomBytes));
    this.#repairs = new Repairs(environment);
    this.#session = new Session({
      environment,
      call,
      cookie,
      device,
      changed: (state) => this.#sessionChanged(state),
      renewed: (token) => this.#socket.renew(token),
    });
    const token = () => this.#session.token();
    const refused = (refusedToken: string) => this.#session.refused(refusedToken);
    this.#rpc = createRpc({ url, environment, token, refused, newKey: newId });
    this.#sync = new Sync({
      view,
      call,
      environment,
      arrived: (room, messages) => this.#arrived(room, messages),
      disowned: (messages) => {
        this.#disowned.push(...messages);
        this.#repairs.need("lost messages", () => this.#keepLost());
      },
      selfChanged: () => this.#repairs.need("self", () => this.#readSelf()),
    });
    this.#socket = new LiveSocket({
      url,
      environment,
      app,
      device,
      token,
      refused,
      ended: () => this.#session.ended(),
      positions: () => this.#sync.positions(),
      ready: (frame) => this.#greeted(frame),
      frame: (frame) => this.#heard(frame),
      changed: (link) => this.#linkChanged(link),
    });
    this.#outbox = new Outbox({
      storage,
      environment,
      newId,
      send: (entry) => this.#sendEntry(entry),
      isSettled: (room, seq) => this.#isSettled(room, seq),
      changed: (outbox) => view.setState({ outbox }),
      storageFailed: () => view.setState({ isOutboxKept: false }),
    });
    this.#marks = new Marks({
      environment,
      send: async (operation, room, seq) => {
        const { result } = await this.#socket.do(operation, { room, seq }, newId());
        return result as Output<"receipt.read">;
      },
      marked: (marked) => showState(view, applyMarked(view.getState().state, marked)),
    });
    this.#signals = new Signals({ environment, call, send: (signal) => this.#signal(signal), view });
    this.#tabs = new Tabs({ environment, url, hear: (word) => this.#heardTab(word) });
    this.drafts = new Drafts({
      storage: drafts,
      environment,
      changed: (changed) => view.setState({ drafts: changed }),
      tell: (change) => this.#tabs.say({ kind: "draft", change }),
    });
    this.roomPeople = new RoomPeople({ call, know: (users) => this.#signals.people.know(users) });
    environment.leaving(() => this.drafts.flush());
    this.#readings = new Readings({
      view: () => {
        const { state, link, isComplete } = view.getState();
        return { state, isCurrent: link.status === "ready" && isComplete };
      },
      changed: (readings) => view.setState({ readings }),
    });
    view.subscribe((now, before) => this.#shown(now, before));
  }

  /** Any operation of the contract, over REST. */
  call<Name extends OperationName>(
    name: Name,
    input: Input<Name>,
    options?: CallOptions,
  ): Promise<Output<Name>> {
    return this.#rpc.call(name, input, options);
  }

  get session(): Pick<Session, "signIn" | "register" | "claim" | "resume" | "signOut" | "refreshToken"> {
    return this.#session;
  }

  /** Connects and stays connected while there is a session. */
  start(): void {
    this.#socket.start();
  }

  /** Disconnects; what is held stays. */
  stop(): void {
    this.#socket.stop();
    this.#session.rest();
  }

  /** The device woke up, came back online or was looked at. */
  wake(): void {
    this.#socket.wake();
  }

  /** The person's rooms, the one with the newest message first. */
  rooms(): RoomState[] {
    const rooms = [...this.view.getState().state.rooms.values()].filter(({ room }) => room.role !== null);
    const moved = ({ room }: RoomState) => room.last_message_at ?? room.created_at;
    return rooms.sort((one, other) => moved(other).localeCompare(moved(one)) || other.room.id - one.room.id);
  }

  /** Hears a room in full and loads its newest page. */
  open(room: number): void {
    const { opened } = this.#sync.rooms;
    opened.delete(room);
    opened.add(room);
    const held = this.view.getState().state.rooms.get(room);
    const continues = held !== undefined && (held.loaded || held.position === held.room.head);
    this.#socket.send({ type: "open", room, ...(continues && { after: held.position }) });
    this.#sync.rooms.mend(room);
    this.#readings.open(room);
  }

  /** The room is left: whatever belongs to looking at it ends. */
  close(room: number): void {
    this.#sync.rooms.opened.delete(room);
    this.#sync.rooms.windows.forget(room);
    this.#readings.close(room);
    this.#socket.send({ type: "close", room });
  }

  /** How far the person had read when the room was opened; undefined until that is known. */
  readingFrom(room: number): number | undefined {
    return this.#readings.get(room)?.from;
  }

  /**
   * Goes to a place in a room; the answer says whether it is now found in the room's window or among its newest
   * messages. Fails as `not_found` where the room has no such message.
   */
  show(room: number, place: Place): Promise<"window" | "live"> {
    if (!this.#sync.rooms.opened.has(room)) this.open(room);
    return this.#sync.rooms.windows.show(room, place);
  }

  /** Of the room's window, or else of its newest messages. False when the first message of the room is held already. */
  loadOlder(room: number): Promise<boolean> {
    return this.#sync.rooms.windows.loadOlder(room);
  }

  /** False when the newest message of the room is held already. */
  loadNewer(room: number): Promise<boolean> {
    return this.#sync.rooms.windows.loadNewer(room);
  }

  /** Puts a message into the outbox; the answer is its client id. */
  send(room: number, text: string, more: Omit<Draft, "room" | "text"> = {}): Promise<string> {
    this.#signals.typing.type(room, false);
    const adding = this.#outbox.add({ room, text, ...more });
    this.drafts.sent(room, more.reply_to ?? null, adding);
    return adding;
  }

  retry(clientId: string): Promise<void> {
    return this.#outbox.retry(clientId);
  }

  discard(clientId: string): void {
    this.#outbox.discard(clientId);
  }

  edit(message: number, text: string, mentions?: number[]): Promise<Message> {
    return this.call("message.edit", { message, text, ...(mentions && { mentions }) });
  }

  async delete(message: number): Promise<void> {
    await this.call("message.delete", { message });
  }

  react(message: number, emoji: string, on: boolean): Promise<Message> {
    return this.call("reaction.set", { message, emoji, on });
  }

  /** Marks a room read up to an event, or up to its newest that is held. */
  markRead(room: number, seq?: number): void {
    const held = this.view.getState().state.rooms.get(room);
    const to = seq ?? held?.position ?? 0;
    if (held && to > held.room.read) this.#marks.read(room, to);
  }

  typing(room: number, on: boolean): void {
    this.#signals.typing.type(room, on);
  }

  /** Says whether the person is looking at this device. */
  presence(state: "online" | "away"): void {
    this.#signal({ kind: "presence", state });
  }

  /** Follows the presence of these people, and of no others. */
  watch(users: readonly number[]): void {
    this.#signals.people.watch(users);
  }

  /** Fetches the names of these people if they are not known. */
  want(users: Iterable<number>): void {
    this.#signals.people.want(users);
  }

  #signal(signal: ClientSignal): boolean {
    return this.#socket.send({ type: "signal", signal });
  }

  async #sendEntry(entry: OutboxEntry): Promise<{ seq: number }> {
    const { result } = await this.#socket.do("message.send", toMessageInput(entry), entry.client_id);
    return { seq: (result as Message).seq };
  }

  #isSettled(room: number, seq: number): boolean {
    const held = this.view.getState().state.rooms.get(room);
    if (!held || held.position >= seq) return true;
    return held.room.member_count > limits.fullRoomMembers && !this.#sync.rooms.opened.has(room);
  }

  #shown(now: View, before: View): void {
    // Rooms move on by events, pages and snapshots; each may be what an acknowledged message waits for.
    if (now.state !== before.state) this.#outbox.settle();
    if (now.state.rooms === before.state.rooms && now.isComplete === before.isComplete) return;
    this.#readings.follow();
    const isFewer = now.state.rooms.size < before.state.rooms.size;
    if (now.isComplete && (isFewer || !before.isComplete)) {
      this.drafts.prune((room) => now.state.rooms.has(room));
    }
  }

  #sessionChanged(session: SessionState): void {
    const before = this.view.getState().session;
    this.view.setState({ session });
    if (session.status === "signed_out") this.#forget(session.ended);
    else if (before.status === "signed_out") this.#welcome(session.user.id);
  }

  #welcome(user: number): void {
    this.#tabs.join(user);
    void this.#outbox.load(user);
    void this.drafts.load(user);
  }

  /** Nothing of one person stays for the next. */
  #forget(ended: boolean): void {
    this.#socket.stop();
    if (ended) {
      this.#outbox.unload();
      this.drafts.unload();
    } else {
      void this.#outbox.clear();
      void this.drafts.clear();
    }
    this.#tabs.leave();
    this.#marks.clear();
    this.#signals.clear();
    this.#readings.clear();
    this.roomPeople.clear();
    this.#sync.stop();
    this.#repairs.clear();
    this.#disowned.length = 0;
    const { session, isOutboxKept } = this.view.getState();
    this.view.setState({ ...emptyView(), session, isOutboxKept });
  }

  #greeted(frame: Frame<"ready">): void {
    // What another history was told of marks, this one has not heard.
    const isAnother = frame.epoch !== this.view.getState().state.epoch;
    if (isAnother) this.#marks.clear();
    this.#sync.ready(frame);
    this.#readings.greeted(frame.rooms, isAnother);
  }

  #linkChanged(link: LinkState): void {
    this.view.setState({ link });
    if (link.status !== "ready") {
      this.#outbox.halt();
      this.#marks.halt();
      return;
    }
    this.#outbox.start(this.view.getState().state.epoch);
    this.#marks.start();
    this.#signals.people.rewatch();
  }

  #heard(frame: ServerFrame): void {
    this.#sync.frame(frame);
    if (frame.type === "signal") this.#signals.hear(frame.signal);
    if (frame.type === "event") this.#dropReplies([frame.event]);
    if (frame.type === "events") this.#dropReplies(frame.events);
  }

  #dropReplies(events: readonly RoomEvent[]): void {
    for (const event of events) {
      if (event.kind === "message.deleted") this.drafts.removeReplies(event.message.id);
    }
  }

  #heardTab(word: TabWord): void {
    this.drafts.hear(word.change);
  }

  #arrived(room: number, messages: readonly Message[]): void {
    const { state } = this.view.getState();
    for (const message of messages) this.#outbox.arrived(message);
    this.#signals.said(room, messages);
    const held = state.rooms.get(room);
    const foreign = messages.filter(({ sender }) => sender !== state.user).map(({ seq }) => seq);
    if (!held || foreign.length === 0 || held.room.member_count > limits.markRoomMembers) return;
    const newest = Math.max(...foreign);
    if (newest > held.room.read) this.#marks.deliver(room, newest);
  }

  async #keepLost(): Promise<void> {
    const messages = [...this.#disowned];
    for (const message of await lostAmong(this.#rpc.call, messages)) await this.#outbox.addLost(message);
    this.#disowned.splice(0, messages.length);
  }

  async #readSelf(): Promise<void> {
    const user = await this.call("user.me", {});
    const { session } = this.view.getState();
    if (session.status === "signed_in") this.view.setState({ session: { ...session, user } });
  }
}

export function createClient(options: ClientOptions): Client {
  return new Client(options);
}
