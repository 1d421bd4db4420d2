import { limits } from "@parley/protocol/limits";
import { useClient, useView } from "../../client/use-client.ts";
import { TextField } from "../../ui/field.tsx";
import { useText } from "../../ui/text.ts";
import { AvatarSettings } from "../avatars/avatars.tsx";
import { SavingForm } from "./saving-form.tsx";

/** How others see the person. */
export function ProfileSettings() {
  const t = useText();
  const client = useClient();
  const user = useView(({ session }) => (session.status === "signed_in" ? session.user : null));
  if (!user) return null;
  return (
    <>
      <AvatarSettings />
      <SavingForm
        action={t("dialog.save")}
        save={({ display_name = "", username = "", email = "", status_message = "" }) =>
          client.call("user.update", { display_name, username, status_message, ...(email && { email }) })
        }
      >
        <TextField
          name="display_name"
          required
          autoComplete="name"
          maxLength={limits.displayName}
          label={t("account.displayName")}
          defaultValue={user.display_name}
        />
        <TextField
          name="username"
          required
          autoComplete="username"
          maxLength={limits.username}
          label={t("account.username")}
          hint={t("account.usernameHint")}
          defaultValue={user.username}
        />
        <TextField
          name="email"
          type="email"
          autoComplete="email"
          label={t("account.email")}
          defaultValue={user.email ?? ""}
        />
        <TextField
          name="status_message"
          maxLength={limits.statusMessage}
          label={t("account.status")}
          hint={t("account.statusHint")}
          defaultValue={user.status_message}
        />
      </SavingForm>
    </>
  );
}
