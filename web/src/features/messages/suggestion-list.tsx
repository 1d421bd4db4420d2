import { apiBase } from "@parley/protocol/routes";
import clsx from "clsx";
import { useText } from "../../ui/text.ts";
import { PersonAvatar } from "../users/users.tsx";
import type { Suggestion } from "./completion.ts";

interface SuggestionListProps {
  id: string;
  suggestions: readonly Suggestion[];
  chosen: number;
  onChoose: (suggestion: Suggestion) => void;
}

/** Lies over the messages: it takes no room, so nothing moves. The keys stay with the text. */
export function SuggestionList({ id, suggestions, chosen, onChoose }: SuggestionListProps) {
  const t = useText();
  return (
    <div
      id={id}
      role="listbox"
      aria-label={t("compose.suggestions")}
      className="absolute inset-x-3 bottom-full z-20 mb-1 max-w-md rounded-xl bg-raised p-1 shadow-float"
    >
      {suggestions.map((suggestion, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the text area has the keys.
        <div
          key={suggestion.key}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === chosen}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onChoose(suggestion)}
          className={clsx(
            "flex min-h-9 cursor-pointer items-center gap-3 rounded-lg px-2 text-sm",
            index === chosen && "bg-tint",
          )}
        >
          {suggestion.user !== undefined && <PersonAvatar user={suggestion.user} size="small" />}
          {suggestion.picture && (
            <img src={`${apiBase}/pictures/${suggestion.picture}`} alt="" className="size-6 object-contain" />
          )}
          {suggestion.emoji && <span className="text-xl">{suggestion.emoji}</span>}
          <span className="truncate font-medium">{suggestion.label}</span>
          <span className="truncate text-soft">{suggestion.more}</span>
        </div>
      ))}
    </div>
  );
}
