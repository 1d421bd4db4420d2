import type { Input } from "@parley/protocol/contract";
import type { Message } from "@parley/protocol/messages";
import { type FormEvent, useId, useState } from "react";
import { useClient } from "../../client/use-client.ts";
import { notify } from "../../ui/announcer.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Select, TextArea } from "../../ui/field.tsx";
import { plainWords } from "../../ui/markdown.ts";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { wordsOf } from "../files/files.tsx";

const reasons = ["spam", "harassment", "violence", "sexual", "illegal", "other"] as const;
const commentLength = 1_000;

/** Telling the admins of a message. Whoever wrote it is not told. */
export function ReportDialog({ message, onClose }: { message: Message; onClose: () => void }) {
  const t = useText();
  const client = useClient();
  const form = useId();
  const [error, setError] = useState<unknown>();
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const reason = fields.get("reason") as Input<"report.create">["reason"];
    try {
      await client.call("report.create", {
        message: message.id,
        reason,
        comment: String(fields.get("comment")),
      });
      onClose();
      notify(t("report.sent"));
    } catch (problem) {
      setError(problem);
    }
  };
  return (
    <Dialog
      title={t("report.title")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("dialog.cancel")}</Button>
          <Button look="primary" type="submit" form={form}>
            {t("report.send")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void send(event)} className="flex flex-col gap-4">
        <p className="text-sm text-soft">{t("report.text")}</p>
        <blockquote
          dir="auto"
          className="line-clamp-3 border-s-3 border-edge ps-3 text-sm break-words text-soft"
        >
          {wordsOf(t, message, plainWords)}
        </blockquote>
        <Select label={t("report.reason")} name="reason">
          {reasons.map((reason) => (
            <option key={reason} value={reason}>
              {t(`report.reason.${reason}`)}
            </option>
          ))}
        </Select>
        <TextArea label={t("report.comment")} name="comment" maxLength={commentLength} />
        <Problem error={error} />
      </form>
    </Dialog>
  );
}
