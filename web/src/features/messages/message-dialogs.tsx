import type { Output } from "@parley/protocol/contract";
import type { Message } from "@parley/protocol/messages";
import { useEffect, useState } from "react";
import { undoWithin } from "../../client/deletions.ts";
import { useClient, useView } from "../../client/use-client.ts";
import { notify } from "../../ui/announcer.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Problem, wordsFor } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { fullTime } from "../../ui/times.ts";
import { wordsOf } from "../files/files.tsx";
import { PersonAvatar, usePersonName } from "../users/users.tsx";

interface MessageDialogProps {
  message: Message;
  onClose: () => void;
}

/** A message's earlier texts. */
export function HistoryDialog({ message, onClose }: MessageDialogProps) {
  const t = useText();
  const client = useClient();
  const { answer, error } = useAnswer(() => client.call("message.history", { message: message.id }));
  return (
    <Dialog title={t("message.history")} onClose={onClose} wide>
      <Problem error={error} />
      <ol className="flex flex-col gap-3">
        {answer?.versions.toReversed().map(({ version, text, at }) => (
          <li key={version} className="rounded-lg border p-3">
            <time dateTime={at} className="text-xs text-soft">
              {fullTime(at)}
            </time>
            <p dir="auto" className="break-words whitespace-pre-wrap">
              {text}
            </p>
          </li>
        ))}
      </ol>
    </Dialog>
  );
}

/** Who has got a message and who has read it, and when. */
export function ReceiptsDialog({ message, onClose }: MessageDialogProps) {
  const t = useText();
  const client = useClient();
  const me = useView(({ state }) => state.user);
  const { answer, error } = useAnswer(() => client.call("message.receipts", { message: message.id }));
  const others = answer?.receipts.filter(({ user }) => user !== me) ?? [];
  return (
    <Dialog title={t("message.receipts")} onClose={onClose}>
      <Problem error={error} />
      <ul className="flex flex-col gap-2">
        {others.map((receipt) => (
          <ReceiptLine key={receipt.user} receipt={receipt} />
        ))}
      </ul>
    </Dialog>
  );
}

function ReceiptLine({ receipt }: { receipt: Output<"message.receipts">["receipts"][number] }) {
  const t = useText();
  const name = usePersonName(receipt.user);
  const { read_at, delivered_at } = receipt;
  const line = () => {
    if (read_at) return t("receipt.readAt", { time: fullTime(read_at) });
    if (delivered_at) return t("receipt.deliveredAt", { time: fullTime(delivered_at) });
    return t("receipt.sent");
  };
  return (
    <li className="flex items-center gap-3">
      <PersonAvatar user={receipt.user} />
      <span className="min-w-0">
        <span dir="auto" className="block truncate text-sm font-medium">
          {name}
        </span>
        <span className="block text-sm text-soft">{line()}</span>
      </span>
    </li>
  );
}

/** Deleting asks once, and can be taken back for a while. */
export function DeleteDialog({ message, onClose }: MessageDialogProps) {
  const t = useText();
  const client = useClient();
  const remove = () => {
    onClose();
    client.deletions.add(message).catch((error: unknown) => notify(wordsFor(error, t)));
    const undo = () => client.deletions.undo(message.id) || notify(t("message.tooLate"));
    notify(t("message.deletedNow"), { label: t("message.undoDelete"), run: undo }, undoWithin);
  };
  return (
    <Dialog
      title={t("message.delete")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("dialog.cancel")}</Button>
          <Button look="danger" data-first-focus onClick={remove}>
            {t("message.delete")}
          </Button>
        </>
      }
    >
      <p className="text-sm">{t("message.deleteSure")}</p>
      <blockquote dir="auto" className="my-3 line-clamp-4 border-s-3 border-edge ps-3 break-words text-soft">
        {wordsOf(t, message)}
      </blockquote>
    </Dialog>
  );
}

function useAnswer<Answer>(ask: () => Promise<Answer>): { answer: Answer | undefined; error: unknown } {
  const [answer, setAnswer] = useState<Answer>();
  const [error, setError] = useState<unknown>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once, when the dialog opens.
  useEffect(() => void ask().then(setAnswer, setError), []);
  return { answer, error };
}
