import type { Membership } from "@parley/protocol/rooms";
import { useEffect, useState } from "react";
import { useClient } from "../../client/use-client.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";

const searchDelay = 150;

/** Public channels: to look into, or to join. */
export function BrowseRoomsDialog({
  onClose,
  onOpenRoom,
}: {
  onClose: () => void;
  onOpenRoom: (room: number) => void;
}) {
  const t = useText();
  const client = useClient();
  const [search, setSearch] = useState("");
  const [page, setPage] = useState<{ rooms: Membership[]; next: string | null }>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    let isWanted = true;
    const words = search.trim();
    const ask = () =>
      client.call("room.browse", { limit: 50, ...(words && { search: words }) }).then(
        (found) => isWanted && setPage(found),
        (problem) => isWanted && setError(problem),
      );
    const timer = setTimeout(ask, words ? searchDelay : 0);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [client, search]);
  const more = async (cursor: string) => {
    const words = search.trim();
    const found = await client.call("room.browse", { limit: 50, cursor, ...(words && { search: words }) });
    setPage((before) => ({ rooms: [...(before?.rooms ?? []), ...found.rooms], next: found.next }));
  };
  const enter = async (room: Membership) => {
    try {
      if (room.role === null) await client.call("room.join", { room: room.id });
      onClose();
      onOpenRoom(room.id);
    } catch (problem) {
      setError(problem);
    }
  };
  return (
    <Dialog title={t("rooms.browse")} onClose={onClose} wide>
      <TextField
        type="search"
        label={t("rooms.search")}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      <Problem error={error} />
      <ul className="mt-3 divide-y">
        {page?.rooms.map((room) => (
          <li key={room.id} className="flex items-center gap-3 py-2">
            <span className="min-w-0 flex-1">
              <span dir="auto" className="block truncate font-medium">
                # {room.name}
              </span>
              <span dir="auto" className="block truncate text-sm text-soft">
                {t("rooms.people", { count: room.member_count })}
                {room.topic && ` · ${room.topic}`}
              </span>
            </span>
            <Button look={room.role === null ? "primary" : "plain"} onClick={() => void enter(room)}>
              {room.role === null ? t("rooms.join") : t("rooms.open")}
            </Button>
          </li>
        ))}
      </ul>
      {page?.rooms.length === 0 && <p className="py-4 text-sm text-soft">{t("rooms.nonePublic")}</p>}
      {page?.next && (
        <Button look="quiet" onClick={() => page.next && void more(page.next)}>
          {t("list.more")}
        </Button>
      )}
    </Dialog>
  );
}
