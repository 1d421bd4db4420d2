import type { File } from "@parley/protocol/files";
import { lazy, Suspense, useMemo } from "react";
import { useView } from "../../client/use-client.ts";
import { lazily, withTexts } from "../../ui/lazily.tsx";
import { useText } from "../../ui/text.ts";
import { FileFrames } from "./file-frames.tsx";

export { wordsOf } from "./brief.ts";
export { addFiles, DropZone, FileButton, filesIn } from "./choosing.tsx";
export { useTray } from "./use-tray.ts";

export const UploadTray = lazily(async () => (await import("./upload-tray.tsx")).UploadTray);

const Shown = lazy(async () => ({
  default: (await withTexts(() => import("./shown-files.tsx"))).ShownFiles,
}));
const Waiting = lazy(async () => ({
  default: (await withTexts(() => import("./waiting-files.tsx"))).WaitingFiles,
}));

/** What a message carries. */
export function MessageFiles({ files }: { files: readonly File[] }) {
  const t = useText();
  const framed = useMemo(() => files.map((file) => ({ ...file, key: String(file.id) })), [files]);
  return (
    <Suspense fallback={<FileFrames files={framed} label={t("files.list")} />}>
      <Shown files={framed} />
    </Suspense>
  );
}

/** What a message on its way carries. */
export function EntryFiles({ keys }: { keys: readonly string[] }) {
  const t = useText();
  const uploads = useView((view) => view.uploads);
  const entries = useMemo(() => uploads.filter(({ key }) => keys.includes(key)), [uploads, keys]);
  return (
    <Suspense fallback={<FileFrames files={entries} label={t("files.list")} />}>
      <Waiting entries={entries} />
    </Suspense>
  );
}
