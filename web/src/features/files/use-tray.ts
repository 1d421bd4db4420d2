import { limits } from "@parley/protocol/limits";
import { useMemo } from "react";
import type { UploadEntry } from "../../client/uploads-storage.ts";
import { useView } from "../../client/use-client.ts";

export interface Tray {
  entries: readonly UploadEntry[];
  /** Why what is in it cannot be sent. */
  stuck: "failed" | "many" | null;
}

/** Files that were chosen for a room's next message: those that no message on its way carries. */
export function useTray(room: number): Tray {
  const uploads = useView((view) => view.uploads);
  const outbox = useView((view) => view.outbox);
  return useMemo(() => {
    const taken = new Set(outbox.flatMap(({ attachments = [] }) => attachments));
    const entries = uploads.filter((entry) => entry.room === room && !taken.has(entry.key));
    const isFailed = entries.some(({ state }) => state === "failed");
    if (isFailed) return { entries, stuck: "failed" };
    return { entries, stuck: entries.length > limits.messageFiles ? "many" : null };
  }, [uploads, outbox, room]);
}
