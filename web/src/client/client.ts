import type { Input, OperationName, Output } from "@parley/protocol/contract";
import type { ClientSignal, ServerFrame } from "@parley/protocol/frames";
import type { Message } from "@parley/protocol/messages";
import type { RoomState } from "@parley/protocol/state";
import { uuidRandomBytes, uuidv7 } from "@parley/protocol/uuid";
import type { ClientOptions } from "./client-options.ts";
import { Deletions } from "./deletions.ts";
import type { Drafts } from "./drafts.ts";
import { memoryDrafts } from "./drafts-storage.ts";
import { platformEnvironment } from "./environment.ts";
import { KeptCopy } from "./kept-copy.ts";
import { LostMessages } from "./lost-messages.ts";
import { deliverable, Marks } from "./marks.ts";
import type { Outbox } from "./outbox.ts";
import type { Draft } from "./outbox-storage.ts";
import { Personal } from "./personal.ts";
import { Readings } from "./readings.ts";
import { RoomPeople } from "./room-people.ts";
import { type CallOptions, createRpc, type Rpc } from "./rpc.ts";
import { Session, type SessionState } from "./session.ts";
import { Signals } from "./signals.ts";
import { type Frame, type LinkState, LiveSocket } from "./socket.ts";
import { Sync } from "./sync.ts";
import { Tabs, type TabWord } from "./tabs.ts";
import type { Threads } from "./threads.ts";
import { Unsent } from "./unsent.ts";
import type { Uploads } from "./uploads.ts";
import { createView, emptyView, roomsOf, type View, type ViewStore } from "./view.ts";
import type { Place } from "./windows.ts";

const app = "parley-web/0.1";

/** The server as one person sees it: what is shown is in `view`, what can be done is here. */
export class Client {
  readonly view: ViewStore = createView();
  /** What the person is writing. */
  readonly drafts: Drafts;
  readonly deletions: Deletions;
  /** Files on their way. */
  readonly uploads: Uploads;
  readonly personal: Personal;
  readonly #lost: LostMessages;
  readonly #copy: KeptCopy;
  readonly #rpc: Rpc;
  readonly #session: Session;
  readonly #socket: LiveSocket;
  readonly #sync: Sync;
  readonly #unsent: Unsent;
  readonly #outbox: Outbox;
  readonly #marks: Marks;
  readonly #signals: Signals;
  readonly #tabs: Tabs;
  readonly #readings: Readings;
  readonly roomPeople: RoomPeople;

  constructor(options: ClientOptions) {
    const environment = options.environment ?? platformEnvironment();
    const { cookie = false, device = "", url, drafts = memoryDrafts(), copy } = options;
    const { view } = this;
    const call: Rpc["call"] = (name, input, how) => this.#rpc.call(name, input, how);
    const newId = () => uuidv7(environment.now(), environment.randomBytes(uuidRandomBytes));
    const tell = (word: TabWord) => this.#tabs.say(word);
    this.personal = new Personal({ environment, call, view, drafts, tell });
    this.drafts = this.personal.drafts;
    const lost = (message: Message) => this.#outbox.addLost(message);
    this.#lost = new LostMessages({ environment, call, lost });
    this.#copy = new KeptCopy({ storage: copy, environment, view });
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
      kept: (room, before, limit) => this.#copy.older(room, before, limit),
      disowned: (messages) => this.#lost.doubt(messages),
      marked: (room, read) => this.#marks.stands(room, read),
      followed: (event) => this.personal.follow(event),
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
    this.#unsent = new Unsent({
      ...{ client: options, view, environment, newId, tokens: { token, refused }, socket: this.#socket },
      isSettled: (room, seq) => this.#sync.isSettled(room, seq),
      tell,
    });
    ({ outbox: this.#outbox, uploads: this.uploads } = this.#unsent);
    this.#marks = new Marks({
      environment,
      view,
      send: async (operation, room, seq) => {
        const { result } = await this.#socket.do(operation, { room, seq }, newId());
        return result as Output<"receipt.read">;
      },
      leave: (operation, room, seq) => call(operation, { room, seq }, { outlives: true }),
    });
    this.#signals = new Signals({ environment, call, send: (signal) => this.#signal(signal), view });
    this.#tabs = new Tabs({
      environment,
      url,
      hear: (word) => this.#heardTab(word),
      led: (isLeading) => this.#led(isLeading),
    });
    this.deletions = new Deletions({ view, call, environment, storage: options.deletions });
    this.roomPeople = new RoomPeople({ call, know: (users) => this.#signals.people.know(users) });
    environment.leaving(() => this.#copy.flush());
    this.#readings = new Readings({
      view: () => {
        const { state, read, link, isComplete } = view.getState();
        return { state, read, isCurrent: link.status === "ready" && isComplete };
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

  /**
   * Shows what this device has kept of the person who was signed in last, before and without any network; false when
   * there is nothing. `start` then finds out whether the session still stands.
   */
  async restore(refreshToken?: string): Promise<boolean> {
    const copy = await this.#copy.restore();
    if (!copy) return false;
    this.#signals.people.remember(copy.people);
    this.#session.assume(copy.header.account, copy.header.session, refreshToken);
    return true;
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
    return roomsOf(this.view.getState().state);
  }

  /** Hears a room in full and loads its newest page. */
  open(room: number): void {
    const after = this.#sync.rooms.open(room);
    this.#socket.send({ type: "open", room, ...(after !== undefined && { after }) });
    this.#sync.rooms.mend(room);
    this.#readings.open(room);
  }

  /** The room is left: whatever belongs to looking at it ends. */
  close(room: number): void {
    this.#sync.rooms.leave(room);
    this.#readings.close(room);
    this.#socket.send({ type: "close", room });
  }

  get threads(): Pick<Threads, "open" | "close" | "loadOlder"> {
    return this.#sync.rooms.threads;
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
    if (text || more.attachments) this.drafts.sent(room, more.reply_to ?? null, adding);
    return adding;
  }

  retry(clientId: string): Promise<void> {
    return this.#unsent.retry(clientId);
  }

  discard(clientId: string): void {
    this.#unsent.discard(clientId);
  }

  /** Takes a message that failed back into what is being written: its files are in the room's tray again. */
  takeBack(clientId: string): void {
    this.#outbox.discard(clientId);
  }

  edit(message: number, text: string, mentions?: number[]): Promise<Message> {
    return this.call("message.edit", { message, text, ...(mentions && { mentions }) });
  }

  react(message: number, emoji: string, on: boolean): Promise<Message> {
    return this.call("reaction.set", { message, emoji, on });
  }

  /** Marks a room read up to an event, or up to its newest that is held. */
  markRead(room: number, seq?: number): void {
    this.#marks.read(room, seq);
  }

  /** Marks a room unread from an event on, for this person alone. */
  markUnread(room: number, seq: number): void {
    this.#marks.unread(room, seq);
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

  #shown(now: View, before: View): void {
    // Rooms move on by events, pages and snapshots; each may be what an acknowledged message waits for.
    if (now.state !== before.state) this.#outbox.settle();
    if (now.state !== before.state || now.people !== before.people || now.session !== before.session) {
      this.#copy.changed();
    }
    if (now.state.rooms === before.state.rooms && now.isComplete === before.isComplete) return;
    this.#marks.follow();
    this.#readings.follow();
    if (now.isComplete) this.drafts.prune(now.state.rooms);
  }

  #sessionChanged(session: SessionState): void {
    const { session: before, link } = this.view.getState();
    if (session.status === "signed_out") {
      this.view.setState({ session });
      return this.#forget(session.ended);
    }
    const isAnother = before.status === "signed_in" && before.user.id !== session.user.id;
    // Somebody else has signed in in this browser while it kept the one before.
    if (isAnother) this.#forget(true);
    this.view.setState({ session });
    if (before.status === "signed_out" || isAnother) this.#welcome(session.user.id);
    if (isAnother && link.status !== "off") this.start();
  }

  #welcome(user: number): void {
    this.#tabs.join(user);
    this.#unsent.load(user);
    this.personal.welcome(user);
  }

  /** Nothing of one person stays for the next. */
  #forget(ended: boolean): void {
    this.#socket.stop();
    if (ended) this.#unsent.unload();
    else {
      this.#tabs.say({ kind: "signed out" });
      this.#unsent.clear();
    }
    this.personal.clear(ended);
    this.#tabs.leave();
    this.#marks.clear();
    this.#signals.clear();
    this.#readings.clear();
    this.roomPeople.clear();
    this.#sync.stop();
    this.#lost.clear();
    void this.#copy.wipe();
    const { session, isOutboxKept, isKept } = this.view.getState();
    this.view.setState({ ...emptyView(), session, isOutboxKept, isKept });
  }

  #greeted(frame: Frame<"ready">): void {
    // What another history was told of marks, this one has not heard.
    const isAnother = frame.epoch !== this.view.getState().state.epoch;
    if (isAnother) this.#marks.clear();
    this.#outbox.greeted(frame.epoch);
    this.#sync.ready(frame);
    this.personal.greeted(frame, isAnother);
    this.view.setState({ isCached: false });
    this.#marks.greeted(frame.rooms);
    this.#readings.greeted(frame.rooms, isAnother);
  }

  #linkChanged(link: LinkState): void {
    this.view.setState({ link });
    if (link.status !== "ready") {
      this.#tabs.withdraw();
      this.#marks.halt();
      this.uploads.halt();
      return;
    }
    this.#tabs.contend();
    this.#marks.start();
    this.uploads.start();
    this.#signals.people.rewatch();
  }

  #heard(frame: ServerFrame): void {
    this.#sync.frame(frame);
    this.personal.heard(frame);
    if (frame.type === "signal") this.#signals.hear(frame.signal);
    this.#signals.follow(frame);
  }

  /** One connected tab sends and keeps for all of them. */
  #led(isLeading: boolean): void {
    this.#copy.lead(isLeading);
    this.personal.lead(isLeading);
    if (isLeading) void this.#outbox.takeOver();
    else this.#outbox.halt();
  }

  #heardTab(word: TabWord): void {
    if (word.kind === "signed out") this.#session.left();
    else if (word.kind === "uploads") void this.uploads.refresh();
    else if (word.kind === "entry" || word.kind === "entry gone") this.#outbox.hear(word);
    else this.personal.hear(word);
  }

  #arrived(room: number, messages: readonly Message[]): void {
    const { state } = this.view.getState();
    for (const message of messages) this.#outbox.arrived(message);
    this.#signals.said(room, messages);
    const newest = deliverable(state.rooms.get(room), state.user, messages);
    if (newest !== undefined) this.#marks.deliver(room, newest);
  }
}

export type { ClientOptions } from "./client-options.ts";

export function createClient(options: ClientOptions): Client {
  return new Client(options);
}
