import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Client } from "../client/client.ts";
import { h } from "./elements.ts";

type Field = [name: string, label: string, type: "text" | "email" | "password", autocomplete: string];
type Values = Record<string, string>;

interface Form {
  title: string;
  text?: string;
  fields: readonly Field[];
  action: string;
  submit: (values: Values) => Promise<void>;
  link?: HTMLElement | undefined;
}

const newAccount: readonly Field[] = [
  ["display_name", "Name that others see", "text", "name"],
  ["username", "User name (letters, digits, . - _)", "text", "username"],
  ["email", "E-mail", "email", "email"],
  ["password", `Password (${limits.passwordMin} characters or more)`, "password", "new-password"],
];

/** What went wrong, in a person's words: with the field that is meant where there is one. */
export function wordsFor(error: unknown): string {
  if (!(error instanceof ChatError)) throw error;
  const [field] = error.details.fields ?? [];
  const wait = error.details.after === undefined ? "" : ` Try again in ${error.details.after} s.`;
  return field ? `${field.path.join(" ")}: ${field.message}` : `${error.message}${wait}`;
}

/** A form on a page of its own. */
function drawForm({ title, text, fields, action, submit, link }: Form): HTMLElement {
  const problem = h("p", { className: "problem", attributes: { role: "alert" } });
  const send = h("button", { type: "submit", className: "primary" }, action);
  const inputs = fields.map(([name, label, type, autocomplete]) =>
    h("label", {}, label, h("input", { name, type, required: true, attributes: { autocomplete } })),
  );
  const form = h("form", {}, h("h1", {}, title), text && h("p", {}, text), ...inputs, problem, send, link);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    send.disabled = true;
    await submit(Object.fromEntries(new FormData(form)) as Values).catch((error: unknown) => {
      problem.textContent = wordsFor(error);
    });
    send.disabled = false;
  });
  return h("main", { className: "card" }, form);
}

export function signInForm(client: Client, text: string, link: HTMLElement | undefined): HTMLElement {
  return drawForm({
    title: "Sign in",
    text,
    fields: [
      ["login", "User name or e-mail", "text", "username"],
      ["password", "Password", "password", "current-password"],
    ],
    action: "Sign in",
    submit: ({ login = "", password = "" }) => client.session.signIn(login, password),
    link,
  });
}

export function registerForm(client: Client, serverName: string, invite: string): HTMLElement {
  return drawForm({
    title: `Join ${serverName}`,
    fields: newAccount,
    action: "Make my account",
    submit: (values) => client.session.register({ ...toAccount(values), ...(invite && { invite }) }),
    link: h("a", { href: "/" }, "I have an account"),
  });
}

export function claimForm(client: Client, known: string): HTMLElement {
  const code: readonly Field[] = known ? [] : [["code", "Set-up code", "text", "off"]];
  return drawForm({
    title: "Set up this server",
    text: "You become its first admin.",
    fields: [...code, ["server_name", "Name of this server", "text", "organization"], ...newAccount],
    action: "Set up",
    submit: ({ code = known, server_name = "", ...account }) =>
      client.session.claim({ ...toAccount(account), code, server_name }),
  });
}

export function passwordForm(client: Client): HTMLElement {
  return drawForm({
    title: "Choose your own password",
    text: "The one you signed in with was made for you.",
    fields: [
      ["current_password", "Present password", "password", "current-password"],
      ["new_password", "New password", "password", "new-password"],
    ],
    action: "Change password",
    async submit({ current_password = "", new_password = "" }) {
      await client.call("password.change", { current_password, new_password });
      location.reload();
    },
  });
}

function toAccount({ username = "", email = "", password = "", display_name = "" }: Values) {
  return { username, email, password, display_name };
}
