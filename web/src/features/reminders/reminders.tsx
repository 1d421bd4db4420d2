import { useView } from "../../client/use-client.ts";
import { lazily, withTexts } from "../../ui/lazily.tsx";

export const RemindDialog = lazily(async () => (await import("./remind-dialog.tsx")).RemindDialog);
export const ReminderPanel = lazily(async () => (await import("./reminder-panel.tsx")).ReminderPanel);
/** Its code comes after the page is shown. */
export const loadReminding = () => withTexts(async () => (await import("./reminding.ts")).startReminding);

const DueLink = lazily(async () => (await import("./due-link.tsx")).DueLink);

/** Says what the person wanted to come back to by now; nothing where there is none. */
export function DueReminders() {
  const count = useView(
    ({ reminders }) => [...(reminders?.values() ?? [])].filter(({ state }) => state === "due").length,
  );
  return count > 0 ? <DueLink count={count} /> : null;
}
