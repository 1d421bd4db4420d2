import clsx from "clsx";
import { ArrowLeft, ArrowRight, Download, X, ZoomIn, ZoomOut } from "lucide-react";
import { type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";
import { IconButton } from "../../ui/button.tsx";
import { useText } from "../../ui/text.ts";
import { FileLink } from "./file-link.tsx";
import type { ShownFile } from "./shown-files.tsx";
import { useFileUrl } from "./use-file-url.ts";

interface FileViewerProps {
  files: readonly ShownFile[];
  first: number;
  onClose: () => void;
}

/** How many times larger than what fits a picture is shown. */
const steps = [1, 1.5, 2, 3, 5, 8] as const;

/** The pictures of a message in full: by arrows from one to the next, by plus and minus nearer and farther. */
export function FileViewer({ files, first, onClose }: FileViewerProps) {
  const t = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  const [place, setPlace] = useState(first);
  const [zoom, setZoom] = useState(0);
  const file = files[place];
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  if (!file) return null;
  const go = (by: number) => {
    setPlace((place + by + files.length) % files.length);
    setZoom(0);
  };
  const zoomBy = (by: number) => setZoom(Math.min(steps.length - 1, Math.max(0, zoom + by)));
  const pressed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isMirrored = getComputedStyle(event.currentTarget).direction === "rtl";
    const forward = isMirrored ? "ArrowLeft" : "ArrowRight";
    const isArrow = event.key === "ArrowLeft" || event.key === "ArrowRight";
    // What is larger than the window is moved by the arrows.
    if (isArrow && zoom === 0 && files.length > 1) go(event.key === forward ? 1 : -1);
    else if (event.key === "+" || event.key === "=") zoomBy(1);
    else if (event.key === "-") zoomBy(-1);
    else if (event.key === "0") setZoom(0);
    else return;
    event.preventDefault();
  };
  return (
    <dialog
      ref={dialog}
      aria-label={file.alt ?? file.name}
      onKeyDown={pressed}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      className="m-0 h-dvh max-h-none w-dvw max-w-none bg-canvas p-0 text-ink backdrop:bg-canvas"
    >
      <div className="flex h-full flex-col">
        <header className="flex shrink-0 items-center gap-1 border-b ps-4 pe-2 py-1">
          <h2 dir="auto" className="min-w-0 flex-1 truncate text-sm font-medium">
            {file.name}
          </h2>
          {files.length > 1 && (
            <span className="hidden shrink-0 text-xs text-soft sm:inline">
              {t("files.place", { place: place + 1, count: files.length })}
            </span>
          )}
          <IconButton
            label={t("files.zoomOut")}
            icon={ZoomOut}
            disabled={zoom === 0}
            onClick={() => zoomBy(-1)}
          />
          <IconButton
            label={t("files.zoomIn")}
            icon={ZoomIn}
            disabled={zoom === steps.length - 1}
            onClick={() => zoomBy(1)}
          />
          <FileLink
            file={file.id}
            label={t("files.save", { name: file.name })}
            icon={Download}
            saveAs={file.name}
          />
          <IconButton label={t("dialog.close")} icon={X} onClick={onClose} />
        </header>
        <div className="relative min-h-0 flex-1">
          <Canvas
            key={file.key}
            file={file}
            times={steps[zoom] ?? 1}
            onZoom={() => setZoom(zoom === 0 ? 2 : 0)}
          />
          {files.length > 1 && <Arrows onGo={go} />}
        </div>
        {file.alt && (
          <p dir="auto" className="shrink-0 border-t px-4 py-2 text-center text-sm text-soft">
            {file.alt}
          </p>
        )}
      </div>
    </dialog>
  );
}

function Arrows({ onGo }: { onGo: (by: number) => void }) {
  const t = useText();
  const look = "absolute top-1/2 rounded-full bg-raised shadow-float rtl:-scale-x-100";
  return (
    <>
      <IconButton
        label={t("files.previous")}
        icon={ArrowLeft}
        onClick={() => onGo(-1)}
        className={clsx(look, "start-2")}
      />
      <IconButton
        label={t("files.next")}
        icon={ArrowRight}
        onClick={() => onGo(1)}
        className={clsx(look, "end-2")}
      />
    </>
  );
}

interface CanvasProps {
  file: ShownFile;
  times: number;
  onZoom: () => void;
}

/** As large as fits and no larger than it is; nearer, it scrolls. */
function Canvas({ file, times, onZoom }: CanvasProps) {
  const t = useText();
  const { url } = useFileUrl(file.id);
  const isNear = times > 1;
  return (
    <section
      aria-label={t("files.picture")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
      tabIndex={0}
      data-zoom={times}
      className={clsx(
        "absolute inset-0 overflow-auto overscroll-contain outline-offset-[-2px]",
        !isNear && "grid grid-cols-[100%] grid-rows-[100%] place-items-center",
      )}
    >
      {url && (
        // biome-ignore lint/a11y/useKeyWithClickEvents: plus and minus do the same by keyboard.
        <img
          src={url}
          alt={file.alt ?? file.name}
          onClick={onZoom}
          style={isNear ? { width: `${times * 100}%`, maxWidth: "none" } : undefined}
          className={clsx(
            "select-none",
            isNear ? "cursor-zoom-out" : "max-h-full max-w-full cursor-zoom-in object-contain",
          )}
        />
      )}
    </section>
  );
}
