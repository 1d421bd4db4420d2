import { limits } from "@parley/protocol/limits";
import type { Message } from "@parley/protocol/messages";
import type { Client } from "../client/client.ts";
import { tell } from "./dialogs.ts";
import { button, h } from "./elements.ts";

/** What is written: a new message where there is none. */
type Aim = { kind: "reply" | "edit"; message: Message } | null;

/** Where a message is written. What was begun in a room is there again when one comes back. */
export function createComposer(client: Client) {
  const drafts = new Map<number, string>();
  let room: number | null = null;
  let aim: Aim = null;
  const text = h("textarea", {
    rows: 1,
    maxLength: limits.messageText,
    placeholder: "Write a message",
    attributes: { "aria-label": "Message" },
  });
  const about = h("span", {});
  const banner = h(
    "p",
    { className: "about", hidden: true },
    about,
    button("Cancel", () => aimAt(null)),
  );
  const form = h("form", { className: "composer" }, banner, text);
  form.append(h("button", { type: "submit", className: "primary" }, "Send"));

  text.addEventListener("input", () => room !== null && client.typing(room, text.value.trim() !== ""));
  text.addEventListener("keydown", (event) => {
    // While an input method is composing, Enter chooses a word; Safari tells it only by this key code.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") aimAt(null);
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    send();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });

  function aimAt(next: Aim): void {
    if (aim?.kind === "edit") text.value = "";
    aim = next;
    banner.hidden = next === null;
    if (next?.kind === "edit") text.value = next.message.text;
    about.textContent =
      next?.kind === "edit" ? "Changing your message" : `Answering: ${next?.message.text ?? ""}`;
    if (next) text.focus();
  }
  function send(): void {
    const written = text.value.trim();
    if (written === "" || room === null) return;
    const answer = aim?.kind === "reply" ? { reply_to: aim.message.id } : {};
    if (aim?.kind === "edit") client.edit(aim.message.id, written).catch(tell);
    else client.send(room, written, answer).catch(tell);
    text.value = "";
    client.typing(room, false);
    aimAt(null);
    text.focus();
  }

  return {
    element: form,
    show(next: number | null): void {
      aimAt(null);
      if (room !== null) drafts.set(room, text.value);
      room = next;
      text.value = (next !== null && drafts.get(next)) || "";
    },
    reply: (message: Message) => aimAt({ kind: "reply", message }),
    focus: () => text.focus(),
    edit: (message: Message) => aimAt({ kind: "edit", message }),
  };
}
