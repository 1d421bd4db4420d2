import type { RoomState } from "@parley/protocol/state";
import {
  AlarmClock,
  Bookmark,
  CheckCheck,
  Clock,
  Compass,
  Inbox,
  LogOut,
  MessageCirclePlus,
  MoreVertical,
  Plus,
  Search,
  Settings,
  UserPlus,
  UsersRound,
} from "lucide-react";
import { memo, useCallback, useRef, useState } from "react";
import { unreadIn } from "../../client/unread.ts";
import { useClient, useView } from "../../client/use-client.ts";
import { InviteDialog } from "../../features/invites/invites.tsx";
import { markRoomsRead } from "../../features/messages/messages.tsx";
import { DueReminders } from "../../features/reminders/reminders.tsx";
import { BrowseRoomsDialog, CreateRoomDialog, NewChatDialog, RoomList } from "../../features/rooms/rooms.tsx";
import { PersonAvatar, usePersonName } from "../../features/users/users.tsx";
import { Link, navigate } from "../../ui/address.tsx";
import { notify } from "../../ui/announcer.tsx";
import { IconButton } from "../../ui/button.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { wordsFor } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";

interface SideBarProps {
  current: number | null;
  onOpenRoom: (room: number) => void;
  onProfile: (user: number) => void;
}

type Open = "chat" | "room" | "browse" | "invite" | null;

/** The person's rooms, and the ways to more of them. Apart from the room that is open: that one changes more often. */
export const SideBar = memo(function SideBar({ current, onOpenRoom, onProfile }: SideBarProps) {
  const t = useText();
  const client = useClient();
  const session = useView((view) => view.session);
  const [open, setOpen] = useState<Open>(null);
  const [isMenu, setIsMenu] = useState(false);
  const add = useRef<HTMLButtonElement>(null);
  const isAdmin = session.status === "signed_in" && session.user.role === "admin";
  const close = () => setOpen(null);
  const items: MenuItem[] = [
    { label: t("rooms.newChat"), icon: MessageCirclePlus, act: () => setOpen("chat") },
    { label: t("rooms.newRoom"), icon: UsersRound, act: () => setOpen("room") },
    { label: t("rooms.browse"), icon: Compass, act: () => setOpen("browse") },
    ...(isAdmin ? [{ label: t("invite.title"), icon: UserPlus, act: () => setOpen("invite") }] : []),
  ];
  const itemsOf = useCallback(
    (held: RoomState): MenuItem[] => {
      if (unreadIn(held, client.view.getState()).unread === 0) return [];
      const act = () => markRoomsRead(client, [held]);
      return [{ label: t("reading.markRoom"), icon: CheckCheck, act }];
    },
    [client, t],
  );
  // What was deleted a moment ago is asked for while that can still be done.
  const leave = () => client.deletions.flush().then(() => client.session.signOut());
  const signOut = () => leave().catch((error: unknown) => notify(wordsFor(error, t)));
  return (
    <div className="flex min-h-0 w-full flex-col border-e bg-side">
      <header className="flex h-14 shrink-0 items-center gap-1 ps-4 pe-2">
        <span className="min-w-0 flex-1 truncate text-lg font-semibold">{t("rooms.title")}</span>
        <Link
          href="/inbox"
          title={t("inbox.title")}
          aria-label={t("inbox.title")}
          className="inline-flex size-9 items-center justify-center rounded-lg text-soft hover:bg-hover hover:text-ink pointer-coarse:size-11"
        >
          <Inbox aria-hidden size={19} />
        </Link>
        <ListMenu />
        <IconButton
          ref={add}
          label={t("rooms.add")}
          icon={Plus}
          aria-haspopup="menu"
          aria-expanded={isMenu}
          onClick={() => setIsMenu(true)}
        />
      </header>
      <DueReminders />
      <RoomList current={current} itemsOf={itemsOf} />
      <footer className="flex shrink-0 items-center gap-1 border-t px-3 pt-2 pb-[max(0.5rem,env(safe-area-inset-bottom))]">
        <Self onProfile={onProfile} />
        <Link
          href="/saved"
          title={t("saved.title")}
          aria-label={t("saved.title")}
          className="inline-flex size-9 items-center justify-center rounded-lg text-soft hover:bg-hover hover:text-ink pointer-coarse:size-11"
        >
          <Bookmark aria-hidden size={19} />
        </Link>
        <Link
          href="/search"
          title={t("search.title")}
          aria-label={t("search.title")}
          className="inline-flex size-9 items-center justify-center rounded-lg text-soft hover:bg-hover hover:text-ink pointer-coarse:size-11"
        >
          <Search aria-hidden size={19} />
        </Link>
        <Link
          href="/settings"
          title={t("settings.title")}
          aria-label={t("settings.title")}
          className="inline-flex size-9 items-center justify-center rounded-lg text-soft hover:bg-hover hover:text-ink pointer-coarse:size-11"
        >
          <Settings aria-hidden size={19} />
        </Link>
        <IconButton label={t("session.signOut")} icon={LogOut} onClick={() => void signOut()} />
      </footer>
      {isMenu && add.current && (
        <Menu
          label={t("rooms.add")}
          items={items}
          place={{ element: add.current }}
          onClose={() => setIsMenu(false)}
        />
      )}
      {open === "chat" && <NewChatDialog onClose={close} onOpenRoom={onOpenRoom} />}
      {open === "room" && <CreateRoomDialog onClose={close} onOpenRoom={onOpenRoom} />}
      {open === "browse" && <BrowseRoomsDialog onClose={close} onOpenRoom={onOpenRoom} />}
      {open === "invite" && <InviteDialog onClose={close} />}
    </div>
  );
});

/** What can be done with all rooms. */
function ListMenu() {
  const t = useText();
  const client = useClient();
  const more = useRef<HTMLButtonElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const readAll = () => markRoomsRead(client, client.rooms());
  return (
    <>
      <IconButton
        ref={more}
        label={t("rooms.listMenu")}
        icon={MoreVertical}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(true)}
      />
      {isOpen && more.current && (
        <Menu
          label={t("rooms.listMenu")}
          items={[
            { label: t("reading.markRead"), icon: CheckCheck, act: readAll },
            { label: t("later.title"), icon: Clock, act: () => navigate("/scheduled") },
            { label: t("remind.list"), icon: AlarmClock, act: () => navigate("/reminders") },
          ]}
          place={{ element: more.current }}
          onClose={() => setIsOpen(false)}
        />
      )}
    </>
  );
}

function Self({ onProfile }: { onProfile: (user: number) => void }) {
  const me = useView(({ session }) => (session.status === "signed_in" ? session.user.id : 0));
  const name = usePersonName(me);
  const link = useView((view) => view.link.status);
  const t = useText();
  return (
    <button
      type="button"
      onClick={() => onProfile(me)}
      className="flex min-w-0 flex-1 items-center gap-3 rounded-lg p-1 text-start hover:bg-hover"
    >
      <PersonAvatar user={me} />
      <span className="min-w-0">
        <span dir="auto" className="block truncate text-sm font-medium">
          {name}
        </span>
        <span className="block truncate text-xs text-soft">
          {t(link === "ready" ? "presence.online" : "link.offline")}
        </span>
      </span>
    </button>
  );
}
