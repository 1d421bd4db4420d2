import { limits } from "@parley/protocol/limits";
import type { User } from "@parley/protocol/users";
import type { Client } from "../client/client.ts";
import { button, fill, h } from "./elements.ts";
import { wordsFor } from "./forms.ts";

function openDialog(title: string, ...content: HTMLElement[]): HTMLDialogElement {
  const close = button("Close", () => dialog.close());
  const dialog = h("dialog", {}, h("h2", {}, title), ...content, close);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Shows what went wrong; anything but the server's refusal is a bug and thrown on. */
export function tell(error: unknown): void {
  openDialog("That did not work", h("p", { attributes: { role: "alert" } }, wordsFor(error)));
}

function enter(making: Promise<{ id: number }>): void {
  making.then(({ id }) => location.assign(`#room=${id}`)).catch(tell);
}

/** People by name, found as one types; `draw` makes what is shown of each. */
function peoplePicker(client: Client, draw: (person: User, label: string) => HTMLElement): HTMLElement {
  const found = h("ul", { className: "people" });
  const search = h("input", { type: "search", maxLength: limits.searchText, placeholder: "Search people" });
  let latest = 0;
  async function find(): Promise<void> {
    latest += 1;
    const own = latest;
    const wanted = search.value.trim();
    const { users } = await client.call("user.list", wanted ? { search: wanted } : {});
    if (own !== latest) return;
    const items = users
      .filter(({ active }) => active)
      .map((person) =>
        h("li", {}, draw(person, `${person.display_name || person.username} (${person.username})`)),
      );
    fill(found, ...items);
  }
  search.addEventListener("input", () => void find().catch(tell));
  find().catch(tell);
  return h("div", {}, search, found);
}

/** The direct room with a person. */
export function newChatDialog(client: Client): void {
  const picker = peoplePicker(client, ({ id }, label) =>
    button(label, () => {
      enter(client.call("room.direct", { user: id }));
      dialog.close();
    }),
  );
  const dialog = openDialog("New chat", picker);
}

export function newRoomDialog(client: Client): void {
  const members = new Set<number>();
  const name = h("input", { required: true, maxLength: limits.roomName });
  const isPublic = h("input", { type: "checkbox" });
  const { user: me } = client.view.getState().state;
  const picker = peoplePicker(client, ({ id }, label) => {
    if (id === me) return h("span", {});
    const box = h("input", { type: "checkbox", checked: members.has(id) });
    box.addEventListener("change", () => (box.checked ? members.add(id) : members.delete(id)));
    return h("label", {}, box, label);
  });
  const form = h(
    "form",
    {},
    h("label", {}, "Name", name),
    h("label", {}, isPublic, "Anyone here may join"),
    picker,
  );
  form.append(h("button", { type: "submit", className: "primary" }, "Make room"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const room = { kind: "channel", name: name.value.trim(), public: isPublic.checked } as const;
    enter(client.call("room.create", { ...room, members: [...members] }));
    dialog.close();
  });
  const dialog = openDialog("New room", form);
}

/** A link for somebody who has no account yet. */
export async function inviteDialog(client: Client): Promise<void> {
  try {
    const { link, invite } = await client.call("invite.create", {});
    const until = new Date(invite.expires_at).toLocaleDateString();
    const field = h("input", { readOnly: true, value: link, attributes: { "aria-label": "Invite link" } });
    openDialog("Invite somebody", h("p", {}, `This link makes one account, until ${until}.`), field);
    field.select();
  } catch (error) {
    tell(error);
  }
}
