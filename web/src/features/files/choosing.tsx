import { Paperclip } from "lucide-react";
import { type DragEvent, type ReactNode, useEffect, useRef, useState } from "react";
import type { Client } from "../../client/client.ts";
import { useClient } from "../../client/use-client.ts";
import { IconButton } from "../../ui/button.tsx";
import { useText } from "../../ui/text.ts";

/** Puts files into the tray of a room. */
export async function addFiles(client: Client, room: number, files: readonly File[]): Promise<void> {
  const { measured } = await import("./measuring.ts");
  for (const file of files) await client.uploads.add(room, [await measured(file)]);
}

/** The files in what is pasted or dropped. */
export function filesIn(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])];
}

export function FileButton({ room }: { room: number }) {
  const t = useText();
  const client = useClient();
  const field = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton label={t("files.add")} icon={Paperclip} onClick={() => field.current?.click()} />
      <input
        ref={field}
        type="file"
        multiple
        hidden
        aria-label={t("files.add")}
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          // The same file chosen again is another choice.
          currentTarget.value = "";
          void addFiles(client, room, files);
        }}
      />
    </>
  );
}

interface DropZoneProps {
  room: number;
  label: string;
  className: string;
  /** Whether anything may be dropped here. */
  isOpen: boolean;
  children: ReactNode;
}

/** A room, onto all of which files can be dropped. */
export function DropZone({ room, label, className, isOpen, children }: DropZoneProps) {
  const t = useText();
  const client = useClient();
  const [isOver, setIsOver] = useState(false);
  useEffect(() => {
    // Beside the room a browser would leave the page for the file.
    const stay = (event: globalThis.DragEvent) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    };
    for (const kind of ["dragover", "drop"] as const) addEventListener(kind, stay);
    return () => {
      for (const kind of ["dragover", "drop"] as const) removeEventListener(kind, stay);
    };
  }, []);
  const bears = ({ dataTransfer }: DragEvent) => isOpen && dataTransfer.types.includes("Files");
  return (
    <section
      aria-label={label}
      className={className}
      onDragOver={(event) => {
        if (!bears(event)) return;
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget as Node | null)) setIsOver(false);
      }}
      onDrop={(event) => {
        setIsOver(false);
        if (!bears(event)) return;
        event.preventDefault();
        void addFiles(client, room, filesIn(event.dataTransfer));
      }}
    >
      {children}
      {isOver && (
        <p className="pointer-events-none absolute inset-3 z-20 flex items-center justify-center rounded-2xl border-2 border-accent border-dashed bg-canvas/90 text-lg font-medium text-accent">
          {t("files.drop")}
        </p>
      )}
    </section>
  );
}
