import clsx from "clsx";
import { useState } from "react";

export type Dot = "online" | "away" | "busy" | "offline";

export interface AvatarProps {
  /** The name whose first letters are shown. */
  name: string;
  /** What decides the colour: it stays when the name changes. */
  id: number;
  picture?: string | undefined;
  size?: "small" | "middle" | "large" | "huge";
  square?: boolean;
  dot?: Dot | undefined;
}

const sizes = {
  small: "size-6 text-[0.6rem]",
  middle: "size-9 text-sm",
  large: "size-12 text-lg",
  huge: "size-24 text-3xl",
} as const;
const dots = {
  online: "bg-good",
  away: "border-2 border-warn bg-canvas",
  busy: "bg-danger",
  offline: "border-2 border-edge bg-canvas",
} as const;
/** Degrees between the colours of neighbouring ids: far enough apart to tell. */
const step = 137.5;

/** Decoration: whoever shows it says the name beside it. */
export function Avatar({ name, id, picture, size = "middle", square, dot }: AvatarProps) {
  const hue = Math.round((id * step) % 360);
  const [broken, setBroken] = useState<string>();
  const isShown = picture !== undefined && picture !== broken;
  return (
    <span aria-hidden className="relative inline-flex shrink-0 select-none">
      <span
        style={isShown ? undefined : { backgroundColor: `oklch(0.48 0.1 ${hue})` }}
        className={clsx(
          "inline-flex items-center justify-center overflow-hidden font-semibold text-white",
          square ? "rounded-lg" : "rounded-full",
          sizes[size],
        )}
      >
        {isShown ? (
          <img
            src={picture}
            alt=""
            draggable={false}
            // Without a network, or between two pictures, the letters do.
            onError={() => setBroken(picture)}
            className="size-full object-cover"
          />
        ) : (
          initialsOf(name)
        )}
      </span>
      {dot && (
        <span
          data-presence={dot}
          className={clsx("absolute -end-0.5 -bottom-0.5 size-3 rounded-full ring-2 ring-canvas", dots[dot])}
        />
      )}
    </span>
  );
}

const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The first letters of the first and the last word. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const shown = words.length > 1 ? [words[0], words.at(-1)] : words;
  return shown
    .map((word = "") => [...letters.segment(word)][0]?.segment ?? "")
    .join("")
    .toUpperCase();
}
