import { limits } from "@parley/protocol/limits";
import { useClient } from "../../client/use-client.ts";
import { TextField } from "../../ui/field.tsx";
import { useText } from "../../ui/text.ts";
import { SavingForm } from "./saving-form.tsx";

export function PasswordSettings() {
  const t = useText();
  const client = useClient();
  return (
    <SavingForm
      action={t("password.change")}
      save={({ current_password = "", new_password = "" }) =>
        client.call("password.change", { current_password, new_password })
      }
    >
      <p className="text-sm text-soft">{t("password.changeText")}</p>
      <TextField
        name="current_password"
        type="password"
        required
        autoComplete="current-password"
        label={t("password.present")}
      />
      <TextField
        name="new_password"
        type="password"
        required
        autoComplete="new-password"
        minLength={limits.passwordMin}
        label={t("password.new")}
        hint={t("account.passwordHint", { count: limits.passwordMin })}
      />
    </SavingForm>
  );
}
