import { Captions } from "lucide-react";
import { useEffect } from "react";
import { useClient } from "../../client/use-client.ts";
import { notify } from "../../ui/announcer.tsx";
import { IconButton } from "../../ui/button.tsx";
import { wordsFor } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import type { ShownFile } from "./shown-files.tsx";
import { useTranscribes, wantTranscribing } from "./transcribing.ts";

export function isHeard({ type }: Pick<ShownFile, "type">): boolean {
  return /^(?:audio|video)\//.test(type);
}

/** Asks to have it written down; not there where that is done or cannot be. */
export function TranscribeButton({ file }: { file: ShownFile }) {
  const t = useText();
  const client = useClient();
  const isOn = useTranscribes();
  useEffect(() => wantTranscribing(client), [client]);
  if (!isOn || file.transcript) return null;
  return (
    <IconButton
      label={t("transcript.ask", { name: file.name })}
      icon={Captions}
      onClick={() => askFor(client, file.id, (error) => notify(wordsFor(error, t)))}
    />
  );
}

type Client = ReturnType<typeof useClient>;

function askFor(client: Client, file: number, failed: (error: unknown) => void): void {
  client.call("file.transcribe", { file }).catch(failed);
}

/** UI-303. What is said in the recordings of a message, as far as somebody wanted it written down. */
export function Transcripts({ files }: { files: readonly ShownFile[] }) {
  const asked = files.filter(({ transcript }) => transcript !== undefined);
  return asked.map((file) => <Transcript key={file.key} file={file} isAlone={files.length === 1} />);
}

function Transcript({ file, isAlone }: { file: ShownFile; isAlone: boolean }) {
  const t = useText();
  const client = useClient();
  const { state, text = "" } = file.transcript ?? { state: "waiting" as const };
  const isEmpty = state === "done" && text === "";
  return (
    <section
      aria-label={t("transcript.of", { name: file.name })}
      className="my-1 max-w-2xl border-s-4 border-edge ps-3"
    >
      <p className="flex min-h-6 flex-wrap items-center gap-x-2 text-xs text-soft">
        <Captions aria-hidden size={14} className="shrink-0" />
        <span className={state === "failed" ? "text-danger" : undefined}>
          {t(isEmpty ? "transcript.nothing" : `transcript.${state}`)}
        </span>
        {!isAlone && (
          <span dir="auto" className="truncate">
            {file.name}
          </span>
        )}
        {state === "failed" && (
          <button
            type="button"
            className="min-h-6 font-medium text-accent underline pointer-coarse:min-h-11"
            onClick={() => askFor(client, file.id, (error) => notify(wordsFor(error, t)))}
          >
            {t("transcript.again")}
          </button>
        )}
      </p>
      {text !== "" && (
        <p
          dir="auto"
          className="max-h-60 overflow-y-auto text-[0.95rem] leading-relaxed break-words whitespace-pre-wrap compact:text-sm"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what is longer is scrolled by keyboard too.
          tabIndex={0}
        >
          {text}
        </p>
      )}
    </section>
  );
}
