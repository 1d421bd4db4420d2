import type { Message } from "@parley/protocol/messages";
import { useEffect, useState } from "react";
import { useClient, useView } from "../../client/use-client.ts";

interface Listed {
  messages: Message[];
  next: string | null;
}

const page = 30;

/** What mentions the person, the newest first: read again when more may mention them. */
export function useMentions() {
  const client = useClient();
  const isReady = useView(({ link }) => link.status === "ready");
  const unread = useView(({ state, threads }) => {
    const inRooms = [...state.rooms.values()].reduce((sum, { room }) => sum + room.mentions, 0);
    const answers = [...(threads?.values() ?? [])].flatMap((thread) => thread.unread);
    return inRooms + answers.filter(({ mentions_me }) => mentions_me).length;
  });
  const [listed, setListed] = useState<Listed>();
  const [error, setError] = useState<unknown>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again once there is more, or a connection.
  useEffect(() => {
    let isWanted = true;
    client.call("mention.list", { limit: page }).then(
      (answer) => {
        if (!isWanted) return;
        setError(undefined);
        setListed((before) => withNewest(before, answer));
      },
      (problem) => isWanted && setError(problem),
    );
    return () => {
      isWanted = false;
    };
  }, [client, isReady, unread]);
  const more = async () => {
    if (!listed?.next) return;
    try {
      const answer = await client.call("mention.list", { limit: page, cursor: listed.next });
      setListed({ messages: [...listed.messages, ...answer.messages], next: answer.next });
    } catch (problem) {
      setError(problem);
    }
  };
  return { messages: listed?.messages, next: listed?.next ?? null, error, more };
}

/** What was read further back stays. */
function withNewest(before: Listed | undefined, newest: Listed): Listed {
  const last = newest.messages.at(-1)?.id ?? 0;
  const older = before?.messages.filter(({ id }) => id < last) ?? [];
  return older.length === 0 || !before
    ? newest
    : { messages: [...newest.messages, ...older], next: before.next };
}
