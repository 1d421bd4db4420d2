import { X } from "lucide-react";
import { type Translate, useText } from "../../ui/text.ts";
import { type Filter, filtersIn, type Names, withoutFilter } from "./search-words.ts";

/** Filters that need nothing but a press. */
const quick: readonly Filter[] = [
  ...(["link", "image", "video", "audio", "file"] as const).map((value) => ({ kind: "has" as const, value })),
  ...(["pinned", "saved"] as const).map((value) => ({ kind: "is" as const, value })),
];
/** Those that are filled. */
const begun = ["from", "in", "mentions", "before", "after"] as const;

interface SearchChipsProps {
  words: string;
  names: Names;
  onBegin: (filter: string) => void;
  onSearch: (words: string) => void;
}

const look =
  "inline-flex min-h-8 items-center gap-1 rounded-full border border-edge/40 px-3 text-xs hover:bg-hover aria-pressed:border-accent aria-pressed:bg-tint aria-pressed:text-accent pointer-coarse:min-h-11 pointer-coarse:px-4";

/** What narrows the search down, to take out again, and what else could. */
export function SearchChips({ words, names, onBegin, onSearch }: SearchChipsProps) {
  const t = useText();
  const set = filtersIn(words, names);
  const isSame = (one: Filter, other: Filter) => one.kind === other.kind && one.value === other.value;
  // Of these one holds at a time.
  const offered = begun.filter((kind) => !set.some((each) => each.kind === kind));
  const chosen = set.filter((each) => !quick.some((other) => isSame(each, other)));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset belongs to a form.
    <div role="group" aria-label={t("search.filters")} className="flex flex-wrap items-center gap-1.5">
      {chosen.map((each) => (
        <button
          key={`${each.start}`}
          type="button"
          aria-label={t("search.without", { filter: filterWords(t, each) })}
          onClick={() => onSearch(withoutFilter(words, each))}
          className="inline-flex min-h-8 items-center gap-1 rounded-full bg-tint ps-3 pe-2 text-xs text-accent hover:brightness-95 pointer-coarse:min-h-11"
        >
          <bdi>{filterWords(t, each)}</bdi>
          <X aria-hidden size={14} />
        </button>
      ))}
      {offered.map((kind) => (
        <button key={kind} type="button" onClick={() => onBegin(`${kind}:`)} className={look}>
          {t(`search.begin.${kind}`)}
        </button>
      ))}
      {quick.map((each) => {
        const present = set.find((other) => isSame(each, other));
        const added = `${words} ${each.kind}:${each.value}`.trim();
        return (
          <button
            key={each.value}
            type="button"
            aria-pressed={present !== undefined}
            onClick={() => onSearch(present ? withoutFilter(words, present) : added)}
            className={look}
          >
            {filterWords(t, each)}
          </button>
        );
      })}
    </div>
  );
}

/** A filter in a person's words. */
function filterWords(t: Translate, { kind, value }: Filter): string {
  switch (kind) {
    case "has":
      return t(`search.has.${value === "pin" ? "pin" : (value.toLowerCase() as "link")}`);
    case "is":
      return t(`search.is.${value.toLowerCase() as "pinned"}`);
    case "type":
      return t("search.type", { type: value.toLowerCase() });
    default:
      return t(`search.${kind}`, { value });
  }
}
