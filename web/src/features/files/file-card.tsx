import { File, FileArchive, FileAudio, FileImage, FileText, FileVideo } from "lucide-react";
import type { ReactNode } from "react";
import { kindWords, sizeWords } from "./file-words.ts";

interface FileCardProps {
  name: string;
  type: string;
  size: number;
  /** Buttons at the end. */
  children?: ReactNode;
}

/** A file that is not shown itself: what it is called, of which kind and how large. */
export function FileCard({ name, type, size, children }: FileCardProps) {
  const Icon = iconOf(type);
  const about = [kindWords(type), sizeWords(size)].filter((words) => words !== "").join(" · ");
  return (
    <div className="flex size-full items-center gap-3 rounded-lg border bg-raised ps-3 pe-1">
      <Icon aria-hidden size={24} className="shrink-0 text-accent" />
      <span className="min-w-0 flex-1">
        <span dir="auto" className="block truncate text-sm font-medium" title={name}>
          {name}
        </span>
        <span className="block text-xs text-soft">{about}</span>
      </span>
      {children}
    </div>
  );
}

export function iconOf(type: string) {
  if (type.startsWith("image/")) return FileImage;
  if (type.startsWith("audio/")) return FileAudio;
  if (type.startsWith("video/")) return FileVideo;
  if (/zip|gzip|7z/.test(type)) return FileArchive;
  return /text|pdf|document/.test(type) ? FileText : File;
}
