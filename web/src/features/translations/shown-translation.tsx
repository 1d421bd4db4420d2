import { ChatError } from "@parley/protocol/errors";
import type { Message } from "@parley/protocol/messages";
import { Languages } from "lucide-react";
import { type MouseEvent, useEffect } from "react";
import { useClient } from "../../client/use-client.ts";
import { announce } from "../../ui/announcer.tsx";
import { wordsFor } from "../../ui/problem.tsx";
import { i18n, type Translate, useText } from "../../ui/text.ts";
import { type Shown, showOriginal, translate } from "./translating.ts";

/** UI-302. Under the original, which stays as it is. */
export function ShownTranslation({ message, shown }: { message: Message; shown: Shown }) {
  const t = useText();
  const client = useClient();
  const { found, error } = shown;
  const words = found?.text;
  useEffect(() => {
    if (words !== undefined) announce(words);
  }, [words]);
  const close = (event: MouseEvent) => {
    event.currentTarget.closest<HTMLElement>("article")?.focus();
    showOriginal(message.id);
  };
  return (
    <div className="my-1 max-w-2xl border-s-4 border-accent/50 ps-3" data-translation={message.id}>
      <p
        className={`flex min-h-6 flex-wrap items-center gap-x-2 text-xs ${error ? "text-danger" : "text-soft"}`}
      >
        <Languages aria-hidden size={14} className="shrink-0" />
        <span>{labelOf(shown, t)}</span>
        {error !== undefined && (
          <SmallButton label={t("translation.again")} onClick={() => void translate(client, message)} />
        )}
        <SmallButton label={t(found ? "translation.original" : "translation.close")} onClick={close} />
      </p>
      {words !== undefined && (
        <p
          dir="auto"
          lang={document.documentElement.lang}
          className="text-[0.95rem] leading-relaxed break-words whitespace-pre-wrap compact:text-sm"
        >
          {words}
        </p>
      )}
    </div>
  );
}

function labelOf({ found, error }: Shown, t: Translate): string {
  if (error instanceof ChatError && error.code === "unavailable") return t("translation.unreachable");
  if (error !== undefined) return wordsFor(error, t);
  if (!found) return t("translation.waiting");
  return found.from ? t("translation.from", { language: nameOf(found.from) }) : t("translation.done");
}

function SmallButton({ label, onClick }: { label: string; onClick: (event: MouseEvent) => void }) {
  return (
    <button
      type="button"
      className="min-h-6 font-medium text-accent underline pointer-coarse:min-h-11"
      onClick={onClick}
    >
      {label}
    </button>
  );
}

/** In the language of the page; its tag where that is not known. */
function nameOf(tag: string): string {
  try {
    return new Intl.DisplayNames([i18n.locale], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
