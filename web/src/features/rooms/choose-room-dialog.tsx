import type { RoomState } from "@parley/protocol/state";
import { useMemo, useState } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { inputLook } from "../../ui/field.tsx";
import { useText } from "../../ui/text.ts";
import { isAbandoned } from "../users/users.tsx";
import { RoomAvatar, roomNameIn } from "./room.tsx";

interface ChooseRoomProps {
  title: string;
  onChoose: (room: RoomState) => void;
  onClose: () => void;
}

/** One of the person's rooms. */
export function ChooseRoomDialog({ title, onChoose, onClose }: ChooseRoomProps) {
  const t = useText();
  const client = useClient();
  const rooms = useView(({ state }) => state.rooms);
  const [words, setWords] = useState("");
  const shown = useMemo(() => {
    const view = client.view.getState();
    const sought = words.trim().toLowerCase();
    return [...rooms.values()]
      .filter((held) => held.room.role !== null && !held.room.archived && !isAbandoned(held))
      .map((held) => ({ held, name: roomNameIn(view, held, t) }))
      .filter(({ name }) => name.toLowerCase().includes(sought))
      .sort((one, other) => one.name.localeCompare(other.name));
  }, [client, rooms, words, t]);
  return (
    <Dialog title={title} onClose={onClose}>
      <input
        type="search"
        autoFocus
        aria-label={t("rooms.filter")}
        placeholder={t("rooms.filter")}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
        className={inputLook}
      />
      <ul className="mt-2 max-h-80 overflow-y-auto">
        {shown.map(({ held, name }) => (
          <li key={held.room.id}>
            <button
              type="button"
              onClick={() => onChoose(held)}
              className="flex min-h-11 w-full items-center gap-3 rounded-lg px-2 text-start text-sm hover:bg-hover focus-visible:outline-offset-[-2px]"
            >
              <RoomAvatar held={held} size="small" />
              <span dir="auto" className="truncate">
                {name}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
