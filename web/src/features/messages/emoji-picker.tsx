import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useState } from "react";
import { flushSync } from "react-dom";
import type { View } from "../../client/view.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { allEmoji, type Emoji, searchEmoji } from "../../ui/emoji.ts";
import { inputLook } from "../../ui/field.tsx";
import { useText } from "../../ui/text.ts";
import { OwnPicture, ownIn, StickerGrid, Tabs, useLibrary } from "./library-picker.tsx";

const groups = [0, 1, 3, 4, 5, 6, 7, 8, 9] as const;
const foundMost = 120;
/** Beside those of Unicode. */
const ownGroup = -1;

interface EmojiPickerProps {
  onClose: () => void;
  onChoose: (emoji: string) => void;
  /** Left out where no sticker can be sent. */
  onSticker?: (sticker: number) => void;
}

/** Choosing an emoji, or a sticker where one can be sent and there are any. */
export function EmojiPicker({ onClose, onChoose, onSticker }: EmojiPickerProps) {
  const t = useText();
  const [areStickers, setAreStickers] = useState(false);
  const library = useLibrary();
  const packs = library?.packs.filter(({ stickers }) => stickers.length > 0) ?? [];
  const chosen =
    <Value,>(tell: (value: Value) => void) =>
    (value: Value) => {
      // What is chosen goes to where the focus was: until the dialog is gone its own field would take it.
      flushSync(onClose);
      tell(value);
    };
  return (
    <Dialog title={t(areStickers ? "sticker.title" : "emoji.title")} onClose={onClose}>
      {onSticker && packs.length > 0 && <Tabs areStickers={areStickers} onChange={setAreStickers} />}
      {areStickers && onSticker ? (
        <StickerGrid packs={packs} onChoose={chosen(onSticker)} />
      ) : (
        <EmojiChoice library={library} onChoose={chosen(onChoose)} />
      )}
    </Dialog>
  );
}

interface EmojiChoiceProps {
  library: View["library"];
  onChoose: (emoji: string) => void;
}

/** By name, or from its group. */
function EmojiChoice({ library, onChoose }: EmojiChoiceProps) {
  const t = useText();
  const [all, setAll] = useState<Emoji[]>([]);
  const [search, setSearch] = useState("");
  const [group, setGroup] = useState<number>(0);
  const [isMissing, setIsMissing] = useState(false);
  useEffect(() => {
    allEmoji().then(setAll, () => setIsMissing(true));
  }, []);
  const isSearch = search.trim() !== "";
  const shown = useMemo(
    () => (isSearch ? searchEmoji(all, search, foundMost) : all.filter((each) => each.group === group)),
    [all, search, isSearch, group],
  );
  const found = useMemo(() => ownIn(library, search), [library, search]);
  const own = isSearch || group === ownGroup ? found : [];
  const first = own[0] ? `:${own[0].name}:` : shown[0]?.emoji;
  return (
    <>
      <input
        type="search"
        data-first-focus
        aria-label={t("emoji.search")}
        placeholder={t("emoji.search")}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || first === undefined) return;
          // Else it presses what has the focus once the dialog is gone.
          event.preventDefault();
          onChoose(first);
        }}
        className={inputLook}
      />
      {!isSearch && <Groups all={all} own={found[0]?.picture} chosen={group} onChoose={setGroup} />}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrows go from button to button. */}
      <div
        className="mt-2 grid h-72 auto-rows-min grid-cols-8 overflow-y-auto pointer-coarse:grid-cols-[repeat(auto-fill,minmax(44px,1fr))]"
        onKeyDown={moveInGrid}
      >
        {own.map(({ name, picture }) => (
          <Choice key={`:${name}:`} name={name} onChoose={() => onChoose(`:${name}:`)}>
            <OwnPicture picture={picture} />
          </Choice>
        ))}
        {shown.map(({ emoji, name }) => (
          <Choice key={emoji} name={name} onChoose={() => onChoose(emoji)}>
            {emoji}
          </Choice>
        ))}
        {shown.length + own.length === 0 && all.length > 0 && (
          <p className="col-span-full p-3 text-sm text-soft">{t("emoji.none")}</p>
        )}
        {isMissing && <p className="col-span-full p-3 text-sm text-soft">{t("emoji.missing")}</p>}
      </div>
    </>
  );
}

interface ChoiceProps {
  name: string;
  onChoose: () => void;
  children: ReactNode;
}

function Choice({ name, onChoose, children }: ChoiceProps) {
  return (
    <button
      type="button"
      title={name}
      aria-label={name}
      onClick={onChoose}
      className="flex aspect-square items-center justify-center rounded-lg text-2xl hover:bg-hover focus-visible:outline-offset-[-2px]"
    >
      {children}
    </button>
  );
}

interface GroupsProps {
  all: readonly Emoji[];
  /** The picture of one of the server's own; left out where it has none. */
  own: string | undefined;
  chosen: number;
  onChoose: (group: number) => void;
}

function Groups({ all, own, chosen, onChoose }: GroupsProps) {
  const t = useText();
  return (
    <fieldset
      aria-label={t("emoji.groups")}
      className="mt-2 flex flex-wrap justify-between pointer-coarse:justify-start"
    >
      {own !== undefined && (
        <button
          type="button"
          aria-pressed={chosen === ownGroup}
          aria-label={t("emoji.group.own")}
          title={t("emoji.group.own")}
          onClick={() => onChoose(ownGroup)}
          className="flex size-9 items-center justify-center rounded-lg hover:bg-hover aria-pressed:bg-tint"
        >
          <OwnPicture picture={own} small />
        </button>
      )}
      {groups.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={each === chosen}
          aria-label={t(`emoji.group.${each}`)}
          title={t(`emoji.group.${each}`)}
          onClick={() => onChoose(each)}
          className="size-9 rounded-lg text-lg grayscale hover:bg-hover aria-pressed:bg-tint aria-pressed:grayscale-0"
        >
          {all.find((emoji) => emoji.group === each)?.emoji}
        </button>
      ))}
    </fieldset>
  );
}

const columns = 8;

function moveInGrid(event: KeyboardEvent<HTMLElement>): void {
  const steps: Record<string, number> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
  };
  const step = steps[event.key];
  if (step === undefined) return;
  const buttons = [...event.currentTarget.querySelectorAll("button")];
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  event.preventDefault();
  buttons[Math.max(0, Math.min(buttons.length - 1, at + step))]?.focus();
}
