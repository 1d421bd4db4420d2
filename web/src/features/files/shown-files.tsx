import type { File } from "@parley/protocol/files";
import { Download, ExternalLink, ImageOff } from "lucide-react";
import { useRef, useState } from "react";
import { lazily } from "../../ui/lazily.tsx";
import { useText } from "../../ui/text.ts";
import { FileCard } from "./file-card.tsx";
import { FileFrames, isPicture } from "./file-frames.tsx";
import { FileLink } from "./file-link.tsx";
import { isHeard, TranscribeButton, Transcripts } from "./transcripts.tsx";
import { useFileUrl } from "./use-file-url.ts";

export type ShownFile = File & { key: string };

const FileViewer = lazily(async () => (await import("./file-viewer.tsx")).FileViewer);

/** Pictures that open in full, and cards of everything else. */
export function ShownFiles({ files }: { files: readonly ShownFile[] }) {
  const t = useText();
  const [shown, setShown] = useState<number | null>(null);
  const pictures = files.filter(isPicture);
  return (
    <>
      <FileFrames files={files} label={t("files.list")}>
        {(file) =>
          isPicture(file) ? (
            <Picture file={file} onOpen={() => setShown(pictures.indexOf(file))} />
          ) : (
            <Card file={file} />
          )
        }
      </FileFrames>
      <Transcripts files={files} />
      {shown !== null && <FileViewer files={pictures} first={shown} onClose={() => setShown(null)} />}
    </>
  );
}

function Picture({ file, onOpen }: { file: ShownFile; onOpen: () => void }) {
  const t = useText();
  const { url, renew } = useFileUrl(file.id);
  const [isBroken, setIsBroken] = useState(false);
  const retried = useRef(false);
  const name = file.alt ?? file.name;
  return (
    <button
      type="button"
      onClick={onOpen}
      aria-label={t("files.open", { name })}
      className="flex size-full items-center justify-center overflow-hidden rounded-lg"
    >
      {(isBroken || url === null) && <ImageOff aria-hidden size={22} className="text-soft" />}
      {url && !isBroken && (
        <img
          src={`${url}&small`}
          alt={name}
          loading="lazy"
          decoding="async"
          className="size-full object-contain"
          onError={() => {
            // The address may have come to its end.
            if (retried.current) return setIsBroken(true);
            retried.current = true;
            renew();
          }}
        />
      )}
    </button>
  );
}

/** Sounds and films are played by the browser in a page of their own. */
function Card({ file }: { file: ShownFile }) {
  const t = useText();
  const { id, name, type } = file;
  const isPlayed = /^(?:audio|video|image)\//.test(type);
  return (
    <FileCard {...file}>
      {isHeard(file) && <TranscribeButton file={file} />}
      {isPlayed && <FileLink file={id} label={t("files.open", { name })} icon={ExternalLink} />}
      <FileLink file={id} label={t("files.save", { name })} icon={Download} saveAs={name} />
    </FileCard>
  );
}
