import type { Output } from "@parley/protocol/contract";
import { MonitorSmartphone } from "lucide-react";
import { useEffect, useState } from "react";
import { useClient } from "../../client/use-client.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { fullTime } from "../../ui/times.ts";
import { SavingForm } from "./saving-form.tsx";

type Listed = Output<"session.list">["sessions"][number];

/** The devices on which the person is signed in. */
export function SessionSettings() {
  const t = useText();
  const client = useClient();
  const [sessions, setSessions] = useState<Listed[]>([]);
  const [error, setError] = useState<unknown>();
  const load = () => client.call("session.list", {}).then((answer) => setSessions(answer.sessions), setError);
  // biome-ignore lint/correctness/useExhaustiveDependencies: read when the screen opens.
  useEffect(() => void load(), []);
  const end = async (session: Listed) => {
    await client.call("session.end", { session: session.id }).then(load, setError);
  };
  return (
    <div className="flex flex-col gap-6">
      <Problem error={error} />
      <ul className="flex flex-col gap-2">
        {sessions.map((session) => (
          <li key={session.id} className="flex items-center gap-3 rounded-xl border p-3">
            <MonitorSmartphone aria-hidden className="shrink-0 text-soft" />
            <span className="min-w-0 flex-1">
              <span className="block truncate text-sm font-medium">
                {session.device || t("session.unnamed")}
                {session.current && <span className="text-good"> · {t("session.this")}</span>}
              </span>
              <span className="block text-sm text-soft">
                {t("session.used", { time: fullTime(session.used_at), network: session.network })}
              </span>
            </span>
            {!session.current && <Button onClick={() => void end(session)}>{t("session.signOut")}</Button>}
          </li>
        ))}
      </ul>
      {sessions.length > 1 && (
        <SavingForm
          action={t("session.endOthers")}
          save={async ({ password = "" }) => {
            await client.call("session.end_others", { password });
            await load();
          }}
        >
          <p className="text-sm text-soft">{t("session.endOthersText")}</p>
          <TextField
            name="password"
            type="password"
            required
            autoComplete="current-password"
            label={t("account.password")}
          />
        </SavingForm>
      )}
    </div>
  );
}
