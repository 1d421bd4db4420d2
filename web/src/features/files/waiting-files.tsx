import type { UploadEntry } from "../../client/uploads-storage.ts";
import { useText } from "../../ui/text.ts";
import { FileCard } from "./file-card.tsx";
import { FileFrames, isPicture } from "./file-frames.tsx";
import { UploadProgress } from "./upload-progress.tsx";
import { useOwnUrl } from "./use-file-url.ts";

/** Files of a message on its way, in the places that they keep when it has arrived. */
export function WaitingFiles({ entries }: { entries: readonly UploadEntry[] }) {
  const t = useText();
  return (
    <FileFrames files={entries} label={t("files.list")}>
      {(entry) => (
        <>
          {isPicture(entry) ? <OwnPicture entry={entry} /> : <FileCard {...entry} />}
          <UploadProgress entry={entry} className="absolute start-2 bottom-1.5 w-[calc(100%-1rem)]" />
        </>
      )}
    </FileFrames>
  );
}

export function OwnPicture({ entry }: { entry: UploadEntry }) {
  const url = useOwnUrl(entry.key);
  if (!url) return null;
  const words = entry.alt === "" ? entry.name : entry.alt;
  return <img src={url} alt={words} className="size-full rounded-lg object-contain" />;
}
