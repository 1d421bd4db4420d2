import { Ban, MessageCircle } from "lucide-react";
import { useState } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { fullTime } from "../../ui/times.ts";
import { PersonAvatar, shownName, usePerson } from "./person.tsx";

/** A person's card: who they are, whether they are there, and what one can do with them. */
export function ProfileDialog({
  user,
  onClose,
  onOpenRoom,
}: {
  user: number;
  onClose: () => void;
  onOpenRoom: (room: number) => void;
}) {
  const t = useText();
  const client = useClient();
  const person = usePerson(user);
  const presence = useView(({ presences }) => presences.get(user));
  const me = useView(({ state }) => state.user);
  const write = async () => {
    try {
      const { id } = await client.call("room.direct", { user });
      onClose();
      onOpenRoom(id);
    } catch (problem) {
      setError(problem);
    }
  };
  const isBlocked = useView((view) => view.state.blocked.has(user));
  const [error, setError] = useState<unknown>();
  const block = (on: boolean) => client.call("block.set", { user, on }).catch(setError);
  const isGone = person?.deleted === true;
  const state = presence?.state ?? "offline";
  const seen = presence?.last_seen;
  return (
    <Dialog title={shownName(person, t)} onClose={onClose}>
      <div className="flex flex-col items-center gap-3 pb-3 text-center">
        <PersonAvatar user={user} size="huge" />
        {!isGone && <p className="text-soft">@{person?.username ?? ""}</p>}
        {person?.status_message && <p dir="auto">{person.status_message}</p>}
        {!isGone && (
          <p className="text-sm text-soft">
            {state === "offline" && seen
              ? t("people.lastSeen", { time: fullTime(seen) })
              : t(`presence.${state}`)}
          </p>
        )}
        {person?.active === false && !isGone && (
          <p className="text-sm text-danger">{t("people.deactivated")}</p>
        )}
        {isBlocked && <p className="text-sm text-danger">{t("people.blocked")}</p>}
        {!isGone && (
          <Button look="primary" onClick={() => void write()}>
            <MessageCircle aria-hidden size={18} />
            {user === me ? t("rooms.notes") : t("people.write")}
          </Button>
        )}
        {user !== me && (!isGone || isBlocked) && (
          <Button
            look="quiet"
            className={isBlocked ? "" : "text-danger"}
            onClick={() => void block(!isBlocked)}
          >
            <Ban aria-hidden size={17} /> {t(isBlocked ? "people.unblock" : "people.block")}
          </Button>
        )}
        <Problem error={error} />
      </div>
    </Dialog>
  );
}
