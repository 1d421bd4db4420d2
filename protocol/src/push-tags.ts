/*
 * The tag of a notification: of two with the same tag the later stands in the place of the first, whether an open
 * page shows it or a push.
 */

export function tagOfRoom(room: number): string {
  return `room-${room}`;
}

/** Of what reminds of a message. */
export function tagOfReminder(message: number): string {
  return `reminder-${message}`;
}

export function roomOfTag(tag: string): number | undefined {
  const [, room] = /^room-(\d+)$/.exec(tag) ?? [];
  return room === undefined ? undefined : Number(room);
}
