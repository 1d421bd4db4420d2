import { useEffect } from "react";
import { useClient } from "../../client/use-client.ts";
import { wordsOf } from "../../features/files/files.tsx";
import { personIn, shownName } from "../../features/users/users.tsx";
import { announce } from "../../ui/announcer.tsx";
import { useText } from "../../ui/text.ts";

/** Milliseconds in which what comes is gathered: a lively room must not chatter. */
const gatherFor = 3_000;

/** A11Y-1. New messages of the open room are said politely, one by one when few, as a number when many. */
export function useAnnouncements(room: number): void {
  const t = useText();
  const client = useClient();
  useEffect(() => {
    let from = client.view.getState().state.rooms.get(room)?.position ?? 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const say = () => {
      timer = undefined;
      const view = client.view.getState();
      const held = view.state.rooms.get(room);
      if (!held?.loaded) return;
      const news = [...held.messages.values()].filter(
        ({ seq, sender, in_thread }) => seq > from && sender !== view.state.user && !in_thread,
      );
      from = held.position;
      const [only] = news;
      if (!only) return;
      const name = shownName(personIn(view, only.sender), t);
      announce(
        news.length === 1
          ? t("timeline.said", { name, text: wordsOf(t, only) })
          : t("timeline.newCount", { count: news.length }),
      );
    };
    const stop = client.view.subscribe(({ state }) => {
      const held = state.rooms.get(room);
      if (!held) return;
      // What a first page brings was there before.
      if (!held.loaded) from = held.position;
      else if (held.position > from) timer ??= setTimeout(say, gatherFor);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [client, room, t]);
}
