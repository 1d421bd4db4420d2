import clsx from "clsx";
import type { UploadEntry } from "../../client/uploads-storage.ts";
import { useText } from "../../ui/text.ts";

/** How far a file has come; nothing once all of it is there. */
export function UploadProgress({ entry, className }: { entry: UploadEntry; className?: string }) {
  const t = useText();
  if (entry.state !== "going") return null;
  const share = entry.size === 0 ? 0 : entry.offset / entry.size;
  return (
    <progress
      aria-label={t("files.progress", { name: entry.name })}
      value={share}
      max={1}
      className={clsx(
        "block h-1.5 appearance-none overflow-hidden rounded-full bg-line accent-accent",
        "[&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent",
        className,
      )}
    />
  );
}
