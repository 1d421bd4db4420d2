import type { RoomState } from "@parley/protocol/state";
import clsx from "clsx";
import { type ReactNode, useCallback, useEffect, useMemo, useState } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { useRoom } from "../../features/rooms/rooms.tsx";
import { ProfileDialog, peerOf } from "../../features/users/users.tsx";
import { Link, navigate } from "../../ui/address.tsx";
import { lazily } from "../../ui/lazily.tsx";
import { Part } from "../../ui/part.tsx";
import { useText } from "../../ui/text.ts";
import { UpdateNotice } from "../update-notice.tsx";
import { LinkNotice } from "./link-notice.tsx";
import { RoomScreen } from "./room-screen.tsx";
import { SideBar } from "./side-bar.tsx";
import type { Command } from "./switcher.tsx";
import { useShortcuts } from "./use-shortcuts.ts";
import { useTitle } from "./use-title.ts";

const Switcher = lazily(async () => (await import("./switcher.tsx")).Switcher);
const ShortcutsDialog = lazily(async () => (await import("./shortcuts-dialog.tsx")).ShortcutsDialog);

const openRoom = (id: number) => navigate(`/rooms/${id}`);

/** The rooms beside the room that is open; on a phone one after the other. */
export function ChatScreen({ room, thread }: { room: number | null; thread: number | null }) {
  const t = useText();
  const held = useRoom(room ?? 0);
  const isComplete = useView((view) => view.isComplete);
  const [profile, setProfile] = useState<number | null>(null);
  const [open, setOpen] = useState<"switcher" | "help" | null>(null);
  const commands = useMemo<Command[]>(
    () => [
      { label: t("search.title"), run: () => navigate("/search") },
      { label: t("inbox.title"), run: () => navigate("/inbox") },
      { label: t("saved.title"), run: () => navigate("/saved") },
      { label: t("settings.title"), run: () => navigate("/settings") },
      { label: t("settings.appearance"), run: () => navigate("/settings/appearance") },
      { label: t("keys.title"), run: () => setOpen("help") },
    ],
    [t],
  );
  const onSwitcher = useCallback(() => setOpen("switcher"), []);
  const onHelp = useCallback(() => setOpen("help"), []);
  useShortcuts({ room, onOpenRoom: openRoom, onSwitcher, onHelp });
  useTitle(held);
  useWatched(held);
  return (
    <div className="flex h-full flex-col">
      <UpdateNotice />
      <LinkNotice />
      <div className="flex min-h-0 flex-1">
        <div
          className={clsx(
            "min-h-0 w-full md:flex md:w-[min(19rem,40vw)] md:shrink-0",
            room === null ? "flex" : "hidden",
          )}
        >
          <Part>
            <SideBar current={room} onOpenRoom={openRoom} onProfile={setProfile} />
          </Part>
        </div>
        <main
          className={clsx(
            "min-h-0 min-w-0 flex-1",
            room === null ? "sr-only md:not-sr-only md:flex!" : "flex",
          )}
        >
          {held && (
            <Part key={held.room.id}>
              <RoomScreen {...{ held, thread }} onProfile={setProfile} />
            </Part>
          )}
          {room !== null && !held && isComplete && (
            <Nothing text={t("rooms.gone")}>
              <Link href="/" className="inline-flex min-h-11 items-center text-accent underline">
                {t("settings.back")}
              </Link>
            </Nothing>
          )}
          {room === null && <Nothing text={t("rooms.choose")} />}
        </main>
      </div>
      {open === "switcher" && (
        <Switcher commands={commands} onOpenRoom={openRoom} onClose={() => setOpen(null)} />
      )}
      {open === "help" && <ShortcutsDialog onClose={() => setOpen(null)} />}
      {profile !== null && (
        <ProfileDialog user={profile} onClose={() => setProfile(null)} onOpenRoom={openRoom} />
      )}
    </div>
  );
}

function Nothing({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <div className="m-auto px-8 text-center">
      <h1 className="text-soft">{text}</h1>
      {children}
    </div>
  );
}

const watchedMost = 100;

/** Those whose presence is on the screen: the people of direct rooms and of the room that is open. */
function useWatched(held: RoomState | undefined): void {
  const client = useClient();
  const rooms = useView(({ state }) => state.rooms);
  const me = useView(({ state }) => state.user);
  useEffect(() => {
    const peers = [...rooms.values()].flatMap((room) => peerOf(room, me) ?? []);
    const senders = held ? [...held.messages.values()].slice(-watchedMost).map(({ sender }) => sender) : [];
    client.watch([...new Set([...peers.slice(0, watchedMost), ...senders])]);
  }, [client, rooms, me, held]);
}
