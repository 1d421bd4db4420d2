import { type KeyboardEvent, useEffect, useMemo, useState } from "react";
import { Dialog } from "../../ui/dialog.tsx";
import { allEmoji, type Emoji, searchEmoji } from "../../ui/emoji.ts";
import { inputLook } from "../../ui/field.tsx";
import { useText } from "../../ui/text.ts";

const groups = [0, 1, 3, 4, 5, 6, 7, 8, 9] as const;
const foundMost = 120;

/** Choosing an emoji: by name, or from its group. */
export function EmojiPicker({
  onClose,
  onChoose,
}: {
  onClose: () => void;
  onChoose: (emoji: string) => void;
}) {
  const t = useText();
  const [all, setAll] = useState<Emoji[]>([]);
  const [search, setSearch] = useState("");
  const [group, setGroup] = useState<number>(0);
  const [isMissing, setIsMissing] = useState(false);
  useEffect(() => {
    allEmoji().then(setAll, () => setIsMissing(true));
  }, []);
  const shown = useMemo(
    () => (search.trim() ? searchEmoji(all, search, foundMost) : all.filter((each) => each.group === group)),
    [all, search, group],
  );
  const choose = (emoji: string) => {
    onClose();
    onChoose(emoji);
  };
  return (
    <Dialog title={t("emoji.title")} onClose={onClose}>
      <input
        type="search"
        data-first-focus
        aria-label={t("emoji.search")}
        placeholder={t("emoji.search")}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Enter" && shown[0] && choose(shown[0].emoji)}
        className={inputLook}
      />
      {search.trim() === "" && (
        <fieldset
          aria-label={t("emoji.groups")}
          className="mt-2 flex flex-wrap justify-between pointer-coarse:justify-start"
        >
          {groups.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={each === group}
              aria-label={t(`emoji.group.${each}`)}
              title={t(`emoji.group.${each}`)}
              onClick={() => setGroup(each)}
              className="size-9 rounded-lg text-lg grayscale hover:bg-hover aria-pressed:bg-tint aria-pressed:grayscale-0"
            >
              {all.find((emoji) => emoji.group === each)?.emoji}
            </button>
          ))}
        </fieldset>
      )}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrows go from button to button. */}
      <div
        className="mt-2 grid h-72 auto-rows-min grid-cols-8 overflow-y-auto pointer-coarse:grid-cols-[repeat(auto-fill,minmax(44px,1fr))]"
        onKeyDown={moveInGrid}
      >
        {shown.map(({ emoji, name }) => (
          <button
            key={emoji}
            type="button"
            title={name}
            aria-label={name}
            onClick={() => choose(emoji)}
            className="aspect-square rounded-lg text-2xl hover:bg-hover focus-visible:outline-offset-[-2px]"
          >
            {emoji}
          </button>
        ))}
        {shown.length === 0 && all.length > 0 && (
          <p className="col-span-full p-3 text-sm text-soft">{t("emoji.none")}</p>
        )}
        {isMissing && <p className="col-span-full p-3 text-sm text-soft">{t("emoji.missing")}</p>}
      </div>
    </Dialog>
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
