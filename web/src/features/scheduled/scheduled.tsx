import type { Input } from "@parley/protocol/contract";
import { useEffect } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { lazily } from "../../ui/lazily.tsx";

/** A message that is written, but for when it is to be sent. */
export type Unscheduled = Omit<Input<"scheduled.create">, "send_at">;
/** Gives what is written to whoever sends it later, unless the person thinks better of it. */
export type ForLater = (go: (message: Unscheduled) => void) => void;

export const SendLater = lazily(async () => (await import("./send-later.tsx")).SendLater);
export const ScheduledPanel = lazily(async () => (await import("./scheduled-panel.tsx")).ScheduledPanel);

const RoomLine = lazily(async () => (await import("./room-line.tsx")).RoomLine);

/** Says how much is yet to be sent to a room, and what could not be; nothing where there is none. */
export function ScheduledLine({ room }: { room: number }) {
  const client = useClient();
  // Where its code does not come nothing is said of it here.
  useEffect(() => {
    client.personal.scheduled.get().then(
      (list) => list.want(),
      () => undefined,
    );
  }, [client]);
  const isAny = useView(({ scheduled }) =>
    [...(scheduled?.values() ?? [])].some((each) => each.room === room),
  );
  return isAny ? <RoomLine room={room} /> : null;
}
