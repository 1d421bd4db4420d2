import { apiBase } from "@parley/protocol/routes";
import type { Sticker } from "@parley/protocol/stickers";
import { useState } from "react";
import { lazily } from "../../ui/lazily.tsx";

export const LibrarySettings = lazily(async () => (await import("./library-settings.tsx")).LibrarySettings);

/** Pixels of the longer side of a sticker in a room. */
const shown = 160;

/** STICKER-5. A sticker by its picture; by its name once that is gone. Its place is as large before it has come. */
export function StickerPicture({ sticker }: { sticker: Sticker }) {
  const { name, picture, width, height } = sticker;
  const [isGone, setIsGone] = useState(false);
  const scale = Math.min(1, shown / Math.max(width, height));
  if (isGone) {
    return (
      <p dir="auto" className="text-[0.95rem] break-words">
        {name}
      </p>
    );
  }
  return (
    <img
      src={`${apiBase}/pictures/${picture}`}
      alt={name}
      title={name}
      width={Math.round(width * scale)}
      height={Math.round(height * scale)}
      onError={() => setIsGone(true)}
      className="my-1 max-w-full"
    />
  );
}
