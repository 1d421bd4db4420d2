import type { Membership } from "@parley/protocol/rooms";
import { Clock } from "lucide-react";
import { useState } from "react";
import { isAtLeast } from "../../client/ranks.ts";
import { useClient } from "../../client/use-client.ts";
import { duration } from "../../ui/coming-times.ts";
import { Select } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";

const hour = 3_600;
const day = 24 * hour;
const offered = [hour, 8 * hour, day, 7 * day, 30 * day, 90 * day, 365 * day];

/** After how long messages of a room are deleted: owners and admins choose, everybody else is told. */
export function AutoDeleteChoice({ room }: { room: Membership }) {
  const t = useText();
  const client = useClient();
  const [error, setError] = useState<unknown>();
  const present = room.delete_after ?? null;
  const mayChoose = isAtLeast(room.role, "admin") && !room.archived;
  if (!mayChoose && present === null) return null;
  const set = async (delete_after: number | null) => {
    setError(undefined);
    await client.call("room.update", { room: room.id, delete_after }).catch(setError);
  };
  const choices = [...new Set([...offered, ...(present === null ? [] : [present])])].sort(
    (one, other) => one - other,
  );
  return (
    <section aria-label={t("expiry.title")} className="mt-4 flex flex-col gap-3 border-t pt-4">
      {mayChoose ? (
        <Select
          label={t("expiry.title")}
          hint={t("expiry.hint")}
          value={String(present ?? "")}
          onChange={({ currentTarget: { value } }) => void set(value === "" ? null : Number(value))}
        >
          <option value="">{t("expiry.never")}</option>
          {choices.map((seconds) => (
            <option key={seconds} value={String(seconds)}>
              {t("expiry.after", { time: duration(seconds) })}
            </option>
          ))}
        </Select>
      ) : (
        <p className="flex items-center gap-2 text-sm text-soft">
          <Clock aria-hidden size={17} className="shrink-0" />
          {t("expiry.room", { time: duration(present ?? 0) })}
        </p>
      )}
      <Problem error={error} />
    </section>
  );
}
