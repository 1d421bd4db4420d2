import type { RoomState } from "@parley/protocol/state";
import { ArrowLeft, MoreVertical, PanelRight, Users } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useView } from "../../client/use-client.ts";
import { Link } from "../../ui/address.tsx";
import { IconButton } from "../../ui/button.tsx";
import { lazily } from "../../ui/lazily.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { useText } from "../../ui/text.ts";
import { briefTime } from "../../ui/times.ts";
import { peerOf, usePerson } from "../users/users.tsx";
import { RoomAvatar, useRoomName } from "./room.tsx";

const Keeps = lazily(async () => (await import("./keeps.tsx")).Keeps);

interface RoomHeaderProps {
  held: RoomState;
  onDetails: () => void;
  isOpen: boolean;
  /** What its menu offers. */
  items: readonly MenuItem[];
}

/** What stands over a room's messages. */
export function RoomHeader({ held, onDetails, isOpen, items }: RoomHeaderProps) {
  const t = useText();
  const name = useRoomName(held);
  const details = useRef<HTMLButtonElement>(null);
  const more = useRef<HTMLButtonElement>(null);
  const [isMenu, setIsMenu] = useState(false);
  const wasOpen = useRef(isOpen);
  useEffect(() => {
    // The details took the focus away with them.
    const isLost = wasOpen.current && !isOpen && document.activeElement === document.body;
    if (isLost) details.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  return (
    <header className="flex h-14 shrink-0 items-center gap-3 border-b px-3">
      <Link
        href="/"
        aria-label={t("rooms.back")}
        className="inline-flex size-9 items-center justify-center rounded-lg text-soft hover:bg-hover md:hidden pointer-coarse:size-11"
      >
        <ArrowLeft aria-hidden size={20} className="rtl:-scale-x-100" />
      </Link>
      <RoomAvatar held={held} />
      <div className="min-w-0 flex-1">
        <h1 dir="auto" className="truncate leading-tight font-semibold">
          {name}
        </h1>
        <Beneath held={held} />
      </div>
      <IconButton
        ref={details}
        label={t("rooms.details")}
        icon={held.room.kind === "direct" ? PanelRight : Users}
        aria-pressed={isOpen}
        onClick={onDetails}
      />
      <IconButton
        ref={more}
        label={t("rooms.menu")}
        icon={MoreVertical}
        aria-haspopup="menu"
        aria-expanded={isMenu}
        onClick={() => setIsMenu(true)}
        className="-ms-3"
      />
      {isMenu && more.current && (
        <Menu
          label={t("rooms.menu")}
          items={items}
          place={{ element: more.current }}
          onClose={() => setIsMenu(false)}
        />
      )}
    </header>
  );
}

function Beneath({ held }: { held: RoomState }) {
  const t = useText();
  const me = useView(({ state }) => state.user);
  const peer = peerOf(held, me);
  const presence = useView(({ presences }) => presences.get(peer ?? 0));
  const isGone = usePerson(peer ?? 0)?.deleted === true;
  let text = held.room.topic || t("rooms.people", { count: held.room.member_count });
  if (peer === me) text = t("rooms.notesHint");
  else if (peer !== null) {
    const state = presence?.state ?? "offline";
    const seen = state === "offline" && presence?.last_seen;
    if (isGone) return null;
    text = seen ? t("people.lastSeen", { time: briefTime(seen) }) : t(`presence.${state}`);
    if (presence?.status_message) text += ` · ${presence.status_message}`;
  }
  // What this device has kept from before knows nothing of it.
  const { delete_after, retention } = held.room;
  const times = [delete_after, retention].filter((each) => typeof each === "number");
  const keeps = times.length > 0 ? Math.min(...times) : null;
  return (
    <p dir="auto" className="truncate text-sm leading-tight text-soft">
      {keeps !== null && <Keeps seconds={keeps} />}
      {held.room.archived ? t("rooms.archived") : text}
    </p>
  );
}
