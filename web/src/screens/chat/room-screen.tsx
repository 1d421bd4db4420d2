import type { Message } from "@parley/protocol/messages";
import type { RoomState } from "@parley/protocol/state";
import clsx from "clsx";
import { useCallback, useLayoutEffect, useRef, useState } from "react";
import { isAtLeast } from "../../client/ranks.ts";
import { useClient } from "../../client/use-client.ts";
import { DropZone } from "../../features/files/files.tsx";
import { MemberList } from "../../features/members/members.tsx";
import {
  type Aim,
  Composer,
  type ComposerHandle,
  DateDialog,
  ThreadPanel,
  Timeline,
  type TimelineHandle,
  TypingLine,
} from "../../features/messages/messages.tsx";
import { NotificationChoice } from "../../features/notifications/notifications.tsx";
import { PinBar, PinsDialog } from "../../features/pins/pins.tsx";
import { RoomDetails, RoomHeader, useRoomName } from "../../features/rooms/rooms.tsx";
import { isAbandoned } from "../../features/users/users.tsx";
import { Button } from "../../ui/button.tsx";
import { lazily } from "../../ui/lazily.tsx";
import { Part } from "../../ui/part.tsx";
import { useText } from "../../ui/text.ts";
import { InviteOthers } from "./invite-others.tsx";
import type { Asked } from "./message-dialogs.tsx";
import { PlaceNotice } from "./place-notice.tsx";
import { useAnnouncements } from "./use-announcements.ts";
import { besideRoom, usePanels } from "./use-panels.ts";
import { useGoTo, useLinkedMessage, useReadTo, useUnreadWindow } from "./use-places.ts";
import { useRoomMenu } from "./use-room-menu.ts";
import { useRowActions } from "./use-row-actions.ts";

const MessageDialogs = lazily(async () => (await import("./message-dialogs.tsx")).MessageDialogs);

/** What stands beside a room, or where there is no place for both, over it. */
const panel =
  "fixed inset-0 z-30 flex min-h-0 flex-col bg-canvas lg:static lg:z-auto lg:shrink-0 lg:border-s";

interface RoomScreenProps {
  held: RoomState;
  /** The message whose thread is open. */
  thread: number | null;
  onProfile: (user: number) => void;
}

/** One room: its messages, where one writes, and what there is to know of it. */
export function RoomScreen({ held, thread, onProfile }: RoomScreenProps) {
  const t = useText();
  const client = useClient();
  const { room } = held;
  const name = useRoomName(held);
  const [aim, setAim] = useState<Aim>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [isPins, setIsPins] = useState(false);
  const [date, setDate] = useState<string | number | null>(null);
  const { isDetails, setIsDetails, closeThread } = usePanels(room.id, thread);
  const timeline = useRef<TimelineHandle>(null);
  const composer = useRef<ComposerHandle>(null);
  const readTo = useReadTo(room.id);
  // Before what is in sight is read, which is how the room would be found then.
  useLayoutEffect(() => {
    client.open(room.id);
    return () => client.close(room.id);
  }, [client, room.id]);
  useUnreadWindow(held, readTo);
  const { goTo, sought, giveUp } = useGoTo(held, timeline);
  useLinkedMessage(held, thread, goTo);
  useAnnouncements(room.id);
  const toLive = useCallback(
    () => void client.show(room.id, { at: "newest" }).then(() => timeline.current?.toEnd()),
    [client, room.id],
  );
  const actions = useRowActions(room.id, { setAim, setAsked, onProfile, goTo, setDate, composer });
  const items = useRoomMenu(held, () => setDate(Date.now()));
  const lastOwn = useLastOwn(room.id);
  return (
    <div className="flex min-h-0 min-w-0 flex-1">
      <DropZone
        {...{ room: room.id, label: name }}
        isOpen={canWrite(held)}
        className={clsx(
          "relative flex min-h-0 min-w-0 flex-1 flex-col",
          (isDetails || thread !== null) && "max-lg:invisible",
        )}
      >
        <Part of={held}>
          <RoomHeader {...{ held, items }} isOpen={isDetails} onDetails={() => setIsDetails(!isDetails)} />
          <PinBar held={held} onGo={goTo} onAll={() => setIsPins(true)} />
        </Part>
        <PlaceNotice sought={sought} onRetry={goTo} onNewest={toLive} onClose={giveUp} />
        <Part of={held}>
          <Timeline
            {...{ held, readTo, actions }}
            handle={timeline}
            onLive={toLive}
            empty={room.kind !== "direct" && <InviteOthers />}
          />
        </Part>
        <TypingLine room={room.id} />
        {canWrite(held) ? (
          <Composer
            room={room.id}
            {...{ name, aim, lastOwn }}
            onAim={setAim}
            onSent={toLive}
            handle={composer}
          />
        ) : (
          <CannotWrite held={held} />
        )}
      </DropZone>
      {isDetails && (
        <aside aria-label={t("rooms.details")} className={clsx(panel, "lg:w-[min(20rem,32vw)]")}>
          <RoomDetails
            held={held}
            onClose={() => setIsDetails(false)}
            onProfile={onProfile}
            notifications={<NotificationChoice room={room} />}
            members={<MemberList room={room} own={room.role} onProfile={onProfile} />}
          />
        </aside>
      )}
      {thread !== null && (
        <aside aria-label={t("thread.title")} className={clsx(panel, "lg:w-[min(24rem,36vw)]")}>
          <ThreadPanel
            {...{ held, name, actions }}
            parent={thread}
            mayWrite={canWrite(held)}
            onRoom={(message) => {
              if (!matchMedia(besideRoom).matches) closeThread();
              goTo(message);
            }}
            onClose={closeThread}
          />
        </aside>
      )}
      {isPins && <PinsDialog held={held} onGo={goTo} onClose={() => setIsPins(false)} />}
      {date !== null && (
        <DateDialog held={held} at={date} onGo={goTo} onNewest={toLive} onClose={() => setDate(null)} />
      )}
      {asked && <MessageDialogs asked={asked} onClose={() => setAsked(null)} />}
    </div>
  );
}

/** Gives the newest message of one's own that is held. */
function useLastOwn(room: number): () => Message | undefined {
  const client = useClient();
  return useCallback(() => {
    const { state } = client.view.getState();
    const messages = state.rooms.get(room)?.messages.values() ?? [];
    const own = [...messages].filter(
      ({ sender, deleted_at, in_thread }) => sender === state.user && !deleted_at && !in_thread,
    );
    return own.sort((one, other) => other.seq - one.seq)[0];
  }, [client, room]);
}

function canWrite(held: RoomState): boolean {
  const { room } = held;
  return !room.archived && !isAbandoned(held) && isAtLeast(room.role, room.permissions.send_messages);
}

function whyNot(held: RoomState) {
  if (held.room.archived) return "rooms.archivedHint";
  return isAbandoned(held) ? "rooms.abandonedHint" : "rooms.readOnly";
}

function CannotWrite({ held }: { held: RoomState }) {
  const t = useText();
  const client = useClient();
  const { room } = held;
  const isJoinable = room.role === null && room.public && !room.archived;
  return (
    <div className="flex shrink-0 items-center justify-center gap-3 border-t p-4 text-sm text-soft">
      {isJoinable ? (
        <Button look="primary" onClick={() => void client.call("room.join", { room: room.id })}>
          {t("rooms.join")}
        </Button>
      ) : (
        t(whyNot(held))
      )}
    </div>
  );
}
