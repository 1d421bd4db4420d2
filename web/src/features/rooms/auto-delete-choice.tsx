import type { Membership } from "@parley/protocol/rooms";
import { Clock } from "lucide-react";
import { type ReactNode, useState } from "react";
import { isAtLeast } from "../../client/ranks.ts";
import { useClient, useView } from "../../client/use-client.ts";
import { Button } from "../../ui/button.tsx";
import { duration } from "../../ui/coming-times.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Select } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";

const hour = 3_600;
const day = 24 * hour;
const offered = [hour, 8 * hour, day, 7 * day, 30 * day, 90 * day, 365 * day];

/** After how long messages of a room are deleted: who may choose it chooses, everybody else is told. */
export function AutoDeleteChoice({ room }: { room: Membership }) {
  const t = useText();
  const client = useClient();
  const [error, setError] = useState<unknown>();
  /** How long messages are to stay at most, until that is sure. */
  const [asked, setAsked] = useState<number | null>(null);
  const isServerAdmin = useView(
    ({ session }) => session.status === "signed_in" && session.user.role === "admin",
  );
  const present = room.delete_after ?? null;
  const retention = room.retention ?? null;
  const isDirect = room.kind === "direct";
  const mayChoose = room.role !== null && (isDirect || isAtLeast(room.role, "admin")) && !room.archived;
  const mayRetain = isServerAdmin && !isDirect;
  if (!mayChoose && !mayRetain && present === null && retention === null) return null;
  const attempt = (work: Promise<unknown>) => {
    setError(undefined);
    work.catch(setError);
  };
  const retain = (seconds: number | null) =>
    attempt(client.call("room.retain", { room: room.id, retention: seconds }));
  return (
    <section aria-label={t("expiry.title")} className="mt-4 flex flex-col gap-3 border-t pt-4">
      {mayChoose ? (
        <TimeChoice
          label={t("expiry.title")}
          hint={t(isDirect ? "expiry.hintDirect" : "expiry.hint")}
          none={t("expiry.never")}
          present={present}
          onChoose={(delete_after) => attempt(client.call("room.update", { room: room.id, delete_after }))}
        />
      ) : (
        present !== null && <Told>{t("expiry.room", { time: duration(present) })}</Told>
      )}
      {mayRetain ? (
        <TimeChoice
          label={t("expiry.retention")}
          hint={t("expiry.retentionHint")}
          none={t("expiry.unlimited")}
          present={retention}
          after="expiry.span"
          onChoose={(seconds) => (seconds === null ? retain(null) : setAsked(seconds))}
        />
      ) : (
        retention !== null && <Told>{t("expiry.retained", { time: duration(retention) })}</Told>
      )}
      <Problem error={error} />
      {asked !== null && (
        <SureOfRetention seconds={asked} onSure={() => retain(asked)} onClose={() => setAsked(null)} />
      )}
    </section>
  );
}

interface SureOfRetentionProps {
  seconds: number;
  onSure: () => void;
  onClose: () => void;
}

/** EXPIRE-8. What is older goes, and does not come back. */
function SureOfRetention({ seconds, onSure, onClose }: SureOfRetentionProps) {
  const t = useText();
  const sure = () => {
    onClose();
    onSure();
  };
  return (
    <Dialog
      title={t("expiry.retention")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("dialog.cancel")}</Button>
          <Button look="danger" onClick={sure}>
            {t("expiry.retain")}
          </Button>
        </>
      }
    >
      <p className="text-sm">{t("expiry.retentionSure", { time: duration(seconds) })}</p>
    </Dialog>
  );
}

function Told({ children }: { children: ReactNode }) {
  return (
    <p className="flex items-center gap-2 text-sm text-soft">
      <Clock aria-hidden size={17} className="shrink-0" />
      {children}
    </p>
  );
}

interface TimeChoiceProps {
  label: string;
  hint: string;
  /** What it is called that there is none. */
  none: string;
  present: number | null;
  /** How a choice is called. */
  after?: "expiry.after" | "expiry.span";
  onChoose: (seconds: number | null) => void;
}

function TimeChoice({ label, hint, none, present, after = "expiry.after", onChoose }: TimeChoiceProps) {
  const t = useText();
  const choices = [...new Set([...offered, ...(present === null ? [] : [present])])].sort(
    (one, other) => one - other,
  );
  return (
    <Select
      {...{ label, hint }}
      value={String(present ?? "")}
      onChange={({ currentTarget: { value } }) => onChoose(value === "" ? null : Number(value))}
    >
      <option value="">{none}</option>
      {choices.map((seconds) => (
        <option key={seconds} value={String(seconds)}>
          {t(after, { time: duration(seconds) })}
        </option>
      ))}
    </Select>
  );
}
