import type { Membership } from "@parley/protocol/rooms";
import type { RoomState } from "@parley/protocol/state";
import clsx from "clsx";
import { BellOff, ChevronDown, MessagesSquare, Search } from "lucide-react";
import { type MouseEvent, memo, useCallback, useMemo, useState } from "react";
import { type DraftEntry, draftKey } from "../../client/drafts-storage.ts";
import { threadNews } from "../../client/thread-news.ts";
import { unreadIn } from "../../client/unread.ts";
import { useClient, useView } from "../../client/use-client.ts";
import { Link } from "../../ui/address.tsx";
import { plainWords } from "../../ui/markdown.ts";
import { Menu, type MenuItem, type MenuPlace } from "../../ui/menu.tsx";
import { useOver } from "../../ui/over.ts";
import { useText } from "../../ui/text.ts";
import { briefTime } from "../../ui/times.ts";
import { wordsOf } from "../files/files.tsx";
import { isMuted } from "../notifications/notifications.tsx";
import { usePersonName } from "../users/users.tsx";
import { RoomAvatar, roomNameIn, useRoomName } from "./room.tsx";
import { type Section, sectionsOf } from "./room-sections.ts";

interface RoomListProps {
  current: number | null;
  /** What the menu of a room in the list offers: nothing, and there is none. */
  itemsOf: (held: RoomState) => readonly MenuItem[];
}

interface Shown {
  held: RoomState;
  place: MenuPlace;
}

/** The person's rooms in sections, the one with the newest message first. */
export function RoomList({ current, itemsOf }: RoomListProps) {
  const t = useText();
  const client = useClient();
  const rooms = useView(({ state }) => state.rooms);
  const isComplete = useView((view) => view.isComplete);
  const [filter, setFilter] = useState("");
  const [menu, setMenu] = useState<Shown | null>(null);
  const onMenu = useCallback(
    (event: MouseEvent, held: RoomState) => {
      if (itemsOf(held).length === 0) return;
      event.preventDefault();
      const isByKey = event.clientX === 0 && event.clientY === 0;
      const place = isByKey ? { element: event.currentTarget } : { x: event.clientX, y: event.clientY };
      setMenu({ held, place });
    },
    [itemsOf],
  );
  const sections = useMemo(() => {
    const view = client.view.getState();
    const words = filter.trim().toLocaleLowerCase();
    const fits = (held: RoomState) => roomNameIn(view, held, t).toLocaleLowerCase().includes(words);
    return sectionsOf([...rooms.values()].filter((held) => held.room.role !== null && fits(held)));
  }, [client, rooms, filter, t]);
  const isEmpty = sections.every((section) => section.rooms.length === 0);
  return (
    <nav aria-label={t("rooms.list")} className="flex min-h-0 flex-1 flex-col">
      <div className="relative mx-3 mb-2">
        <Search
          aria-hidden
          size={16}
          className="pointer-events-none absolute inset-y-0 start-3 my-auto text-soft"
        />
        <input
          type="search"
          aria-label={t("rooms.filter")}
          placeholder={t("rooms.filter")}
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
          className="h-9 w-full rounded-lg border border-transparent bg-hover ps-9 pe-3 text-base sm:text-sm"
        />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 pb-4">
        {sections.map((section) => (
          <RoomSection key={section.kind} {...{ section, current, onMenu }} isOpen={filter !== ""} />
        ))}
        {isEmpty && isComplete && (
          <p className="px-3 py-6 text-sm text-soft">{filter ? t("rooms.noneFit") : t("rooms.none")}</p>
        )}
      </div>
      {menu && (
        <Menu
          label={t("rooms.menu")}
          items={itemsOf(menu.held)}
          place={menu.place}
          onClose={() => setMenu(null)}
        />
      )}
    </nav>
  );
}

type OnMenu = (event: MouseEvent, held: RoomState) => void;

interface RoomSectionProps {
  section: Section;
  current: number | null;
  isOpen: boolean;
  onMenu: OnMenu;
}

function RoomSection({ section, current, isOpen, onMenu }: RoomSectionProps) {
  const t = useText();
  if (section.rooms.length === 0) return null;
  return (
    <details
      open={isOpen || undefined}
      ref={(element) => void (element && !element.dataset.seen && opened(element))}
    >
      <summary className="flex list-none items-center gap-1 rounded px-2 pt-3 pb-1 text-xs font-semibold tracking-wide text-soft uppercase">
        <ChevronDown
          aria-hidden
          size={14}
          className="transition-transform in-[details:not([open])]:-rotate-90"
        />
        {t(`rooms.section.${section.kind}`)}
      </summary>
      <ul>
        {section.rooms.map((held) => (
          <li key={held.room.id}>
            <RoomRow {...{ held, onMenu }} isCurrent={held.room.id === current} />
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Open at first, then as the person leaves it. */
function opened(element: HTMLDetailsElement): void {
  element.dataset.seen = "true";
  element.open = true;
}

interface RoomRowProps {
  held: RoomState;
  isCurrent: boolean;
  onMenu: OnMenu;
}

const RoomRow = memo(function RoomRow({ held, isCurrent, onMenu }: RoomRowProps) {
  const t = useText();
  const { room } = held;
  const name = useRoomName(held);
  const typists = useView(({ typing }) => typing.get(room.id)?.length ?? 0);
  const unread = useView((view) => unreadIn(held, view).unread);
  const mentions = useView((view) => unreadIn(held, view).mentions);
  const threads = useView((view) => threadNews(room.id, view).threads.length);
  const called = useView((view) => threadNews(room.id, view).mentions);
  const count = (room.kind === "direct" ? unread : mentions) + called;
  const isUnread = unread > 0;
  const muted = isMuted(room.notifications);
  return (
    <Link
      data-room={room.id}
      href={`/rooms/${room.id}`}
      onContextMenu={(event) => onMenu(event, held)}
      aria-current={isCurrent ? "page" : undefined}
      className={clsx(
        "flex items-center gap-3 rounded-lg px-2 py-1.5 hover:bg-hover focus-visible:outline-offset-[-2px] pointer-coarse:py-2.5",
        "compact:py-0.5",
        isCurrent && "bg-tint hover:bg-tint",
        room.archived && "opacity-70",
      )}
    >
      <RoomAvatar held={held} />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline gap-2">
          <span
            dir="auto"
            className={clsx("min-w-0 flex-1 truncate text-sm", isUnread && !muted && "font-semibold")}
          >
            {name}
          </span>
          {room.last_message_at && (
            <time dateTime={room.last_message_at} className="shrink-0 text-xs text-soft">
              {briefTime(room.last_message_at)}
            </time>
          )}
        </span>
        <span className="flex items-center gap-2 text-xs text-soft compact:hidden">
          <span dir="auto" className="min-w-0 flex-1 truncate">
            {typists > 0 ? t("typing.inList") : <Preview room={room} />}
          </span>
          {muted && <BellOff role="img" aria-label={t("notify.muted")} size={13} className="shrink-0" />}
          {threads > 0 && (
            <MessagesSquare
              role="img"
              aria-label={t("rooms.threads", { count: threads })}
              size={14}
              className="shrink-0 text-accent"
            />
          )}
          {(isUnread || called > 0) && (
            <Unread count={muted ? 0 : count} label={t("rooms.unread", { count: Math.max(unread, count) })} />
          )}
        </span>
      </span>
    </Link>
  );
});

/** A number for what is meant for the person, a dot for the rest. */
function Unread({ count, label }: { count: number; label: string }) {
  if (count === 0) return <span role="img" aria-label={label} className="size-2.5 rounded-full bg-accent" />;
  return (
    <span
      role="img"
      aria-label={label}
      className="min-w-5 rounded-full bg-accent px-1.5 text-center text-xs leading-5 font-semibold text-on-accent"
    >
      {count > 99 ? "99+" : count}
    </span>
  );
}

/** What was said last, or what was begun and not sent. */
function Preview({ room }: { room: Membership }) {
  const t = useText();
  const me = useView(({ state }) => state.user);
  const draft = useView(({ drafts }) => drafts.get(draftKey(room.id)) ?? threadDraft(drafts, room.id));
  const last = room.last_message;
  const name = usePersonName(last?.sender ?? 0);
  // EXPIRE-6
  const isOver = useOver(last?.expires_at);
  if (draft) {
    return (
      <>
        <span className="text-danger">
          {t(draft.reply_to === null ? "rooms.draft" : "rooms.draftThread")}
        </span>{" "}
        {draft.text}
      </>
    );
  }
  if (!last && room.kind === "direct") return t("rooms.nothingSaid");
  if (!last) return room.topic || t("rooms.people", { count: room.member_count });
  const text = last.deleted_at || isOver ? t("message.deleted") : wordsOf(t, last, plainWords);
  if (last.sender === me) return `${t("rooms.ownPreview")} ${text}`;
  return room.kind === "direct" ? text : `${name}: ${text}`;
}

/** What was begun in any thread of a room. */
function threadDraft(drafts: ReadonlyMap<string, DraftEntry>, room: number): DraftEntry | undefined {
  return [...drafts.values()].find((draft) => draft.room === room);
}
