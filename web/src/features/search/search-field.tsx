import { Clock, Search } from "lucide-react";
import {
  type FormEvent,
  type KeyboardEvent,
  type Ref,
  useEffect,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { Button } from "../../ui/button.tsx";
import { useText } from "../../ui/text.ts";
import { type Suggestion, suggestionsFor, withSuggestion, writingAt } from "./search-suggestions.ts";
import { useSuggestedPeople } from "./use-suggested-people.ts";

export interface FieldHandle {
  /** Puts the beginning of a filter at the end, to be filled. */
  begin: (filter: string) => void;
}

interface SearchFieldProps {
  ref: Ref<FieldHandle>;
  words: string;
  rooms: readonly string[];
  recent: readonly string[];
  onSearch: (words: string) => void;
}

/** Words and filters, and below what may be meant. Enter searches, or takes what the arrows chose. */
export function SearchField({ ref, words, rooms, recent, onSearch }: SearchFieldProps) {
  const t = useText();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [{ text, caret }, setWritten] = useState({ text: words, caret: words.length });
  const [isOpen, setIsOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const { kind, value } = writingAt(text, caret);
  const people = useSuggestedPeople(isOpen && (kind === "from" || kind === "mentions") ? value : null);
  const suggestions = isOpen ? suggestionsFor(text, caret, { rooms, people, recent, now: Date.now() }) : [];
  const hasList = suggestions.length > 0;
  useCaret(field, text, caret);
  // Whoever comes to search begins to write.
  useEffect(() => {
    if (words === "" || words.endsWith(" ")) field.current?.focus();
  }, [words]);
  const write = (next: { text: string; caret: number }) => {
    setWritten(next);
    setAt(-1);
    setIsOpen(true);
  };
  useImperativeHandle(ref, () => ({
    begin(filter) {
      const begun = text.trim() === "" ? filter : `${text.trim()} ${filter}`;
      write({ text: begun, caret: begun.length });
      field.current?.focus();
    },
  }));
  const search = (wanted: string) => {
    setIsOpen(false);
    onSearch(wanted.trim());
  };
  const take = (suggestion: Suggestion) => {
    const next = withSuggestion(text, caret, suggestion);
    write(next);
    field.current?.focus();
    if (suggestion.whole) search(next.text);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Whoever composes a character presses Enter for that.
    if (event.nativeEvent.isComposing || event.keyCode === 229 || !hasList) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const chosen = suggestions[at];
    if (step !== undefined) setAt(stepped(at, step, suggestions.length));
    else if (event.key === "Escape") setIsOpen(false);
    else if (chosen && (event.key === "Enter" || event.key === "Tab")) take(chosen);
    else return;
    event.preventDefault();
  };
  return (
    <search>
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          search(text);
        }}
        className="flex gap-2"
      >
        <div className="relative min-w-0 flex-1">
          <Search aria-hidden size={17} className="pointer-events-none absolute start-3 top-3 text-soft" />
          <input
            ref={field}
            type="search"
            role="combobox"
            aria-expanded={hasList}
            aria-controls={id}
            aria-autocomplete="list"
            aria-activedescendant={suggestions[at] ? `${id}-${at}` : undefined}
            aria-label={t("search.label")}
            placeholder={t("search.label")}
            autoComplete="off"
            enterKeyHint="search"
            value={text}
            onChange={({ currentTarget: { value: written, selectionStart } }) =>
              write({ text: written, caret: selectionStart ?? written.length })
            }
            onSelect={({ currentTarget: { value: written, selectionStart } }) =>
              setWritten({ text: written, caret: selectionStart ?? written.length })
            }
            onClick={() => setIsOpen(true)}
            onFocus={() => setIsOpen(true)}
            onBlur={() => setIsOpen(false)}
            onKeyDown={onKeyDown}
            className="h-10 w-full rounded-lg border border-edge/60 bg-raised ps-10 pe-3 text-base pointer-coarse:h-11 sm:text-sm"
          />
          <SuggestionList id={id} suggestions={suggestions} at={at} onTake={take} />
        </div>
        <Button look="primary" type="submit" className="min-h-10">
          {t("search.action")}
        </Button>
      </form>
    </search>
  );
}

/** From none, -1, to the first or the last, and around. */
function stepped(at: number, step: number, count: number): number {
  return at < 0 && step < 0 ? count - 1 : (at + step + count) % count;
}

interface SuggestionListProps {
  id: string;
  suggestions: readonly Suggestion[];
  /** The chosen one. */
  at: number;
  onTake: (suggestion: Suggestion) => void;
}

function SuggestionList({ id, suggestions, at, onTake }: SuggestionListProps) {
  const t = useText();
  return (
    <div
      id={id}
      role="listbox"
      aria-label={t("search.suggestions")}
      hidden={suggestions.length === 0}
      // The field keeps the focus, and with it the list.
      onMouseDown={(event) => event.preventDefault()}
      className="absolute inset-x-0 top-full z-20 mt-1 max-h-80 overflow-y-auto rounded-lg border bg-raised p-1 shadow-lg"
    >
      {suggestions.map((suggestion, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys.
        <div
          key={suggestion.insert}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          onClick={() => onTake(suggestion)}
          className="flex min-h-9 cursor-pointer items-center gap-2 rounded-md px-2.5 text-sm hover:bg-hover aria-selected:bg-tint pointer-coarse:min-h-11"
        >
          {suggestion.whole && <Clock aria-hidden size={15} className="shrink-0 text-soft" />}
          <bdi className="truncate font-medium">{suggestion.insert}</bdi>
          {suggestion.name && <bdi className="truncate text-soft">{suggestion.name}</bdi>}
        </div>
      ))}
    </div>
  );
}

/** The caret goes with what was put in. */
function useCaret(field: { current: HTMLInputElement | null }, text: string, caret: number): void {
  useLayoutEffect(() => {
    const { current } = field;
    if (
      current &&
      document.activeElement === current &&
      current.selectionStart !== caret &&
      current.value === text
    ) {
      current.setSelectionRange(caret, caret);
    }
  }, [field, text, caret]);
}
