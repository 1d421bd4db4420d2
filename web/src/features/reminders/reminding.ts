import { tagOfReminder } from "@parley/protocol/push-tags";
import type { Client } from "../../client/client.ts";
import type { ReminderEntry } from "../../client/reminders.ts";
import type { View } from "../../client/view.ts";
import { navigate } from "../../ui/address.tsx";
import { notify } from "../../ui/announcer.tsx";
import { plainWords } from "../../ui/markdown.ts";
import { translate } from "../../ui/text.ts";
import { wordsOf } from "../files/files.tsx";
import type { Notifying } from "../notifications/notifications.tsx";
import { nameOf, toBeTold } from "./reminder-rules.ts";
import { noteTold, toldBefore } from "./told-reminders.ts";

/** Milliseconds for which a reminder stands on the page. */
const shownFor = 20_000;
const textLength = 140;

export interface RemindingOptions {
  client: Client;
  personName: (user: number) => string;
  notifying: Notifying;
}

/**
 * REMIND-6. Tells of what is due: on the page that somebody looks at, or else by a notification, for as long as somebody
 * is signed in. While nobody is to disturb it waits.
 */
export function startReminding({ client, personName, notifying }: RemindingOptions): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const shown = new Map<number, string>();
  const tell = (entry: ReminderEntry, view: View) => {
    const isSeen = document.visibilityState === "visible";
    if (!isSeen && !(view.isLeading && notifying.isShownHere())) return;
    noteTold(nameOf(entry));
    if (isSeen) return tellOnPage(entry, personName);
    shown.set(entry.message, nameOf(entry));
    void notifying
      .showNotification(notificationOf(entry, personName, notifying), navigate)
      .catch(() => undefined);
  };
  const look = () => {
    const view = client.view.getState();
    const { reminders, wishes } = view;
    for (const [message, name] of shown) {
      const present = reminders?.get(message);
      if (present && nameOf(present) === name) continue;
      shown.delete(message);
      void notifying.withdraw(tagOfReminder(message));
    }
    if (!wishes || view.link.status !== "ready") return;
    const now = Date.now();
    const due = toBeTold(reminders, { told: toldBefore(), now });
    const quiet = wishes.muted_until === null ? 0 : Date.parse(wishes.muted_until) - now;
    clearTimeout(timer);
    // A timer holds no more than 24 days; then it looks again.
    if (quiet > 0) timer = setTimeout(look, Math.min(quiet, 2 ** 31 - 1));
    else for (const entry of due) tell(entry, view);
  };
  client.personal.wishes.want();
  client.personal.reminders.get().then(
    (list) => list.want(),
    () => undefined,
  );
  const stop = client.view.subscribe((view, before) => {
    if (view.reminders !== before.reminders || view.wishes !== before.wishes || view.link !== before.link)
      look();
  });
  document.addEventListener("visibilitychange", look);
  look();
  return () => {
    stop();
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
    for (const message of shown.keys()) void notifying.withdraw(tagOfReminder(message));
  };
}

function tellOnPage(entry: ReminderEntry, personName: (user: number) => string): void {
  const open = { label: translate("rooms.open"), run: () => navigate(pathOf(entry)) };
  notify(translate("remind.told", { text: wordsAbout(entry, personName) }), open, shownFor);
}

function notificationOf(entry: ReminderEntry, personName: (user: number) => string, notifying: Notifying) {
  const isTold = entry.about === null || notifying.isTextShown();
  const body = isTold ? wordsAbout(entry, personName) : translate("remind.hidden");
  return { tag: tagOfReminder(entry.message), title: translate("remind.heading"), body, path: pathOf(entry) };
}

function wordsAbout({ about }: ReminderEntry, personName: (user: number) => string): string {
  if (!about) return translate("remind.gone");
  const text = wordsOf(translate, about, plainWords).slice(0, textLength);
  return translate("timeline.said", { name: personName(about.sender), text });
}

function pathOf({ about, room, message }: ReminderEntry): string {
  return about ? `/rooms/${room}?message=${message}` : "/reminders";
}
