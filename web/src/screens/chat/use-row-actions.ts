import { type RefObject, useMemo } from "react";
import { useClient } from "../../client/use-client.ts";
import type { Aim, ComposerHandle, RowActions } from "../../features/messages/messages.tsx";
import { navigate } from "../../ui/address.tsx";
import type { Asked } from "./message-dialogs.tsx";

interface RowActionsOf {
  setAim: (aim: Aim) => void;
  setAsked: (asked: Asked) => void;
  onProfile: (user: number) => void;
  goTo: (message: number) => void;
  setDate: (at: string | number) => void;
  composer: RefObject<ComposerHandle | null>;
}

/** What the rows of a room ask for, and where that leads. */
export function useRowActions(room: number, of: RowActionsOf): RowActions {
  const client = useClient();
  const { setAim, setAsked, onProfile, goTo, setDate, composer } = of;
  return useMemo<RowActions>(
    () => ({
      reply: (message) => setAim({ kind: "reply", message }),
      thread: (message) => navigate(`/rooms/${room}/threads/${message}`),
      edit: (message) => setAim({ kind: "edit", message }),
      remove: (message) => setAsked({ kind: "remove", message }),
      history: (message) => setAsked({ kind: "history", message }),
      receipts: (message) => setAsked({ kind: "receipts", message }),
      forward: (message) => setAsked({ kind: "forward", message }),
      remind: (message) => setAsked({ kind: "remind", message }),
      report: (message) => setAsked({ kind: "report", message }),
      unread: (message) => {
        client.markUnread(room, message.seq);
        // What is in sight would be read again at once.
        navigate("/");
      },
      profile: onProfile,
      goTo,
      date: setDate,
      rewrite: (entry) => {
        client.takeBack(entry.client_id);
        composer.current?.write(entry.text);
      },
    }),
    [client, setAim, setAsked, onProfile, goTo, setDate, composer, room],
  );
}
