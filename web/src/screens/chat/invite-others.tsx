import { UserPlus } from "lucide-react";
import { useState } from "react";
import { useView } from "../../client/use-client.ts";
import { InviteDialog } from "../../features/invites/invites.tsx";
import { Button } from "../../ui/button.tsx";
import { useText } from "../../ui/text.ts";

/** An admin who has just made the server wants others in it. */
export function InviteOthers() {
  const t = useText();
  const isAdmin = useView(({ session }) => session.status === "signed_in" && session.user.role === "admin");
  const [isOpen, setIsOpen] = useState(false);
  if (!isAdmin) return null;
  return (
    <>
      <Button look="primary" onClick={() => setIsOpen(true)}>
        <UserPlus aria-hidden size={18} /> {t("invite.title")}
      </Button>
      {isOpen && <InviteDialog onClose={() => setIsOpen(false)} />}
    </>
  );
}
