import { ArrowLeft } from "lucide-react";
import { useClient, useView } from "../../client/use-client.ts";
import { mentionsIn } from "../../features/messages/messages.tsx";
import { roomNameIn } from "../../features/rooms/rooms.tsx";
import { ScheduledPanel } from "../../features/scheduled/scheduled.tsx";
import { Link, useSearchValue } from "../../ui/address.tsx";
import { useText } from "../../ui/text.ts";

/** What the person has yet to send: to one room, or to all of them. */
export function ScheduledScreen() {
  const t = useText();
  const client = useClient();
  const rooms = useView(({ state }) => state.rooms);
  const asked = useSearchValue("room");
  const room = asked === null ? null : Number(asked);
  const nameOf = (id: number) => {
    const held = rooms.get(id);
    return held ? roomNameIn(client.view.getState(), held, t) : "";
  };
  const namedIn = (id: number, text: string) => {
    const me = client.view.getState().state.user;
    return mentionsIn(text, client.roomPeople.byName(id)).mentions.filter((user) => user !== me);
  };
  const name = room === null ? "" : nameOf(room);
  return (
    <main className="flex h-full flex-col">
      <header className="flex h-14 shrink-0 items-center gap-2 border-b px-3">
        <Link
          href={room === null ? "/" : `/rooms/${room}`}
          aria-label={t("settings.back")}
          className="inline-flex size-9 items-center justify-center rounded-lg text-soft hover:bg-hover pointer-coarse:size-11"
        >
          <ArrowLeft aria-hidden size={20} className="rtl:-scale-x-100" />
        </Link>
        <h1 className="min-w-0 truncate text-lg font-semibold">
          {t("later.title")}
          {name && <bdi className="ms-2 font-normal text-soft">{name}</bdi>}
        </h1>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <ScheduledPanel room={room} roomName={nameOf} namedIn={namedIn} />
      </div>
    </main>
  );
}
