import type { Message } from "@parley/protocol/messages";
import type { RoomState } from "@parley/protocol/state";
import type { Client } from "../client/client.ts";
import type { OutboxEntry } from "../client/outbox-storage.ts";
import type { View } from "../client/view.ts";
import { tell } from "./dialogs.ts";
import { button, h } from "./elements.ts";
import { momentName, personName } from "./names.ts";
import type { TimelineActions } from "./timeline.ts";

interface MessageRow {
  kind: "message";
  key: string;
  author: string;
  message: Message;
  /** What it answers, in short; empty where it answers nothing. */
  answered: string;
  me: number;
  mayDelete: boolean;
}
export type Row = MessageRow | { kind: "waiting"; key: string; author: string; entry: OutboxEntry };

const emoji = ["👍", "❤️", "😂", "🎉", "😮", "😢"];
const stateWords = { queued: "waiting", sent: "sending …", acked: "sent", failed: "not sent" } as const;

export function rowsOf(view: View, held: RoomState, messages: readonly Message[]): Row[] {
  const me = view.state.user;
  const mayDeleteAll = held.room.role === "owner" || held.room.role === "admin";
  const sent = messages.map((message): Row => {
    const { id, sender, reply_to } = message;
    return {
      kind: "message",
      key: `${id}`,
      author: personName(view, sender),
      message,
      answered: reply_to === undefined ? "" : quote(view, held.messages.get(reply_to)),
      me,
      mayDelete: sender === me || mayDeleteAll,
    };
  });
  const waiting = view.outbox.filter(({ room }) => room === held.room.id);
  const author = personName(view, me);
  return [
    ...sent,
    ...waiting.map((entry): Row => ({ kind: "waiting", key: entry.client_id, author, entry })),
  ];
}

function quote(view: View, message: Message | undefined): string {
  if (!message) return "an earlier message";
  return `${personName(view, message.sender)}: ${message.text.slice(0, 80) || "(deleted)"}`;
}

export function drawRow(client: Client, row: Row, actions: TimelineActions): HTMLElement {
  return row.kind === "message"
    ? drawMessage(client, row, actions)
    : drawWaiting(client, row.author, row.entry);
}

function drawMessage(client: Client, row: MessageRow, actions: TimelineActions): HTMLElement {
  const { message, author, answered, me } = row;
  const { created_at, edited_at, deleted_at, reactions = [], sender, text } = message;
  const isDeleted = deleted_at !== undefined;
  const chips = reactions.map(({ emoji: each, users }) => {
    const isOn = users.includes(me);
    const toggle = () => void client.react(message.id, each, !isOn).catch(tell);
    const chip = button(`${each} ${users.length}`, toggle);
    chip.setAttribute("aria-pressed", `${isOn}`);
    return chip;
  });
  return h(
    "article",
    { className: sender === me ? "message is-own" : "message" },
    h(
      "div",
      { className: "byline" },
      h("strong", {}, author),
      h("time", { dateTime: created_at }, momentName(created_at)),
      edited_at !== undefined && !isDeleted && h("span", {}, "edited"),
      !isDeleted && drawMenu(client, row, actions),
    ),
    answered !== "" && h("blockquote", {}, answered),
    isDeleted
      ? h("p", { className: "text is-deleted" }, "This message was deleted.")
      : h("p", { className: "text" }, text),
    h("div", { className: "reactions" }, ...chips),
  );
}

function drawMenu(client: Client, row: MessageRow, { reply, edit }: TimelineActions): HTMLElement {
  const { message, mayDelete, author, me } = row;
  const label = `What to do with the message of ${author}`;
  const menu = h(
    "details",
    { className: "menu" },
    h("summary", { attributes: { "aria-label": label } }, "⋯"),
  );
  const item = (name: string, run: () => unknown) =>
    button(name, () => {
      menu.open = false;
      Promise.resolve(run()).catch(tell);
    });
  const remove = () => (confirm("Delete this message for everyone?") ? client.delete(message.id) : undefined);
  const items = h(
    "div",
    {},
    ...emoji.map((each) => item(each, () => client.react(message.id, each, true))),
    item("Reply", () => reply(message)),
    message.sender === me && item("Edit", () => edit(message)),
    mayDelete && item("Delete", remove),
  );
  menu.append(items);
  return menu;
}

function drawWaiting(client: Client, author: string, entry: OutboxEntry): HTMLElement {
  const { client_id, state, error, text } = entry;
  const words = error ? `${stateWords[state]}: ${error.message}` : stateWords[state];
  const choices = [
    button("Try again", () => void client.retry(client_id)),
    button("Discard", () => client.discard(client_id)),
  ];
  return h(
    "article",
    { className: `message is-own is-${state}` },
    h("div", { className: "byline" }, h("strong", {}, author), h("span", {}, words)),
    h("p", { className: "text" }, text),
    state === "failed" && h("div", { className: "reactions" }, ...choices),
  );
}
