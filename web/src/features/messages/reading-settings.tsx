import { Select } from "../../ui/field.tsx";
import { useText } from "../../ui/text.ts";
import { changeReading, type ReadingChoice, useReadingChoice } from "./reading.ts";

/** Where rooms open, and what marks them as read. */
export function ReadingSettings() {
  const t = useText();
  const { enter, mark } = useReadingChoice();
  return (
    <div className="flex flex-col gap-5">
      <Select
        label={t("reading.enter")}
        value={enter}
        onChange={(event) => changeReading({ enter: event.currentTarget.value as ReadingChoice["enter"] })}
      >
        <option value="unread">{t("reading.enter.unread")}</option>
        <option value="end">{t("reading.enter.end")}</option>
      </Select>
      <Select
        label={t("reading.mark")}
        hint={t("reading.markHint")}
        value={mark}
        onChange={(event) => changeReading({ mark: event.currentTarget.value as ReadingChoice["mark"] })}
      >
        <option value="automatic">{t("reading.mark.automatic")}</option>
        <option value="end">{t("reading.mark.end")}</option>
        <option value="hand">{t("reading.mark.hand")}</option>
      </Select>
    </div>
  );
}
