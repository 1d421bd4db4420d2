import { useEffect } from "react";
import { useView } from "../client/use-client.ts";
import { OwnPasswordForm } from "../features/sessions/sessions.tsx";
import { useFollowedThreads } from "../features/threads/threads.tsx";
import { matchPath, navigate, usePath } from "../ui/address.tsx";
import { Notices } from "../ui/announcer.tsx";
import { lazily } from "../ui/lazily.tsx";
import { ChatScreen } from "./chat/chat-screen.tsx";
import { Card } from "./entrance/card.tsx";
import { useNotifications } from "./use-notifications.ts";

const EntranceScreen = lazily(async () => (await import("./entrance/entrance-screen.tsx")).EntranceScreen);
const InboxScreen = lazily(async () => (await import("./inbox/inbox-screen.tsx")).InboxScreen);
const RemindersScreen = lazily(
  async () => (await import("./reminders/reminders-screen.tsx")).RemindersScreen,
);
const SavedScreen = lazily(async () => (await import("./saved/saved-screen.tsx")).SavedScreen);
const ScheduledScreen = lazily(
  async () => (await import("./scheduled/scheduled-screen.tsx")).ScheduledScreen,
);
const SearchScreen = lazily(async () => (await import("./search/search-screen.tsx")).SearchScreen);
const SettingsScreen = lazily(async () => (await import("./settings/settings-screen.tsx")).SettingsScreen);

/** The screen for the address. Whoever is not signed in sees the way in first; the address stays for afterwards. */
export function Pages() {
  const session = useView((view) => view.session);
  const isIn = session.status === "signed_in";
  if (isIn && session.user.must_change_password) {
    return (
      <Card>
        <OwnPasswordForm />
      </Card>
    );
  }
  return (
    <>
      {isIn ? <Screen /> : <EntranceScreen key={String(session.ended)} hasEnded={session.ended} />}
      <Notices />
    </>
  );
}

function Screen() {
  const path = usePath();
  const room = matchPath("/rooms/:room", path) ?? matchPath("/rooms/:room/threads/:thread", path);
  const settings = matchPath("/settings", path) ?? matchPath("/settings/:part", path);
  const thread = room?.thread ? Number(room.thread) : null;
  const inbox = matchPath("/inbox", path) ?? matchPath("/inbox/:part", path);
  useNotifications(room ? Number(room.room) : null, thread);
  useFollowedThreads();
  const isSearch = path === "/search";
  const isSaved = path === "/saved";
  const isScheduled = path === "/scheduled";
  const isReminders = path === "/reminders";
  const isList = isSearch || isSaved || isScheduled || isReminders;
  const isKnown = path === "/" || isList || [room, settings, inbox].some((each) => each !== null);
  useEffect(() => {
    // An address that led in, such as an invite's, holds a code that has done its work.
    if (!isKnown) navigate("/", { replace: true });
  }, [isKnown]);
  if (isSearch) return <SearchScreen />;
  if (isSaved) return <SavedScreen />;
  if (isScheduled) return <ScheduledScreen />;
  if (isReminders) return <RemindersScreen />;
  if (settings) return <SettingsScreen part={settings.part} />;
  if (inbox) return <InboxScreen part={inbox.part} />;
  return <ChatScreen room={room ? Number(room.room) : null} thread={thread} />;
}
