import type { RoomState } from "@parley/protocol/state";
import { type FormEvent, useId, useState } from "react";
import { useClient } from "../../client/use-client.ts";
import { notify } from "../../ui/announcer.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { dateValue, dayBegin } from "../../ui/times.ts";

interface DateDialogProps {
  held: RoomState;
  /** The day to begin with. */
  at: string | number;
  onGo: (message: number) => void;
  onNewest: () => void;
  onClose: () => void;
}

/** Goes to what was said first on a day, or after it. */
export function DateDialog({ held, at, onGo, onNewest, onClose }: DateDialogProps) {
  const t = useText();
  const client = useClient();
  const form = useId();
  const [error, setError] = useState<unknown>();
  const go = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const begin = dayBegin(String(new FormData(event.currentTarget).get("date")));
    try {
      const { message } = await client.call("message.find", { room: held.room.id, at: begin.toISOString() });
      onClose();
      if (message !== null) return onGo(message);
      onNewest();
      notify(t("date.none"));
    } catch (problem) {
      setError(problem);
    }
  };
  return (
    <Dialog
      title={t("date.title")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("dialog.cancel")}</Button>
          <Button look="primary" type="submit" form={form}>
            {t("date.action")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void go(event)} className="flex flex-col gap-3">
        <TextField
          type="date"
          name="date"
          label={t("date.field")}
          hint={t("date.hint")}
          required
          data-first-focus
          defaultValue={dateValue(at)}
          min={dateValue(held.room.created_at)}
          max={dateValue(Date.now())}
        />
        <Problem error={error} />
      </form>
    </Dialog>
  );
}
