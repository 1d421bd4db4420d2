import { momentValue } from "./coming-times.ts";
import { TextField } from "./field.tsx";
import { useText } from "./text.ts";

const minute = 60_000;

interface MomentFieldProps {
  name: string;
  /** The moment to begin with, in milliseconds since 1970. */
  begin: number;
  /** How far ahead it may be. */
  days: number;
  /** What was chosen has passed already. */
  isPast: boolean;
}

/** A date and a time to come, where the person is. */
export function MomentField({ name, begin, days, isPast }: MomentFieldProps) {
  const t = useText();
  const now = Date.now();
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <TextField
      type="datetime-local"
      name={name}
      label={t("later.time")}
      hint={t("later.zone", { zone })}
      error={isPast ? t("later.past") : undefined}
      required
      data-first-focus
      defaultValue={momentValue(begin)}
      min={momentValue(now + minute)}
      max={momentValue(now + days * 24 * 60 * minute)}
    />
  );
}
