import type { Output } from "@parley/protocol/contract";
import { limits } from "@parley/protocol/limits";
import { useEffect, useRef, useState } from "react";
import { useClient, useView } from "../../client/use-client.ts";

export type SavedEntry = Output<"saved.list">["saved"][number];

interface Listed {
  entries: SavedEntry[];
  next: string | null;
}

const page = 50;

/** What the person keeps at hand, the last saved first: read again when it changes, on whichever device. */
export function useSaved() {
  const client = useClient();
  const isReady = useView(({ link }) => link.status === "ready");
  const saved = useView((view) => view.saved);
  const [listed, setListed] = useState<Listed>();
  const [error, setError] = useState<unknown>();
  const shown = useRef(0);
  shown.current = listed?.entries.length ?? 0;
  useEffect(() => client.personal.saved.want(), [client]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again once something changed, or there is a connection.
  useEffect(() => {
    let isWanted = true;
    const limit = Math.min(Math.max(page, shown.current), limits.pageMax);
    client.call("saved.list", { limit }).then(
      (answer) => {
        if (!isWanted) return;
        setError(undefined);
        setListed({ entries: answer.saved, next: answer.next });
      },
      (problem) => isWanted && setError(problem),
    );
    return () => {
      isWanted = false;
    };
  }, [client, isReady, saved]);
  const more = async () => {
    if (!listed?.next) return;
    try {
      const answer = await client.call("saved.list", { limit: page, cursor: listed.next });
      setListed({ entries: [...listed.entries, ...answer.saved], next: answer.next });
    } catch (problem) {
      setError(problem);
    }
  };
  const entries = listed?.entries.filter(({ message }) => !saved || saved.has(message.id));
  return { entries, next: listed?.next ?? null, error, more };
}
