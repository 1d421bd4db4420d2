import clsx from "clsx";
import type { LucideIcon } from "lucide-react";
import { useFileUrl } from "./use-file-url.ts";

interface FileLinkProps {
  file: number;
  label: string;
  icon: LucideIcon;
  /** Under which it is saved; left out, it is opened in a page of its own. */
  saveAs?: string;
}

const place = "size-9 shrink-0 pointer-coarse:size-11";

/** A link to a file's bytes: its address holds for a while only, so it is looked at again before it is used. */
export function FileLink({ file, label, icon: Icon, saveAs }: FileLinkProps) {
  const { url, renew } = useFileUrl(file);
  // Its place is kept: a name beside it stays where it is.
  if (!url) return <span className={place} />;
  return (
    <a
      href={url}
      title={label}
      aria-label={label}
      onPointerEnter={renew}
      onFocus={renew}
      download={saveAs}
      target={saveAs === undefined ? "_blank" : undefined}
      rel="noopener noreferrer"
      className={clsx(
        place,
        "inline-flex items-center justify-center rounded-lg text-soft hover:bg-hover hover:text-ink",
      )}
    >
      <Icon aria-hidden size={19} />
    </a>
  );
}
