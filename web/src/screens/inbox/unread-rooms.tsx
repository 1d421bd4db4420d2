import type { RoomState } from "@parley/protocol/state";
import { CheckCheck } from "lucide-react";
import { unreadIn } from "../../client/unread.ts";
import { useClient, useView } from "../../client/use-client.ts";
import { roomsOf } from "../../client/view.ts";
import { markRoomsRead } from "../../features/messages/messages.tsx";
import { RoomAvatar, useRoomName } from "../../features/rooms/rooms.tsx";
import { Link } from "../../ui/address.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { useText } from "../../ui/text.ts";
import { briefTime } from "../../ui/times.ts";

/** Rooms with something unread, those that mention the person first. Each leads to the first of it. */
export function UnreadRooms() {
  const t = useText();
  const client = useClient();
  const state = useView((view) => view.state);
  const read = useView((view) => view.read);
  const meant = (held: RoomState) => unreadIn(held, { state, read }).mentions;
  const rooms = roomsOf(state)
    .filter((held) => unreadIn(held, { state, read }).unread > 0)
    .sort((one, other) => Number(meant(other) > 0) - Number(meant(one) > 0));
  if (rooms.length === 0) {
    return (
      <div className="flex flex-col items-center gap-3 py-10 text-center text-soft">
        <CheckCheck aria-hidden size={36} />
        <p>{t("inbox.noneUnread")}</p>
      </div>
    );
  }
  return (
    <>
      <ol className="flex flex-col gap-2">
        {rooms.map((held) => (
          <li key={held.room.id}>
            <Entry held={held} />
          </li>
        ))}
      </ol>
      <Button look="quiet" onClick={() => markRoomsRead(client, rooms)}>
        {t("reading.markRead")}
      </Button>
    </>
  );
}

function Entry({ held }: { held: RoomState }) {
  const t = useText();
  const client = useClient();
  const { room } = held;
  const name = useRoomName(held);
  const unread = useView((view) => unreadIn(held, view).unread);
  const mentions = useView((view) => unreadIn(held, view).mentions);
  return (
    <article className="flex items-center gap-1 rounded-xl border bg-raised pe-2 hover:bg-hover">
      <Link href={`/rooms/${room.id}`} className="flex min-w-0 flex-1 items-center gap-3 rounded-xl p-3">
        <RoomAvatar held={held} />
        <span className="min-w-0 flex-1">
          <span dir="auto" className="block truncate text-sm font-semibold">
            {name}
          </span>
          <span className="block text-sm text-soft">
            {t("rooms.unread", { count: unread })}
            {mentions > 0 && `, ${t("inbox.mentionCount", { count: mentions })}`}
          </span>
        </span>
        {room.last_message_at && (
          <time dateTime={room.last_message_at} className="shrink-0 text-xs text-soft">
            {briefTime(room.last_message_at)}
          </time>
        )}
      </Link>
      <IconButton
        label={t("inbox.markRead", { name })}
        icon={CheckCheck}
        onClick={() => markRoomsRead(client, [held])}
      />
    </article>
  );
}
