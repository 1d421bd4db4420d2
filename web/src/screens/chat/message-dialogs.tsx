import type { Message } from "@parley/protocol/messages";
import { useClient } from "../../client/use-client.ts";
import { DeleteDialog, HistoryDialog, ReceiptsDialog } from "../../features/messages/messages.tsx";
import { RemindDialog } from "../../features/reminders/reminders.tsx";
import { ReportDialog } from "../../features/reports/reports.tsx";
import { ChooseRoomDialog } from "../../features/rooms/rooms.tsx";
import { navigate } from "../../ui/address.tsx";
import { notify } from "../../ui/announcer.tsx";
import { wordsFor } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";

/** What somebody wants to do with a message that takes a dialog. */
export interface Asked {
  kind: "remove" | "history" | "receipts" | "forward" | "report" | "remind";
  message: Message;
}

export function MessageDialogs({ asked, onClose }: { asked: Asked; onClose: () => void }) {
  const { kind, message } = asked;
  switch (kind) {
    case "remove":
      return <DeleteDialog message={message} onClose={onClose} />;
    case "history":
      return <HistoryDialog message={message} onClose={onClose} />;
    case "receipts":
      return <ReceiptsDialog message={message} onClose={onClose} />;
    case "report":
      return <ReportDialog message={message} onClose={onClose} />;
    case "remind":
      return <RemindDialog message={message} onClose={onClose} />;
    case "forward":
      return <ForwardDialog message={message} onClose={onClose} />;
  }
}

function ForwardDialog({ message, onClose }: { message: Message; onClose: () => void }) {
  const t = useText();
  const client = useClient();
  const forward = async (room: number) => {
    onClose();
    try {
      await client.call("message.forward", { messages: [message.id], room });
      notify(t("message.forwardDone"), { label: t("rooms.open"), run: () => navigate(`/rooms/${room}`) });
    } catch (error) {
      notify(wordsFor(error, t));
    }
  };
  return (
    <ChooseRoomDialog
      title={t("message.forwardTo")}
      onClose={onClose}
      onChoose={({ room }) => void forward(room.id)}
    />
  );
}
