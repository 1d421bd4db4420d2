import type { Pin } from "@parley/protocol/pins";
import type { RoomState } from "@parley/protocol/state";
import { useEffect, useMemo, useState } from "react";
import { useClient } from "../../client/use-client.ts";

/** A room's pinned messages, the last pinned first: read when the room opens, and again when a pin moves. */
export function usePins(held: RoomState): Pin[] {
  const client = useClient();
  const [pins, setPins] = useState<Pin[]>([]);
  const room = held.room.id;
  // What is held says when something moved; what is not held is asked for once.
  const pinned = useMemo(
    () =>
      [...held.messages.values()]
        .flatMap(({ id, pinned_at, version }) => (pinned_at ? [`${id} ${pinned_at} ${version}`] : []))
        .join(),
    [held.messages],
  );
  const ordered = held.recent.findLast(({ kind }) => kind === "pin.ordered")?.at;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is pinned among what is held says when to ask.
  useEffect(() => {
    let isWanted = true;
    client.call("pin.list", { room }).then(
      (answer) => isWanted && setPins(answer.pins),
      // Without a connection what was known stays.
      () => undefined,
    );
    return () => {
      isWanted = false;
    };
  }, [client, room, pinned, ordered, held.loaded]);
  return pins;
}
