import { limits } from "@parley/protocol/limits";
import { type FormEvent, useId, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextArea } from "../../ui/field.tsx";
import { MomentField } from "../../ui/moment-field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { tomorrow } from "../../ui/time-choices.ts";

interface TimeDialogProps {
  title: string;
  /** What the button does. */
  action: string;
  text: string;
  /** The moment to begin with: tomorrow morning where none is given. */
  at?: string;
  /** The text can be changed as well. */
  isEdit?: boolean;
  onTime: (chosen: { at: Date; text: string }) => Promise<unknown>;
  onClose: () => void;
}

/** Asks for a date and a time where the person is; stays open while that is refused. */
export function TimeDialog({ title, action, text, at, isEdit = false, onTime, onClose }: TimeDialogProps) {
  const t = useText();
  const form = useId();
  const [error, setError] = useState<unknown>();
  const [isPast, setIsPast] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const begin = at !== undefined && Date.parse(at) > Date.now() ? Date.parse(at) : tomorrow(9).getTime();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    // Where it was asked for from within another form, that one is not sent.
    event.stopPropagation();
    const fields = new FormData(event.currentTarget);
    const chosen = new Date(String(fields.get("at")));
    const isLate = !(chosen.getTime() > Date.now());
    setIsPast(isLate);
    if (isLate) return;
    setIsBusy(true);
    setError(undefined);
    try {
      await onTime({ at: chosen, text: String(fields.get("text") ?? text).trim() });
      onClose();
    } catch (problem) {
      setError(problem);
      setIsBusy(false);
    }
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("dialog.cancel")}</Button>
          <Button look="primary" type="submit" form={form} disabled={isBusy}>
            {action}
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-3">
        {isEdit ? (
          <TextArea
            name="text"
            label={t("compose.message")}
            dir="auto"
            required
            rows={4}
            maxLength={limits.messageText}
            defaultValue={text}
          />
        ) : (
          <blockquote dir="auto" className="line-clamp-4 border-s-3 border-edge ps-3 break-words text-soft">
            {text}
          </blockquote>
        )}
        <MomentField name="at" {...{ begin, isPast }} days={limits.scheduleDays} />
        <Problem error={error} />
      </form>
    </Dialog>
  );
}
