import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { IconButton } from "../../ui/button.tsx";
import { useText } from "../../ui/text.ts";

/** Code as it was typed. It scrolls within itself, by keyboard too. */
export function CodeBlock({ text, language }: { text: string; language: string }) {
  const t = useText();
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setIsCopied(true);
  };
  return (
    <div className="my-1 overflow-hidden rounded-lg border bg-side">
      <div className="flex items-center justify-between ps-3 pe-1 text-xs text-soft">
        <span>{language}</span>
        <IconButton
          small
          label={isCopied ? t("code.copied") : t("code.copy")}
          icon={isCopied ? Check : Copy}
          onClick={() => void copy()}
        />
      </div>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        tabIndex={0}
        dir="ltr"
        className="overflow-x-auto px-3 pb-2 font-mono text-[0.85em] leading-relaxed"
      >
        <code>{text}</code>
      </pre>
    </div>
  );
}
