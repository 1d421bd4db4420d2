import type { Message } from "@parley/protocol/messages";
import { type ClientState, newRoomState, type RoomState, timeline } from "@parley/protocol/state";
import type { User } from "@parley/protocol/users";
import {
  type Copy,
  type CopyRoom,
  type CopyStorage,
  type KeptPage,
  type KeptRoom,
  keeping,
  type RoomChange,
} from "./copy-storage.ts";
import type { Environment } from "./environment.ts";
import { showState, type ViewStore } from "./view.ts";

export interface KeptCopyOptions {
  storage: CopyStorage | undefined;
  environment: Pick<Environment, "after">;
  view: ViewStore;
}

/** Milliseconds between two writings. */
const interval = 1_000;

/** KEPT-1 to KEPT-9. Keeps what was read on this device, beside and behind everything else. */
export class KeptCopy {
  /** What each room was when it was kept last by this tab, or taken from there. */
  readonly #written = new Map<number, RoomState>();
  #present: ReadonlySet<number> | undefined;
  #people: ReadonlyMap<number, User> | undefined;
  #isLeading = false;
  #callOff: (() => void) | undefined;
  #storing: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: KeptCopyOptions) {}

  /** Shows what was kept, unless somebody has signed in meanwhile. */
  async restore(): Promise<Copy | undefined> {
    const { view } = this.options;
    const copy = await this.#try((storage) => storage.read());
    if (!copy || view.getState().session.status === "signed_in") return undefined;
    const state = toState(copy);
    for (const [room, held] of state.rooms) this.#written.set(room, held);
    view.setState({ isCached: true });
    showState(view, state);
    return copy;
  }

  older(room: number, before: number, limit: number): Promise<KeptPage | undefined> {
    const { epoch } = this.options.view.getState().state;
    return this.#try((storage) => storage.older(epoch, { room, before, limit }));
  }

  /** TAB-3. One tab of a browser writes. */
  lead(isLeading: boolean): void {
    if (this.#isLeading && !isLeading) this.flush();
    this.#isLeading = isLeading;
    if (isLeading) this.changed();
  }

  /** Something is shown that is not kept yet. */
  changed(): void {
    if (!this.#isLeading || !this.options.storage || this.#callOff) return;
    this.#callOff = this.options.environment.after(interval, () => this.flush());
  }

  /** Writes at once: the page may be about to go. */
  flush(): void {
    if (!this.#callOff) return;
    this.#stopWaiting();
    void this.#try((storage) => this.#write(storage));
  }

  /** Nothing of what was read stays on the device. */
  async wipe(): Promise<void> {
    this.#isLeading = false;
    this.#stopWaiting();
    this.#forget();
    await this.#try((storage) => storage.clear());
  }

  #forget(): void {
    this.#written.clear();
    this.#present = this.#people = undefined;
  }

  #stopWaiting(): void {
    this.#callOff?.();
    this.#callOff = undefined;
  }

  async #write(storage: CopyStorage): Promise<void> {
    const { session, state, isComplete, people } = this.options.view.getState();
    if (session.status !== "signed_in" || state.epoch === "" || session.user.id !== state.user) return;
    const { blocked, epoch, user_seq, rooms } = state;
    const header = {
      account: session.user,
      session: session.session,
      epoch,
      user_seq,
      blocked: [...blocked],
    };
    const changed = [...rooms.values()].filter((held) => this.#written.get(held.room.id) !== held);
    const present = isComplete ? new Set(rooms.keys()) : undefined;
    const mayBeFewer = present && (!this.#present || [...this.#present].some((room) => !present.has(room)));
    await storage.write({
      header,
      rooms: changed.map((held) => toChange(held, this.#written.get(held.room.id))),
      ...(mayBeFewer && { present }),
      ...(people !== this.#people && { people: [...people.values()].slice(-keeping.people) }),
    });
    this.#present = present;
    this.#people = people;
    for (const held of changed) this.#written.set(held.room.id, held);
    for (const room of this.#written.keys()) if (!rooms.has(room)) this.#written.delete(room);
  }

  /** One at a time. A device that cannot keep it goes on without. */
  #try<Result>(work: (storage: CopyStorage) => Promise<Result>): Promise<Result | undefined> {
    const { storage, view } = this.options;
    if (!storage) return Promise.resolve(undefined);
    const doing = this.#storing.then(async () => {
      try {
        const result = await work(storage);
        if (!view.getState().isKept) view.setState({ isKept: true });
        return result;
      } catch {
        // A cache that fails is a cache that is not there, whatever the reason.
        view.setState({ isKept: false });
        return undefined;
      }
    });
    this.#storing = doing;
    return doing;
  }
}

function toChange(held: RoomState, written: RoomState | undefined): RoomChange {
  const { messages, recent, window, thread, origin, ...room } = held;
  const since = written?.loaded && written.origin === origin ? written : undefined;
  const isNew = (message: Message) => since?.messages.get(message.id) !== message;
  return {
    room,
    since: since && { position: since.position, tail: since.tail },
    held: messages,
    changed: [...messages.values()].filter(isNew),
    recent,
    newest: timeline(held).at(-keeping.newestPage)?.seq ?? 0,
  };
}

function toState({ header, rooms }: Copy): ClientState {
  const { account, blocked, epoch, user_seq } = header;
  const held = rooms.map((kept): [number, RoomState] => [kept.room.room.id, toRoomState(kept)]);
  return { epoch, user: account.id, user_seq, blocked: new Set(blocked), rooms: new Map(held) };
}

function toRoomState({ room, messages }: KeptRoom): RoomState {
  const fresh = newRoomState(room.room, room.known);
  if (!room.loaded) return fresh;
  const kept: CopyRoom & Pick<RoomState, "messages"> = {
    ...room,
    messages: new Map(messages.map((message) => [message.id, message])),
  };
  return { ...fresh, ...kept };
}
