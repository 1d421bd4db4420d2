import { lazily, withTexts } from "../../ui/lazily.tsx";

export type Notifying = typeof import("./notifying.ts");
export { isMuted } from "./muting.ts";
export const NotificationChoice = lazily(
  async () => (await import("./notification-choice.tsx")).NotificationChoice,
);
export const NotificationSettings = lazily(
  async () => (await import("./notification-settings.tsx")).NotificationSettings,
);
/** What shows notifications, for whoever else has something to tell. */
export const loadNotifying = () => withTexts(() => import("./notifying.ts"));
/** Its code comes after the page is shown. */
export const loadNotifier = () => withTexts(async () => (await import("./notifier.ts")).startNotifier);
