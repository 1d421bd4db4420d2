import type { RoomState } from "@parley/protocol/state";
import { Archive, Hash, Lock, NotebookPen } from "lucide-react";
import { useView } from "../../client/use-client.ts";
import type { View } from "../../client/view.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { type Translate, useText } from "../../ui/text.ts";
import { PersonAvatar, peerOf, personIn, shownName, usePersonName } from "../users/users.tsx";

/** What a room is called here and now: a direct room is named by the other person. */
export function roomNameIn(view: View, held: RoomState, t: Translate): string {
  const peer = peerOf(held, view.state.user);
  if (peer === null) return held.room.name;
  return peer === view.state.user ? t("rooms.notes") : shownName(personIn(view, peer), t);
}

export function useRoomName(held: RoomState): string {
  const t = useText();
  const me = useView(({ state }) => state.user);
  const peer = peerOf(held, me);
  const name = usePersonName(peer ?? 0);
  if (peer === null) return held.room.name;
  return peer === me ? t("rooms.notes") : name;
}

export function useRoom(room: number): RoomState | undefined {
  return useView(({ state }) => state.rooms.get(room));
}

type Size = "small" | "middle" | "huge";

export function RoomAvatar({ held, size = "middle" }: { held: RoomState; size?: Size }) {
  const me = useView(({ state }) => state.user);
  const peer = peerOf(held, me);
  const { room } = held;
  if (peer !== null && peer !== me)
    return <PersonAvatar user={peer} presence={size !== "huge"} size={size} />;
  if (room.kind === "group") return <Avatar name={room.name} id={room.id + 7} square size={size} />;
  const Icon = iconOf(held);
  const space = { small: "size-6", middle: "size-9", huge: "size-24" }[size];
  return (
    <span
      aria-hidden
      className={`inline-flex ${space} shrink-0 items-center justify-center rounded-lg bg-tint text-accent`}
    >
      <Icon size={size === "huge" ? 40 : 18} />
    </span>
  );
}

function iconOf({ room }: RoomState) {
  if (room.archived) return Archive;
  if (room.kind === "direct") return NotebookPen;
  return room.public ? Hash : Lock;
}
