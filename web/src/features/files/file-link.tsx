import type { LucideIcon } from "lucide-react";
import { useFileUrl } from "./use-file-url.ts";

interface FileLinkProps {
  file: number;
  label: string;
  icon: LucideIcon;
  /** Under which it is saved; left out, it is opened in a page of its own. */
  saveAs?: string;
}

/** A link to a file's bytes: its address holds for a while only, so it is looked at again before it is used. */
export function FileLink({ file, label, icon: Icon, saveAs }: FileLinkProps) {
  const { url, renew } = useFileUrl(file);
  if (!url) return null;
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
      className="inline-flex size-9 shrink-0 items-center justify-center rounded-lg text-soft hover:bg-hover hover:text-ink pointer-coarse:size-11"
    >
      <Icon aria-hidden size={19} />
    </a>
  );
}
