import { limits } from "@parley/protocol/limits";
import type { RoomState } from "@parley/protocol/state";
import { useMemo, useState } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { inputLook } from "../../ui/field.tsx";
import { useText } from "../../ui/text.ts";
import { isAbandoned } from "../users/users.tsx";
import { RoomAvatar, roomNameIn } from "./room.tsx";

export interface ChosenRoom {
  id: number;
  name: string;
}

interface ChooseRoomsProps {
  title: string;
  /** What is done then, for so many rooms. */
  action: (count: number) => string;
  onChoose: (rooms: ChosenRoom[]) => void;
  onClose: () => void;
}

/** UI-306. Some of the person's rooms. */
export function ChooseRoomsDialog({ title, action, onChoose, onClose }: ChooseRoomsProps) {
  const t = useText();
  const client = useClient();
  const rooms = useView(({ state }) => state.rooms);
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState<readonly ChosenRoom[]>([]);
  const shown = useMemo(() => {
    const view = client.view.getState();
    const sought = words.trim().toLowerCase();
    return [...rooms.values()]
      .filter(mayBeWritten)
      .map((held) => ({ held, name: roomNameIn(view, held, t) }))
      .filter(({ name }) => name.toLowerCase().includes(sought))
      .sort((one, other) => one.name.localeCompare(other.name));
  }, [client, rooms, words, t]);
  const turn = (room: ChosenRoom, isOn: boolean) =>
    setChosen((now) => (isOn ? [...now, room] : now.filter(({ id }) => id !== room.id)));
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
        {shown.map(({ held, name }) => {
          const { id } = held.room;
          const isOn = chosen.some((room) => room.id === id);
          return (
            <li key={id}>
              <label className="flex min-h-11 w-full cursor-pointer items-center gap-3 rounded-lg px-2 text-sm hover:bg-hover has-focus-visible:outline-2 has-focus-visible:outline-offset-[-2px]">
                <input
                  type="checkbox"
                  checked={isOn}
                  disabled={!isOn && chosen.length >= limits.forwardRooms}
                  onChange={(event) => turn({ id, name }, event.currentTarget.checked)}
                  className="size-5 shrink-0 accent-accent"
                />
                <RoomAvatar held={held} size="small" />
                <span dir="auto" className="truncate">
                  {name}
                </span>
              </label>
            </li>
          );
        })}
      </ul>
      <Button
        look="primary"
        className="mt-3 w-full"
        disabled={chosen.length === 0}
        onClick={() => onChoose([...chosen])}
      >
        {action(chosen.length)}
      </Button>
    </Dialog>
  );
}

function mayBeWritten(held: RoomState): boolean {
  return held.room.role !== null && !held.room.archived && !isAbandoned(held);
}
