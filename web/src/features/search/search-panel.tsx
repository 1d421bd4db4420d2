import { SearchX } from "lucide-react";
import { useLayoutEffect, useMemo, useRef } from "react";
import { useView } from "../../client/use-client.ts";
import { Button } from "../../ui/button.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { forgetSearches, useRecentSearches } from "./recent-searches.ts";
import { SearchChips } from "./search-chips.tsx";
import { type FieldHandle, SearchField } from "./search-field.tsx";
import { SearchHit } from "./search-hit.tsx";
import type { Names } from "./search-words.ts";
import { type Found, type Searched, useFound } from "./use-found.ts";

export interface SearchPanelProps {
  /** What is searched for: it stands in the address, so that one comes back to it. */
  words: string;
  onSearch: (words: string) => void;
  /** The person's rooms by their names as they are shown. */
  rooms: ReadonlyMap<number, string>;
}

/** Where nothing was searched for yet, they stand below the field. */
const none: readonly string[] = [];

/** SEARCH-13, SEARCH-14. Finding messages: words and filters, and what was found, the newest first. */
export function SearchPanel({ words, onSearch, rooms }: SearchPanelProps) {
  const me = useView(({ state }) => state.user);
  const field = useRef<FieldHandle>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const roomNamed = (name: string) => {
    const sought = name.toLowerCase();
    return [...rooms].find(([, shown]) => shown.replaceAll('"', "").toLowerCase() === sought)?.[0];
  };
  const searched = useFound(words, roomNamed);
  const { found, error, again, kept } = searched;
  const roomNames = useMemo(() => [...rooms.values()], [rooms]);
  const recent = useRecentSearches(me);
  const names: Names = {
    person: (name) => (name.toLowerCase() === "me" ? me : found?.people.get(name.toLowerCase())?.id),
    room: roomNamed,
  };
  const search = (next: string) => (next === words ? again() : onSearch(next));
  usePlace(scroller, kept);
  return (
    <div
      ref={scroller}
      onScroll={({ currentTarget }) => {
        const last = kept();
        if (last) last.scroll = currentTarget.scrollTop;
      }}
      className="h-full overflow-y-auto"
    >
      <div className="mx-auto flex w-full max-w-3xl flex-col gap-3 px-4 py-4">
        <SearchField
          key={words}
          ref={field}
          words={words}
          rooms={roomNames}
          recent={words === "" ? none : recent}
          onSearch={search}
        />
        <SearchChips
          words={words}
          names={names}
          onBegin={(filter) => field.current?.begin(filter)}
          onSearch={search}
        />
        <Problem error={error} />
        {words === "" && recent.length > 0 && (
          <Recent recent={recent} onSearch={search} onForget={() => forgetSearches(me)} />
        )}
        <Results {...searched} rooms={rooms} />
      </div>
    </div>
  );
}

function Recent({
  recent,
  onSearch,
  onForget,
}: {
  recent: readonly string[];
  onSearch: (words: string) => void;
  onForget: () => void;
}) {
  const t = useText();
  return (
    <section aria-label={t("search.recent")} className="flex flex-col gap-1">
      <div className="flex items-center justify-between">
        <h2 className="text-sm font-medium text-soft">{t("search.recent")}</h2>
        <Button look="quiet" onClick={onForget}>
          {t("search.forget")}
        </Button>
      </div>
      <ul>
        {recent.map((words) => (
          <li key={words}>
            <button
              type="button"
              onClick={() => onSearch(words)}
              className="min-h-9 w-full truncate rounded-lg px-2 text-start text-sm hover:bg-hover pointer-coarse:min-h-11"
            >
              <bdi>{words}</bdi>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Results({
  found,
  error,
  isSearching,
  more,
  kept,
  rooms,
}: Searched & Pick<SearchPanelProps, "rooms">) {
  const t = useText();
  const remember = (message: number) => {
    const last = kept();
    if (last) last.opened = message;
  };
  const isNothing = found?.hits.length === 0 && !isSearching;
  return (
    <>
      <p role="status" className="text-sm text-soft empty:hidden">
        {isSearching ? t("search.searching") : error === undefined && found && wordsFor(t, found)}
      </p>
      {found && !found.complete && <p className="text-sm text-soft">{t("search.incomplete")}</p>}
      <ol className="flex flex-col gap-2 empty:hidden">
        {found?.hits.map((hit) => (
          <li key={hit.message.id}>
            <SearchHit
              hit={hit}
              room={rooms.get(hit.message.room) ?? ""}
              onOpen={() => remember(hit.message.id)}
            />
          </li>
        ))}
      </ol>
      {isNothing && (
        <div className="flex flex-col items-center gap-3 py-8 text-center text-soft">
          <SearchX aria-hidden size={36} />
          <p>{t("search.hint")}</p>
        </div>
      )}
      {found?.next && (
        <Button look="quiet" disabled={isSearching} onClick={() => void more()}>
          {t("list.more")}
        </Button>
      )}
    </>
  );
}

function wordsFor(t: ReturnType<typeof useText>, { hits, next }: Found): string {
  if (hits.length === 0) return t("search.none");
  return t(next ? "search.newest" : "search.count", { count: hits.length });
}

/** Whoever comes back is where they were, with the focus on what they opened. */
function usePlace(scroller: { current: HTMLDivElement | null }, kept: Searched["kept"]): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, as the list is shown again.
  useLayoutEffect(() => {
    const last = kept();
    if (!last || !scroller.current) return;
    scroller.current.scrollTop = last.scroll;
    const link = scroller.current.querySelector<HTMLElement>(`[data-hit="${last.opened}"]`);
    link?.focus({ preventScroll: true });
  }, []);
}
