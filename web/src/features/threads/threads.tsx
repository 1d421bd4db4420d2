import { useEffect } from "react";
import { threadNews } from "../../client/thread-news.ts";
import { useClient, useView } from "../../client/use-client.ts";
import { lazily } from "../../ui/lazily.tsx";

export const FollowButton = lazily(async () => (await import("./follow-button.tsx")).FollowButton);
export const ThreadsPanel = lazily(async () => (await import("./threads-panel.tsx")).ThreadsPanel);

const RoomLine = lazily(async () => (await import("./room-line.tsx")).RoomLine);

/** THREAD-12. What is new in threads is known from here on. Where its code does not come nothing is said of it. */
export function useFollowedThreads(): void {
  const client = useClient();
  useEffect(() => {
    client.personal.threads.get().then(
      (threads) => threads.want(),
      () => undefined,
    );
  }, [client]);
}

/** Says that there is something new in threads of a room, and leads there; nothing where there is none. */
export function ThreadLine({ room }: { room: number }) {
  const isAny = useView((view) => threadNews(room, view).threads.length > 0);
  return isAny ? <RoomLine room={room} /> : null;
}
