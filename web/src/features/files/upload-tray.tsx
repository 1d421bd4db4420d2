import { limits } from "@parley/protocol/limits";
import { Pencil, RotateCw, X } from "lucide-react";
import { useState } from "react";
import type { UploadEntry } from "../../client/uploads-storage.ts";
import { useClient, useView } from "../../client/use-client.ts";
import { IconButton } from "../../ui/button.tsx";
import { type TextId, useText } from "../../ui/text.ts";
import { iconOf } from "./file-card.tsx";
import { isPicture } from "./file-frames.tsx";
import { sizeWords } from "./file-words.ts";
import { UploadDialog } from "./upload-dialog.tsx";
import { UploadProgress } from "./upload-progress.tsx";
import type { Tray } from "./use-tray.ts";
import { OwnPicture } from "./waiting-files.tsx";

/** Files that the next message will carry. */
export function UploadTray({ tray }: { tray: Tray }) {
  const t = useText();
  const [changed, setChanged] = useState<UploadEntry | null>(null);
  return (
    <div className="mb-2 rounded-xl border border-edge/60 bg-raised p-2">
      <ul aria-label={t("files.tray")} className="flex max-h-44 flex-wrap gap-2 overflow-y-auto">
        {tray.entries.map((entry) => (
          <Item key={entry.key} entry={entry} onChange={() => setChanged(entry)} />
        ))}
      </ul>
      {tray.stuck === "many" && (
        <p role="alert" className="px-1 pt-1 text-sm text-danger">
          {t("files.tooMany", { count: limits.messageFiles })}
        </p>
      )}
      {changed && <UploadDialog entry={changed} onClose={() => setChanged(null)} />}
    </div>
  );
}

/** The refusals that a person can do something about. */
const reasons: Partial<Record<string, TextId>> = { full: "files.full", too_large: "files.tooLarge" };

function Item({ entry, onChange }: { entry: UploadEntry; onChange: () => void }) {
  const t = useText();
  const client = useClient();
  const { key, name, state, error } = entry;
  const Icon = iconOf(entry.type);
  return (
    <li
      data-state={state}
      className="relative flex h-16 w-full max-w-72 min-w-0 items-center gap-2 rounded-lg border bg-canvas ps-2"
    >
      <span className="flex size-12 shrink-0 items-center justify-center overflow-hidden rounded-md bg-hover text-soft">
        {isPicture(entry) ? <OwnPicture entry={entry} /> : <Icon aria-hidden size={24} />}
      </span>
      <span className="min-w-0 flex-1">
        <span dir="auto" className="block truncate text-sm" title={name}>
          {name}
        </span>
        {error ? (
          <span role="alert" className="line-clamp-2 text-xs text-danger" title={error.message}>
            {t(reasons[error.code] ?? "files.failed")}
          </span>
        ) : (
          <Progress entry={entry} />
        )}
      </span>
      <span className="flex shrink-0">
        {state === "failed" ? (
          <IconButton
            small
            label={t("files.retry", { name })}
            icon={RotateCw}
            onClick={() => client.uploads.retry([key])}
          />
        ) : (
          <IconButton small label={t("files.change", { name })} icon={Pencil} onClick={onChange} />
        )}
        <IconButton
          small
          label={t("files.remove", { name })}
          icon={X}
          onClick={() => client.uploads.remove([key])}
        />
      </span>
    </li>
  );
}

function Progress({ entry }: { entry: UploadEntry }) {
  const t = useText();
  const isReady = useView(({ link }) => link.status === "ready");
  if (entry.state === "done") return <Words>{sizeWords(entry.size)}</Words>;
  if (!isReady) return <Words>{t("files.waiting")}</Words>;
  return <UploadProgress entry={entry} className="mt-1 w-full" />;
}

function Words({ children }: { children: string }) {
  return (
    <span dir="auto" className="block truncate text-xs text-soft">
      {children}
    </span>
  );
}
