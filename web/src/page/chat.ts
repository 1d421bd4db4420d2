import type { Client } from "../client/client.ts";
import { createComposer } from "./composer.ts";
import { inviteDialog, newChatDialog, newRoomDialog, tell } from "./dialogs.ts";
import { button, fill, h } from "./elements.ts";
import { createLinkNotice } from "./link-notice.ts";
import { peerOf, personName, roomName, roomPresence } from "./names.ts";
import { createRoomList } from "./room-list.ts";
import { createTimeline } from "./timeline.ts";

/** All that a signed-in person sees: rooms on one side, the open room on the other; on a phone one of the two. */
export function showChat(client: Client, app: HTMLElement): void {
  const roomList = createRoomList();
  const notice = createLinkNotice();
  const pane = createRoomPane(client);
  const shell = h(
    "div",
    { className: "chat" },
    notice.element,
    h("aside", { className: "rooms" }, drawAccount(client), roomList.element),
    pane.element,
  );
  const gone = new AbortController();
  let isDrawing = false;

  function draw(): void {
    isDrawing = false;
    const view = client.view.getState();
    if (view.session.status !== "signed_in") return gone.abort();
    const rooms = client.rooms();
    const peers = rooms.map((held) => peerOf(view, held)).filter((peer) => peer !== null);
    client.want(peers);
    client.watch(peers);
    const unread = rooms.reduce((sum, { room }) => sum + room.unread, 0);
    document.title = unread > 0 ? `(${unread}) Parley` : "Parley";
    roomList.draw(view, rooms, pane.room);
    notice.draw(view);
    pane.draw(view);
    shell.classList.toggle("has-room", pane.room !== null);
  }
  function drawSoon(): void {
    if (!isDrawing) requestAnimationFrame(draw);
    isDrawing = true;
  }
  function select(): void {
    pane.show(Number(new URLSearchParams(location.hash.slice(1)).get("room")) || null);
    draw();
    // On a phone the keyboard would cover what one came to read.
    if (matchMedia("(pointer: fine)").matches) pane.focus();
  }
  function look(): void {
    client.presence(document.hidden ? "away" : "online");
    if (document.hidden) return;
    client.wake();
    drawSoon();
  }

  const { signal } = gone;
  const clock = setInterval(() => notice.draw(client.view.getState()), 1_000);
  const unsubscribe = client.view.subscribe(drawSoon);
  signal.addEventListener("abort", () => {
    clearInterval(clock);
    unsubscribe();
  });
  addEventListener("hashchange", select, { signal });
  addEventListener("online", look, { signal });
  addEventListener("focus", look, { signal });
  document.addEventListener("visibilitychange", look, { signal });
  fill(app, shell);
  select();
}

/** Who is signed in, and what they can do beside chatting. */
function drawAccount(client: Client): HTMLElement {
  const { session } = client.view.getState();
  if (session.status !== "signed_in") throw new Error("nobody is signed in");
  const { user } = session;
  return h(
    "header",
    {},
    h("strong", {}, user.display_name || user.username),
    button("New chat", () => newChatDialog(client)),
    button("New room", () => newRoomDialog(client)),
    user.role === "admin" && button("Invite", () => void inviteDialog(client)),
    button("Sign out", () => void client.session.signOut().catch(tell)),
  );
}

function createRoomPane(client: Client) {
  let room: number | null = null;
  const composer = createComposer(client);
  const timeline = createTimeline(client, composer);
  const title = h("h2", {});
  const presence = h("small", {});
  const typing = h("p", { className: "typing", attributes: { role: "status" } });
  const empty = h("p", { className: "empty" });
  const back = h("a", { className: "back", href: "#" }, "‹ Rooms");
  const header = h("header", {}, back, title, presence);
  const main = h("main", { className: "room" }, header, timeline.element, typing, composer.element, empty);
  return {
    element: main,
    get room() {
      return room;
    },
    show(next: number | null): void {
      if (next === room) return;
      if (room !== null) client.close(room);
      if (next !== null) client.open(next);
      room = next;
      timeline.show(next);
      composer.show(next);
    },
    focus: () => composer.focus(),
    draw(view: ReturnType<Client["view"]["getState"]>): void {
      const held = room === null ? undefined : view.state.rooms.get(room);
      main.classList.toggle("is-empty", !held);
      empty.textContent =
        room !== null && view.isComplete ? "This room is not there." : "Choose a room, or make one.";
      if (!held) return;
      const names = (view.typing.get(held.room.id) ?? []).map((user) => personName(view, user));
      title.textContent = roomName(view, held);
      presence.textContent = roomPresence(view, held);
      typing.textContent = names.length > 0 ? `${names.join(", ")} typing …` : "";
      timeline.draw(view, held);
    },
  };
}
