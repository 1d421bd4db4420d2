import { holdsKeyword } from "@parley/protocol/keywords";
import { roomOfTag, tagOfRoom } from "@parley/protocol/push-tags";
import type { Membership } from "@parley/protocol/rooms";
import { type RoomState, timeline } from "@parley/protocol/state";
import type { Client } from "../../client/client.ts";
import { lastShown, readTo, unreadIn } from "../../client/unread.ts";
import type { View } from "../../client/view.ts";
import { navigate } from "../../ui/address.tsx";
import { plainWords } from "../../ui/markdown.ts";
import { translate } from "../../ui/text.ts";
import { wordsOf } from "../files/files.tsx";
import { followOtherTabs, useDeviceChoices } from "./device-choices.ts";
import { isSettled, isToBeTold, type Known, knownOf } from "./notifications-rules.ts";
import { isShownHere } from "./notifying.ts";
import { keepPush } from "./push-device.ts";
import { hearWorker, leftBefore, showNotification, withdraw } from "./shown-notifications.ts";
import { playSound } from "./sound.ts";
import { type Notice, stillStands, ThreadNotices } from "./thread-notices.ts";

export interface NotifierOptions {
  client: Client;
  /** A room's name as it is shown. */
  roomName: (room: RoomState) => string;
  personName: (user: number) => string;
}

/** Milliseconds to wait for a name that is not known yet. */
const namePatience = 1_500;
const textLength = 200;

/** NOTIFY-6, NOTIFY-7. Tells of news while a page is open, in one tab for all, until it is stopped. */
export function startNotifier(options: NotifierOptions): () => void {
  const { client } = options;
  const known = new Map<number, Known>();
  const threads = new ThreadNotices(client.personal.sight);
  /** Up to which event of a room was told of. */
  const told = new Map<number, number>();
  /** What an earlier page or tab has shown is taken back by this one. */
  const takeOver = async () => {
    for (const [tag, seq] of await leftBefore()) {
      const room = roomOfTag(tag);
      if (room !== undefined && !told.has(room)) told.set(room, seq);
    }
    settle(client.view.getState());
  };
  const settle = (view: View) => {
    if (!isCurrent(view)) return;
    for (const [room, seq] of told) {
      const held = view.state.rooms.get(room);
      if (stillStands(view, room, seq) ?? !isSettled(held && asRead(held, view), seq)) continue;
      told.delete(room);
      void withdraw(tagOfRoom(room));
    }
  };
  const look = (view: View, before?: View) => {
    if (view.isLeading && before?.isLeading === false) void takeOver();
    if (!isCurrent(view)) return;
    const isSame = view.state.rooms === before?.state.rooms && view.read === before.read;
    if (before && isSame && view.threads === before.threads && isCurrent(before)) return;
    for (const held of view.state.rooms.values()) news(view, held);
    for (const notice of threads.look(view)) if (mayTell(view)) answered(notice);
    settle(view);
  };
  const news = (view: View, held: RoomState) => {
    const room = asRead(held, view);
    const before = known.get(room.id);
    known.set(room.id, knownOf(room));
    if (!before || !view.wishes || !mayTell(view)) return;
    // Of an answer in a thread that the person follows the thread tells.
    const last = held.messages.get(room.last_message?.id ?? 0);
    if (view.threads?.has(last?.reply_to ?? 0)) return;
    const surroundings = {
      ...{ me: view.state.user, wishes: view.wishes, blocked: view.state.blocked, now: Date.now() },
      isInSight: client.personal.sight.has(room.id),
    };
    const calling = callingIn(held, before.seq, view);
    if (!isToBeTold(room, before, { ...surroundings, isCalled: calling !== undefined })) return;
    const shown = calling ?? shownOf(held, room, view.state.user);
    show(held, shown.seq, tell(options, held, shown, `/rooms/${room.id}?message=${shown.id}`));
  };
  const answered = ({ held, thread, answer }: Notice) => {
    const { id } = held.room;
    if ((told.get(id) ?? 0) >= answer.seq) return;
    const path = `/rooms/${id}/threads/${thread.message}?message=${answer.message}`;
    const message = held.messages.get(answer.message);
    const shown = message ?? client.call("message.get", { message: answer.message });
    show(
      held,
      answer.seq,
      Promise.resolve(shown).then((found) => tell(options, held, found, path)),
    );
  };
  const show = (held: RoomState, seq: number, telling: Promise<void>) => {
    told.set(held.room.id, Math.max(seq, told.get(held.room.id) ?? 0));
    void telling.then(
      // Read while it was made ready.
      () => settle(client.view.getState()),
      () => undefined,
    );
  };
  client.personal.wishes.want();
  look(client.view.getState());
  void takeOver();
  /** A push came after all, such as just before the page was opened. */
  const pushed = (tag: string, seq: number) => {
    const room = roomOfTag(tag);
    if (room !== undefined) told.set(room, Math.max(seq, told.get(room) ?? 0));
    settle(client.view.getState());
  };
  const ends = [
    ...[client.view.subscribe(look), followOtherTabs(), keepPush(client)],
    hearWorker({ open: navigate, pushed }),
  ];
  return () => {
    for (const end of ends) end();
    for (const room of told.keys()) void withdraw(tagOfRoom(room));
  };
}

/** The room as far as it is read on this device. */
function asRead(held: RoomState, view: View): Membership {
  const { unread, mentions } = unreadIn(held, view);
  return { ...held.room, last_message: lastShown(held), read: readTo(held, view), unread, mentions };
}

/** What is held before the server has greeted is old, and so is all that a first page finds. */
function isCurrent({ isCached, isComplete, link }: View): boolean {
  return !isCached && isComplete && link.status === "ready";
}

function mayTell({ isLeading }: View): boolean {
  return isLeading && isShownHere();
}

async function tell(options: NotifierOptions, held: RoomState, shown: Shown, path: string): Promise<void> {
  const { seq, sender } = shown;
  await named(options.client, sender);
  const { hasPreview, hasSound } = useDeviceChoices.getState();
  const name = options.personName(sender);
  const words = hasPreview ? said(shown).slice(0, textLength) : translate("notify.hidden");
  const isDirect = held.room.kind === "direct";
  const body = isDirect ? words : translate("timeline.said", { name, text: words });
  await showNotification(
    { tag: tagOfRoom(held.room.id), title: options.roomName(held), body, path, seq },
    navigate,
  );
  if (hasSound) await playSound().catch(() => undefined);
}

function said(message: Parameters<typeof wordsOf>[1]): string {
  return wordsOf(translate, message, plainWords);
}

interface Shown {
  id: number;
  seq: number;
  sender: number;
  type: string;
  text: string;
}

/** The newest message; or where the person wishes to hear of mentions only, the newest that is one, if it is held. */
function shownOf(held: RoomState, room: Membership, me: number): Shown {
  const { last_message: last, mentions, read, kind } = room;
  const newest = last ?? { id: 0, seq: 0, sender: 0, type: "text", text: "" };
  if (kind === "direct" || mentions === 0) return newest;
  const mention = timeline(held).findLast(
    ({ seq, deleted_at, mention_all, mentions: people }) =>
      seq > read && !deleted_at && (mention_all || people?.includes(me)),
  );
  return mention ?? newest;
}

/** NOTIFY-9. The newest message since an event that holds a word of the person's own, if it is held. */
function callingIn(held: RoomState, since: number, { wishes, state }: View): Shown | undefined {
  const { keywords = [] } = wishes ?? {};
  if (keywords.length === 0) return undefined;
  return timeline(held).findLast(
    ({ seq, sender, in_thread, deleted_at, text }) =>
      seq > since && sender !== state.user && !in_thread && !deleted_at && holdsKeyword(text, keywords),
  );
}

/** Waits a moment for a name. */
async function named(client: Client, user: number): Promise<void> {
  const { view } = client;
  if (view.getState().people.has(user)) return;
  client.want([user]);
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = view.subscribe(({ people }) => people.has(user) && resolve());
  const timer = setTimeout(resolve, namePatience);
  await promise;
  clearTimeout(timer);
  stop();
}
