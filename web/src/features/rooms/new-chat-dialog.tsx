import { useState } from "react";
import { useClient } from "../../client/use-client.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { PersonPicker } from "../users/users.tsx";

/** Choosing whom to talk to. */
export function NewChatDialog({
  onClose,
  onOpenRoom,
}: {
  onClose: () => void;
  onOpenRoom: (room: number) => void;
}) {
  const t = useText();
  const client = useClient();
  const [error, setError] = useState<unknown>();
  const talkTo = async (user: number) => {
    try {
      const { id } = await client.call("room.direct", { user });
      onClose();
      onOpenRoom(id);
    } catch (problem) {
      setError(problem);
    }
  };
  return (
    <Dialog title={t("rooms.newChat")} onClose={onClose}>
      <PersonPicker
        single
        label={t("people.who")}
        chosen={[]}
        onChange={([user]) => user && void talkTo(user.id)}
      />
      <Problem error={error} />
    </Dialog>
  );
}
