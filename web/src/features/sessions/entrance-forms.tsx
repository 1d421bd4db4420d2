import type { Output } from "@parley/protocol/contract";
import { limits } from "@parley/protocol/limits";
import { type FormEvent, type ReactNode, useState } from "react";
import { useClient } from "../../client/use-client.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { type TextId, useText } from "../../ui/text.ts";

type Field = [
  name: string,
  label: TextId,
  type: "text" | "email" | "password",
  autocomplete: string,
  hint?: TextId,
];
type Values = Record<string, string>;

const newAccount: readonly Field[] = [
  ["display_name", "account.displayName", "text", "name"],
  ["username", "account.username", "text", "username", "account.usernameHint"],
  ["email", "account.email", "email", "email"],
  ["password", "account.password", "password", "new-password", "account.passwordHint"],
];

interface FormProps {
  title: string;
  text?: string | undefined;
  fields: readonly Field[];
  action: string;
  submit: (values: Values) => Promise<void>;
  children?: ReactNode;
}

/** A form on a page of its own. What was typed stays when it fails. */
function EntranceForm({ title, text, fields, action, submit, children }: FormProps) {
  const t = useText();
  const [error, setError] = useState<unknown>();
  const [isBusy, setIsBusy] = useState(false);
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setIsBusy(true);
    setError(undefined);
    await submit(Object.fromEntries(new FormData(event.currentTarget)) as Values).catch(setError);
    setIsBusy(false);
  };
  return (
    <form onSubmit={(event) => void send(event)} className="flex w-full flex-col gap-4">
      <h1 className="text-2xl font-semibold">{title}</h1>
      {text && <p className="text-soft">{text}</p>}
      {fields.map(([name, label, type, autoComplete, hint]) => (
        <TextField
          key={name}
          name={name}
          type={type}
          required
          autoComplete={autoComplete}
          autoCapitalize="none"
          label={t(label)}
          hint={hint && t(hint, { count: limits.passwordMin })}
        />
      ))}
      <Problem error={error} />
      <Button look="primary" type="submit" disabled={isBusy} className="min-h-11">
        {action}
      </Button>
      {children}
    </form>
  );
}

export function SignInForm({ notice, isOpen }: { notice: string; isOpen: boolean }) {
  const t = useText();
  const client = useClient();
  return (
    <EntranceForm
      title={t("signIn.title")}
      text={notice || undefined}
      fields={[
        ["login", "account.login", "text", "username"],
        ["password", "account.password", "password", "current-password"],
      ]}
      action={t("signIn.action")}
      submit={({ login = "", password = "" }) => client.session.signIn(login, password)}
    >
      {isOpen && <EntranceLink href="/invite" label={t("signIn.register")} />}
    </EntranceForm>
  );
}

export function RegisterForm({ server, invite }: { server: string; invite: string }) {
  const t = useText();
  const client = useClient();
  return (
    <EntranceForm
      title={t("register.title", { server })}
      fields={newAccount}
      action={t("register.action")}
      submit={(values) => client.session.register({ ...toAccount(values), ...(invite && { invite }) })}
    >
      <EntranceLink href="/" label={t("register.signIn")} />
    </EntranceForm>
  );
}

export function ClaimForm({ code: known }: { code: string }) {
  const t = useText();
  const client = useClient();
  const code: readonly Field[] = known ? [] : [["code", "claim.code", "text", "off"]];
  return (
    <EntranceForm
      title={t("claim.title")}
      text={t("claim.text")}
      fields={[...code, ["server_name", "claim.serverName", "text", "organization"], ...newAccount]}
      action={t("claim.action")}
      submit={({ code = known, server_name = "", ...account }) =>
        client.session.claim({ ...toAccount(account), code, server_name, first_room: t("claim.firstRoom") })
      }
    />
  );
}

/** Whoever was given a password chooses their own before anything else. */
export function OwnPasswordForm() {
  const t = useText();
  const client = useClient();
  return (
    <EntranceForm
      title={t("password.own")}
      text={t("password.ownText")}
      fields={[
        ["current_password", "password.present", "password", "current-password"],
        ["new_password", "password.new", "password", "new-password", "account.passwordHint"],
      ]}
      action={t("password.change")}
      submit={async ({ current_password = "", new_password = "" }) => {
        await client.call("password.change", { current_password, new_password });
        location.reload();
      }}
    />
  );
}

function EntranceLink({ href, label }: { href: string; label: string }) {
  return (
    <a href={href} className="self-center text-sm text-accent underline underline-offset-4">
      {label}
    </a>
  );
}

function toAccount({ username = "", email = "", password = "", display_name = "" }: Values) {
  return { username, email, password, display_name };
}

export type ServerInfo = Output<"server.info">;
