import clsx from "clsx";
import type { CSSProperties, ReactNode } from "react";

/** A file that is shown, wherever its bytes are. */
export interface Framed {
  /** Stays the same for as long as it is shown. */
  key: string;
  type: string;
  width?: number | undefined;
  height?: number | undefined;
}

const pictures: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

export function isPicture({ type, width, height }: Framed): boolean {
  return pictures.has(type) && width !== undefined && height !== undefined;
}

/** Pixels that a picture takes at most: alone, and among others. */
const alone = { width: 380, height: 300 };
const among = { width: 220, height: 180 };
/** Pixels of either side at least: it must be found with a finger. */
const least = 48;

/** The room of a picture is known before it is there: nothing moves when it comes. */
function styleOf({ width = 1, height = 1 }: Framed, isAlone: boolean): CSSProperties {
  const most = isAlone ? alone : among;
  const scale = Math.min(1, most.width / width, most.height / height);
  const [wide, high] = [width, height].map((side) => Math.max(least, Math.round(side * scale)));
  return { width: wide, maxWidth: "100%", aspectRatio: `${wide} / ${high}` };
}

interface FileFramesProps<File extends Framed> {
  files: readonly File[];
  label: string;
  children?: (file: File) => ReactNode;
}

/** The places of files, whether or not what stands in them has come. */
export function FileFrames<File extends Framed>({ files, label, children }: FileFramesProps<File>) {
  return (
    <ul aria-label={label} className="flex flex-wrap items-start gap-2 py-1">
      {files.map((file) => (
        <li
          key={file.key}
          style={isPicture(file) ? styleOf(file, files.length === 1) : undefined}
          className={clsx("relative", isPicture(file) ? "rounded-lg bg-hover" : "h-16 w-full max-w-sm")}
        >
          {children?.(file)}
        </li>
      ))}
    </ul>
  );
}
