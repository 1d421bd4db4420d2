import { changedBy } from "./apply-changes.ts";
import { holding, missedBy, type Page, recounted, withNewest } from "./apply-room.ts";
import type { Message } from "./messages.ts";
import { type Reader, type RoomState, type RoomWindow, timeline } from "./state.ts";

/** A page as it is told: `after` leads to the present and is null at the end. */
export interface WindowPage extends Page {
  after: number | null;
}

/** Looks a page up in the past. Undefined when it is so old that the events since are not known: ask again. */
export function withWindow(
  state: RoomState,
  page: WindowPage,
  target: number | null,
  reader: Reader,
): RoomState | undefined {
  const messages = caughtUp(state, page);
  if (!messages) return undefined;
  const window = { messages, before: page.before, after: page.after ?? page.head, target };
  return bounded(rejoined({ ...state, window }, reader), "newer");
}

/** Adds the page before the window, asked for with `before: asked`. */
export function withOlderPage(state: RoomState, page: Page, asked: number): RoomState | undefined {
  const { window } = state;
  const messages = caughtUp(state, page);
  if (!messages || window?.before !== asked) return undefined;
  const longer = { ...window, messages: [...messages, ...window.messages], before: page.before };
  return bounded({ ...state, window: longer }, "older");
}

/** Adds the page after the window, asked for with `after: asked`. */
export function withNewerPage(
  state: RoomState,
  page: WindowPage,
  asked: number,
  reader: Reader,
): RoomState | undefined {
  const { window } = state;
  const messages = caughtUp(state, page);
  if (!messages || window?.after !== asked) return undefined;
  const after = page.after ?? page.head;
  const longer = { ...window, messages: [...window.messages, ...messages], after };
  return bounded(rejoined({ ...state, window: longer }, reader), "newer");
}

/**
 * Adds the page before the newest messages where there is no place for it beside all of them: what is older becomes
 * a window, and lets go of its newer end.
 */
export function withSplit(state: RoomState, page: Page, asked: number): RoomState | undefined {
  if (state.before !== asked) return undefined;
  const messages = timeline(state).slice(0, -holding.besideWindow);
  const window = { messages, before: asked, after: messages.at(-1)?.seq ?? asked, target: null };
  return withOlderPage({ ...withNewest(state, holding.besideWindow), window }, page, asked);
}

/** What an older page brings, as it is now. */
function caughtUp(state: RoomState, page: Page): Message[] | undefined {
  const missed = missedBy(state, page);
  const first = page.head + 1;
  return (
    missed &&
    page.messages.map((message) =>
      missed.reduce((held, event, index) => changedBy(held, first + index, event), message),
    )
  );
}

/** A window that has met the newest messages is one run with them. */
export function rejoined(state: RoomState, reader: Reader): RoomState {
  const { window, before } = state;
  if (!window || (before !== null && window.after + 1 < before)) return state;
  const messages = new Map(window.messages.map((message) => [message.id, message]));
  for (const message of state.messages.values()) {
    const other = messages.get(message.id);
    if (!other || message.version >= other.version) messages.set(message.id, message);
  }
  const reaches = before === null || window.before === null ? null : Math.min(before, window.before);
  return recounted({ ...state, window: null, messages, before: reaches }, reader);
}

/** Of too many messages those go first that are between the window and the newest, then the window's far end. */
function bounded(state: RoomState, grew: "older" | "newer"): RoomState {
  const { window } = state;
  const excess = state.messages.size + (window?.messages.length ?? 0) - holding.messages;
  if (!window || excess <= 0) return state;
  const rest = withNewest(state, Math.max(holding.besideWindow, state.messages.size - excess));
  const most = holding.messages - rest.messages.size;
  return { ...rest, window: grew === "older" ? oldestOf(window, most) : newestOf(window, most) };
}

function oldestOf(window: RoomWindow, count: number): RoomWindow {
  if (window.messages.length <= count) return window;
  const messages = window.messages.slice(0, count);
  return { ...window, messages, after: messages.at(-1)?.seq ?? window.after };
}

function newestOf(window: RoomWindow, count: number): RoomWindow {
  if (window.messages.length <= count) return window;
  const messages = window.messages.slice(-count);
  return { ...window, messages, before: messages[0]?.seq ?? window.before };
}
