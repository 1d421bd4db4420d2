import type { Output } from "@parley/protocol/contract";
import { limits } from "@parley/protocol/limits";
import { useEffect, useRef, useState } from "react";
import { useClient, useView } from "../../client/use-client.ts";

export type ThreadEntry = Output<"thread.list">["threads"][number];

interface Listed {
  entries: ThreadEntry[];
  next: string | null;
}

const page = 30;

/** The threads that the person follows, those with something new first: read again when something changes there. */
export function useThreads() {
  const client = useClient();
  const isReady = useView(({ link }) => link.status === "ready");
  const threads = useView((view) => view.threads);
  const [listed, setListed] = useState<Listed>();
  const [error, setError] = useState<unknown>();
  const shown = useRef(0);
  shown.current = listed?.entries.length ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again once something changed, or there is a connection.
  useEffect(() => {
    let isWanted = true;
    const limit = Math.min(Math.max(page, shown.current), limits.pageMax);
    client.call("thread.list", { limit }).then(
      (answer) => {
        if (!isWanted) return;
        setError(undefined);
        setListed({ entries: answer.threads, next: answer.next });
      },
      (problem) => isWanted && setError(problem),
    );
    return () => {
      isWanted = false;
    };
  }, [client, isReady, threads]);
  const more = async () => {
    if (!listed?.next) return;
    try {
      const answer = await client.call("thread.list", { limit: page, cursor: listed.next });
      setListed({ entries: [...listed.entries, ...answer.threads], next: answer.next });
    } catch (problem) {
      setError(problem);
    }
  };
  const entries = listed?.entries.filter(({ place }) => !threads || threads.has(place.message));
  return { entries, next: listed?.next ?? null, error, more };
}
