import { apiBase } from "@parley/protocol/routes";
import type { RoomState } from "@parley/protocol/state";
import type { User } from "@parley/protocol/users";
import { useEffect } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import type { View } from "../../client/view.ts";
import { Avatar, type AvatarProps, type Dot } from "../../ui/avatar.tsx";
import { type Translate, useText } from "../../ui/text.ts";

export function personIn({ people, session, state }: View, user: number): User | undefined {
  return session.status === "signed_in" && user === state.user ? session.user : people.get(user);
}

/** A person, fetched when they are not known yet. */
export function usePerson(user: number): User | undefined {
  const client = useClient();
  const person = useView((view) => personIn(view, user));
  useEffect(() => {
    // Also of those whom this device has kept: they may have changed since.
    if (user > 0) client.want([user]);
  }, [client, user]);
  return person;
}

/** ACC-39. Of a deleted account nothing is said but that. */
export function shownName(person: User | undefined, t: Translate): string {
  if (person?.deleted) return t("people.deleted");
  return person ? person.display_name || person.username : "…";
}

export function usePersonName(user: number): string {
  return shownName(usePerson(user), useText());
}

/** The other person of a direct room; oneself for notes to self; null in other rooms. */
export function peerOf({ room }: RoomState, me: number): number | null {
  if (room.kind !== "direct") return null;
  return room.people?.find((user) => user !== me) ?? me;
}

/** ACC-39. One of the two people of a direct room has no account any more: nobody else ever leaves one. */
export function isAbandoned({ room }: RoomState): boolean {
  return room.people?.length === 2 && room.member_count < 2;
}

export function usePresence(user: number): Dot {
  return useView(({ presences }) => presences.get(user)?.state ?? "offline");
}

type PersonAvatarProps = Pick<AvatarProps, "size"> & { user: number; presence?: boolean };

export function PersonAvatar({ user, presence, size }: PersonAvatarProps) {
  const person = usePerson(user);
  const dot = usePresence(user);
  const t = useText();
  return (
    <Avatar
      name={shownName(person, t)}
      id={user}
      picture={pictureOf(person)}
      {...(size && { size })}
      dot={presence && !person?.deleted ? dot : undefined}
    />
  );
}

/** Where a person's picture is; another picture has another address. */
export function pictureOf(person: User | undefined): string | undefined {
  return person?.avatar ? `${apiBase}/avatars/${person.avatar}` : undefined;
}
