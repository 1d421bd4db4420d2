import { limits } from "@parley/protocol/limits";
import type { Message } from "@parley/protocol/messages";
import { BellOff, Clock } from "lucide-react";
import { type FormEvent, useEffect, useId, useState } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { navigate } from "../../ui/address.tsx";
import { notify } from "../../ui/announcer.tsx";
import { Button } from "../../ui/button.tsx";
import { comingTime } from "../../ui/coming-times.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { plainWords } from "../../ui/markdown.ts";
import { MomentField } from "../../ui/moment-field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { tomorrow } from "../../ui/time-choices.ts";
import { clockTime } from "../../ui/times.ts";
import { wordsOf } from "../files/files.tsx";
import { remindPresets } from "./reminder-rules.ts";

interface RemindDialogProps {
  message: Message;
  onClose: () => void;
}

/** Asks when somebody wants to come back to a message. */
export function RemindDialog({ message, onClose }: RemindDialogProps) {
  const t = useText();
  const client = useClient();
  const form = useId();
  const present = useView(({ reminders }) => reminders?.get(message.id));
  const [error, setError] = useState<unknown>();
  const [isPast, setIsPast] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  useEffect(() => {
    client.personal.reminders.get().then((list) => list.want(), setError);
  }, [client]);
  const attempt = async (work: () => Promise<void>) => {
    setIsBusy(true);
    setError(undefined);
    try {
      await work();
      onClose();
    } catch (problem) {
      setError(problem);
      setIsBusy(false);
    }
  };
  const set = (at: Date) =>
    attempt(async () => {
      const list = await client.personal.reminders.get();
      const { remind_at } = await list.set(message.id, at);
      const show = { label: t("later.show"), run: () => navigate("/reminders") };
      notify(t("remind.done", { time: comingTime(remind_at) }), show);
    });
  const remove = () =>
    attempt(async () => {
      await (await client.personal.reminders.get()).remove(message.id);
      notify(t("remind.removed"));
    });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const at = new Date(String(new FormData(event.currentTarget).get("at")));
    const isLate = !(at.getTime() > Date.now());
    setIsPast(isLate);
    if (!isLate) void set(at);
  };
  const isWaiting = present?.state === "waiting";
  return (
    <Dialog
      title={t("remind.title")}
      onClose={onClose}
      actions={
        <>
          {present && (
            <Button onClick={() => void remove()} disabled={isBusy}>
              <BellOff aria-hidden size={16} />
              {t("remind.stop")}
            </Button>
          )}
          <Button look="primary" type="submit" form={form} disabled={isBusy}>
            {t("remind.action")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <blockquote dir="auto" className="line-clamp-3 border-s-3 border-edge ps-3 break-words text-soft">
          {wordsOf(t, message, plainWords)}
        </blockquote>
        {isWaiting && (
          <p className="text-sm">{t("remind.present", { time: comingTime(present.remind_at) })}</p>
        )}
        <ul className="flex flex-wrap gap-2">
          {remindPresets().map(({ name, at }) => (
            <li key={name}>
              <Button onClick={() => void set(at)} disabled={isBusy}>
                <Clock aria-hidden size={16} />
                {t(`remind.${name}`, { time: clockTime(at.getTime()) })}
              </Button>
            </li>
          ))}
        </ul>
        <form id={form} noValidate onSubmit={submit}>
          <MomentField
            name="at"
            begin={isWaiting ? Date.parse(present.remind_at) : tomorrow(9).getTime()}
            days={limits.reminderDays}
            isPast={isPast}
          />
        </form>
        <Problem error={error} />
      </div>
    </Dialog>
  );
}
