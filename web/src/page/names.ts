import type { RoomState } from "@parley/protocol/state";
import type { View } from "../client/view.ts";

/** A person's name, once it is known. */
export function personName({ people, session, state }: View, user: number): string {
  const person = user === state.user && session.status === "signed_in" ? session.user : people.get(user);
  return person ? person.display_name || person.username : "…";
}

/** The other person of a direct room; oneself for notes to self; null in other rooms. */
export function peerOf({ state }: View, { room }: RoomState): number | null {
  if (room.kind !== "direct") return null;
  return room.people?.find((user) => user !== state.user) ?? state.user;
}

export function roomName(view: View, held: RoomState): string {
  const peer = peerOf(view, held);
  if (peer === null) return `# ${held.room.name}`;
  return peer === view.state.user ? "Notes to self" : personName(view, peer);
}

/** What stands beside a room's name: the other person's presence, or how many there are. */
export function roomPresence(view: View, held: RoomState): string {
  const peer = peerOf(view, held);
  if (peer === null) return `${held.room.member_count} ${held.room.member_count === 1 ? "person" : "people"}`;
  return peer === view.state.user ? "" : (view.presences.get(peer)?.state ?? "offline");
}

const time = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const dayAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** A moment in the person's own words: without the day if it is today. */
export function momentName(iso: string): string {
  const moment = new Date(iso);
  const isToday = moment.toDateString() === new Date().toDateString();
  return (isToday ? time : dayAndTime).format(moment);
}
