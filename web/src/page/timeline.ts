import type { Message } from "@parley/protocol/messages";
import { type RoomState, timeline } from "@parley/protocol/state";
import type { Client } from "../client/client.ts";
import type { View } from "../client/view.ts";
import { tell } from "./dialogs.ts";
import { button, h, keyedList } from "./elements.ts";
import { drawRow, type Row, rowsOf } from "./message-rows.ts";

export interface TimelineActions {
  reply: (message: Message) => void;
  edit: (message: Message) => void;
}

/** Pixels from the end within which new messages are followed. */
const nearEnd = 40;

/** The messages of a room, oldest first, and after them those on their way. */
export function createTimeline(client: Client, actions: TimelineActions) {
  const list = h("div", { attributes: { role: "log", "aria-label": "Messages" } });
  const older = button("Show older messages", () => void loadOlder(), "older");
  const scroller = h("div", { className: "timeline", tabIndex: 0 }, older, list);
  const draw = keyedList<Row>(list, { key: ({ key }) => key, draw: (row) => drawRow(client, row, actions) });
  let room: number | null = null;
  let isAtEnd = true;
  let first: number | undefined;
  let waiting = 0;

  async function loadOlder(): Promise<void> {
    if (room === null) return;
    older.disabled = true;
    await client.loadOlder(room).catch(tell);
    older.disabled = false;
  }
  function toEnd(): void {
    if (isAtEnd) scroller.scrollTop = scroller.scrollHeight;
  }
  function markRead(): void {
    if (room !== null && isAtEnd && document.hasFocus()) client.markRead(room);
  }

  scroller.addEventListener("scroll", () => {
    isAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < nearEnd;
    markRead();
  });
  // The composer grows, the keyboard of a phone comes up: the end stays in sight.
  new ResizeObserver(toEnd).observe(scroller);

  return {
    element: scroller,
    show(next: number | null): void {
      room = next;
      isAtEnd = true;
      draw([]);
    },
    draw(view: View, held: RoomState): void {
      const messages = timeline(held);
      const rows = rowsOf(view, held, messages);
      // Whoever sends wants to see it go.
      if (rows.length - messages.length > waiting) isAtEnd = true;
      waiting = rows.length - messages.length;
      const { scrollHeight, scrollTop } = scroller;
      client.want(messages.map(({ sender }) => sender));
      older.hidden = !held.loaded || held.before === null;
      draw(rows);
      const isPrepended = first !== undefined && messages[0]?.id !== first && held.messages.has(first);
      if (isPrepended && !isAtEnd) scroller.scrollTop = scrollTop + scroller.scrollHeight - scrollHeight;
      first = messages[0]?.id;
      toEnd();
      if (held.loaded) markRead();
    },
  };
}
