import type { Message } from "@parley/protocol/messages";
import { useClient } from "../../client/use-client.ts";
import { DeleteDialog, HistoryDialog, ReceiptsDialog } from "../../features/messages/messages.tsx";
import { RemindDialog } from "../../features/reminders/reminders.tsx";
import { ReportDialog } from "../../features/reports/reports.tsx";
import { ChooseRoomsDialog, type ChosenRoom } from "../../features/rooms/rooms.tsx";
import { navigate } from "../../ui/address.tsx";
import { notify } from "../../ui/announcer.tsx";
import { wordsFor } from "../../ui/problem.tsx";
import { listOf, useText } from "../../ui/text.ts";

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
      return <ForwardDialog messages={[message]} onClose={onClose} />;
  }
}

/** To each room for itself: one that refuses leaves the others as they are, and is named. */
function ForwardDialog({ messages, onClose }: { messages: readonly Message[]; onClose: () => void }) {
  const t = useText();
  const client = useClient();
  const ids = messages.toSorted((one, other) => one.seq - other.seq).map(({ id }) => id);
  const forward = async (rooms: readonly ChosenRoom[]) => {
    onClose();
    const outcomes = await Promise.allSettled(
      rooms.map(({ id: room }) => client.call("message.forward", { messages: ids, room })),
    );
    const refused = rooms.filter((_, index) => outcomes[index]?.status === "rejected");
    const first = outcomes.find((outcome) => outcome.status === "rejected");
    if (first)
      notify(
        t("message.forwardFailed", {
          rooms: listOf(refused.map(({ name }) => name)),
          why: wordsFor(first.reason, t),
        }),
      );
    const done = rooms.find((room) => !refused.includes(room));
    if (!done) return;
    notify(t("message.forwardDone"), { label: t("rooms.open"), run: () => navigate(`/rooms/${done.id}`) });
  };
  return (
    <ChooseRoomsDialog
      title={t("message.forwardTo")}
      action={(count) => t("message.forwardRooms", { count })}
      onClose={onClose}
      onChoose={(rooms) => void forward(rooms)}
    />
  );
}
