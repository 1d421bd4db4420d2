import { apiBase } from "@parley/protocol/routes";
import type { Pack } from "@parley/protocol/stickers";
import clsx from "clsx";
import { useEffect } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import type { View } from "../../client/view.ts";
import { useText } from "../../ui/text.ts";

/** The server's own emoji and stickers, once somebody looks for them. */
export function useLibrary(): View["library"] {
  const client = useClient();
  useEffect(() => {
    client.personal.library.get().then(
      (library) => library.want(),
      () => undefined,
    );
  }, [client]);
  return useView(({ library }) => library);
}

export function ownIn(library: View["library"], search: string): { name: string; picture: string }[] {
  const sought = search.trim().toLowerCase();
  return [...(library?.emoji ?? [])]
    .filter(([name]) => name.includes(sought))
    .map(([name, picture]) => ({ name, picture }));
}

export function OwnPicture({ picture, small = false }: { picture: string; small?: boolean }) {
  return (
    <img
      src={`${apiBase}/pictures/${picture}`}
      alt=""
      loading="lazy"
      className={clsx("object-contain", small ? "size-5" : "size-7")}
    />
  );
}

interface TabsProps {
  areStickers: boolean;
  onChange: (areStickers: boolean) => void;
}

export function Tabs({ areStickers, onChange }: TabsProps) {
  const t = useText();
  return (
    <fieldset aria-label={t("sticker.tabs")} className="mb-3 flex gap-1">
      {([false, true] as const).map((stickers) => (
        <button
          key={String(stickers)}
          type="button"
          aria-pressed={areStickers === stickers}
          onClick={() => onChange(stickers)}
          className="min-h-9 flex-1 rounded-lg text-sm hover:bg-hover aria-pressed:bg-tint aria-pressed:font-medium pointer-coarse:min-h-11"
        >
          {t(stickers ? "sticker.title" : "emoji.title")}
        </button>
      ))}
    </fieldset>
  );
}

interface StickerGridProps {
  packs: readonly Pack[];
  onChoose: (sticker: number) => void;
}

/** STICKER-5. All packs, one after the other. */
export function StickerGrid({ packs, onChoose }: StickerGridProps) {
  return (
    <div className="h-80 overflow-y-auto">
      {packs.map((pack) => (
        <section key={pack.id} aria-label={pack.name}>
          <h3 dir="auto" className="py-1 text-sm font-medium text-soft">
            {pack.name}
          </h3>
          <div className="grid grid-cols-4 gap-1">
            {pack.stickers.map(({ id, name, picture }) => (
              <button
                key={id}
                type="button"
                title={name}
                aria-label={name}
                onClick={() => onChoose(id)}
                className="flex aspect-square items-center justify-center rounded-lg p-1 hover:bg-hover focus-visible:outline-offset-[-2px]"
              >
                <img
                  src={`${apiBase}/pictures/${picture}`}
                  alt=""
                  loading="lazy"
                  className="max-h-full max-w-full object-contain"
                />
              </button>
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}
