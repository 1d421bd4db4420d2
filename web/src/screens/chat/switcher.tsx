import type { RoomState } from "@parley/protocol/state";
import { type KeyboardEvent, useId, useMemo, useState } from "react";
import { unreadIn } from "../../client/unread.ts";
import { useClient, useView } from "../../client/use-client.ts";
import { RoomAvatar, roomNameIn } from "../../features/rooms/rooms.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { inputLook } from "../../ui/field.tsx";
import { useText } from "../../ui/text.ts";
import { fuzzyRank } from "./fuzzy.ts";

export interface Command {
  label: string;
  run: () => void;
}

interface SwitcherProps {
  commands: readonly Command[];
  onOpenRoom: (room: number) => void;
  onClose: () => void;
}

interface Choice {
  key: string;
  label: string;
  held?: RoomState;
  unread: number;
  run: () => void;
}

const most = 12;

/** Going to a room, or doing something, by a few letters of its name. Works from what is held: offline too. */
export function Switcher({ commands, onOpenRoom, onClose }: SwitcherProps) {
  const t = useText();
  const id = useId();
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const choices = useChoices(words, commands, onOpenRoom);
  const choose = (choice: Choice | undefined) => {
    if (!choice) return;
    onClose();
    choice.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setAt((at + step + choices.length) % Math.max(1, choices.length));
    else if (event.key === "Enter") choose(choices[at]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={t("switcher.title")} onClose={onClose}>
      <input
        type="search"
        role="combobox"
        data-first-focus
        aria-expanded
        aria-controls={id}
        aria-activedescendant={choices[at] ? `${id}-${at}` : undefined}
        aria-label={t("switcher.search")}
        placeholder={t("switcher.search")}
        value={words}
        onChange={(event) => {
          setWords(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
        className={inputLook}
      />
      <div id={id} role="listbox" aria-label={t("switcher.title")} className="mt-2 min-h-48">
        {choices.map((choice, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys.
          <div
            key={choice.key}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            onClick={() => choose(choice)}
            className="flex min-h-11 cursor-pointer items-center gap-3 rounded-lg px-2 text-sm hover:bg-hover aria-selected:bg-tint"
          >
            {choice.held && <RoomAvatar held={choice.held} size="small" />}
            <span dir="auto" className="min-w-0 flex-1 truncate">
              {choice.label}
            </span>
            {choice.unread > 0 && (
              <span className="text-xs text-accent">{t("rooms.unread", { count: choice.unread })}</span>
            )}
          </div>
        ))}
        {choices.length === 0 && <p className="p-3 text-sm text-soft">{t("switcher.none")}</p>}
      </div>
    </Dialog>
  );
}

function useChoices(
  words: string,
  commands: readonly Command[],
  onOpenRoom: (room: number) => void,
): Choice[] {
  const t = useText();
  const client = useClient();
  const rooms = useView(({ state }) => state.rooms);
  const read = useView((view) => view.read);
  return useMemo(() => {
    const view = { ...client.view.getState(), read };
    const all: Choice[] = [...rooms.values()]
      .filter(({ room }) => room.role !== null)
      .sort((one, other) => moved(other) - moved(one))
      .map((held) => ({
        ...{ key: `room ${held.room.id}`, label: roomNameIn(view, held, t), held },
        unread: unreadIn(held, view).unread,
        run: () => onOpenRoom(held.room.id),
      }));
    for (const { label, run } of commands) all.push({ key: label, label, unread: 0, run });
    return all
      .map((choice) => ({ choice, rank: fuzzyRank(choice.label, words.trim()) }))
      .filter(({ rank }) => rank > 0)
      .sort((one, other) => other.rank + bonusOf(other.choice) - (one.rank + bonusOf(one.choice)))
      .slice(0, most)
      .map(({ choice }) => choice);
  }, [client, rooms, read, words, commands, onOpenRoom, t]);
}

function bonusOf({ unread }: Choice): number {
  return unread > 0 ? 1 : 0;
}

function moved({ room }: RoomState): number {
  return Date.parse(room.last_message_at ?? room.created_at);
}
