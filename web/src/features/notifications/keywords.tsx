import { isKeyword } from "@parley/protocol/keywords";
import { limits } from "@parley/protocol/limits";
import { Plus, X } from "lucide-react";
import { type SubmitEvent, useState } from "react";
import { Button, IconButton } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { useText } from "../../ui/text.ts";

interface KeywordsProps {
  keywords: readonly string[];
  onChange: (keywords: string[]) => void;
}

/** NOTIFY-9. Words that count as a mention for the person alone. */
export function Keywords({ keywords, onChange }: KeywordsProps) {
  const t = useText();
  const [text, setText] = useState("");
  const word = text.trim();
  const isUsable = isKeyword(word) && !keywords.includes(word);
  const add = (event: SubmitEvent) => {
    event.preventDefault();
    if (!isUsable) return;
    onChange([...keywords, word]);
    setText("");
  };
  return (
    <form className="flex flex-col gap-2" onSubmit={add}>
      {keywords.length < limits.keywords ? (
        <div className="flex items-end gap-2">
          <TextField
            className="flex-1"
            label={t("notify.keywords")}
            maxLength={limits.keywordText}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Button type="submit" disabled={!isUsable}>
            <Plus aria-hidden size={16} /> {t("notify.addKeyword")}
          </Button>
        </div>
      ) : (
        <p className="text-sm font-medium">{t("notify.keywords")}</p>
      )}
      <p className="text-sm text-soft">{t("notify.keywordsHint")}</p>
      <ul aria-label={t("notify.keywords")} className="flex flex-wrap gap-2 empty:hidden">
        {keywords.map((keyword) => (
          <li
            key={keyword}
            className="flex max-w-full items-center rounded-full border bg-raised ps-3 text-sm"
          >
            <span dir="auto" className="min-w-0 truncate">
              {keyword}
            </span>
            <IconButton
              small
              label={t("notify.removeKeyword", { word: keyword })}
              icon={X}
              onClick={() => onChange(keywords.filter((each) => each !== keyword))}
            />
          </li>
        ))}
      </ul>
    </form>
  );
}
