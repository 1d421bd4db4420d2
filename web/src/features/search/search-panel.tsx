import type { Output } from "@parley/protocol/contract";
import { Search } from "lucide-react";
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { Link } from "../../ui/address.tsx";
import { Button } from "../../ui/button.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useText } from "../../ui/text.ts";
import { fullTime } from "../../ui/times.ts";
import { wordsOf } from "../files/files.tsx";
import { PersonAvatar, usePersonName } from "../users/users.tsx";
import { readSearch, type SearchInput } from "./search-words.ts";

type Hit = Output<"message.search">["hits"][number];

interface Found {
  hits: Hit[];
  next: string | null;
  complete: boolean;
}

export interface SearchPanelProps {
  /** What is searched for: it stands in the address, so that one comes back to it. */
  words: string;
  onSearch: (words: string) => void;
  /** A room's name as it is shown. */
  roomName: (room: number) => string;
  roomNamed: (name: string) => number | undefined;
}

const page = 30;

/** Finding messages: words and filters, and what was found, the newest first. */
export function SearchPanel({ words, onSearch, roomName, roomNamed }: SearchPanelProps) {
  const t = useText();
  const field = useRef<HTMLInputElement>(null);
  const { found, error, more } = useFound(words, roomNamed);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSearch(field.current?.value.trim() ?? "");
  };
  const add = (filter: string) => {
    const { current } = field;
    if (!current) return;
    current.value = `${current.value.trim()} ${filter}`.trim();
    current.focus();
  };
  return (
    <div className="mx-auto flex w-full max-w-3xl flex-col gap-3 px-4 py-4">
      <search>
        <form onSubmit={submit} className="flex gap-2">
          <div className="relative flex-1">
            <Search aria-hidden size={17} className="pointer-events-none absolute start-3 top-3 text-soft" />
            <input
              key={words}
              ref={field}
              type="search"
              defaultValue={words}
              aria-label={t("search.label")}
              placeholder={t("search.label")}
              className="h-10 w-full rounded-lg border border-edge/60 bg-raised ps-10 pe-3 text-base sm:text-sm"
            />
          </div>
          <Button look="primary" type="submit">
            {t("search.action")}
          </Button>
        </form>
      </search>
      <div className="flex flex-wrap items-center gap-1.5 text-sm">
        <span className="text-soft">{t("search.filters")}</span>
        {["from:", "in:", "mentions:", "before:", "after:", "has:link"].map((filter) => (
          <button
            key={filter}
            type="button"
            onClick={() => add(filter)}
            className="min-h-7 rounded-full border border-edge/40 px-2.5 font-mono text-xs hover:bg-hover"
          >
            {filter}
          </button>
        ))}
      </div>
      <Problem error={error} />
      {found && !found.complete && <p className="text-sm text-soft">{t("search.incomplete")}</p>}
      <ol className="flex flex-col gap-2">
        {found?.hits.map((hit) => (
          <li key={hit.message.id}>
            <HitRow hit={hit} room={roomName(hit.message.room)} />
          </li>
        ))}
      </ol>
      {found?.hits.length === 0 && !found.next && (
        <p className="py-6 text-center text-soft">{t("search.none")}</p>
      )}
      {found?.next && (
        <Button look="quiet" onClick={() => void more()}>
          {t("list.more")}
        </Button>
      )}
    </div>
  );
}

function HitRow({ hit, room }: { hit: Hit; room: string }) {
  const { message, highlights } = hit;
  const name = usePersonName(message.sender);
  const t = useText();
  return (
    <Link
      href={`/rooms/${message.room}?message=${message.id}`}
      className="flex gap-3 rounded-xl border bg-raised p-3 hover:bg-hover"
    >
      <PersonAvatar user={message.sender} />
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-baseline gap-x-2 text-sm">
          <b className="font-semibold">{name}</b>
          <span dir="auto" className="text-accent">
            {room}
          </span>
          <time dateTime={message.created_at} className="text-xs text-soft">
            {fullTime(message.created_at)}
          </time>
        </span>
        <span dir="auto" className="line-clamp-4 text-sm break-words whitespace-pre-wrap">
          {message.text === "" ? wordsOf(t, message) : highlighted(message.text, highlights)}
        </span>
      </span>
    </Link>
  );
}

/** Characters of the text before its first match that are shown. */
const lead = 80;

function highlighted(text: string, highlights: Hit["highlights"]): ReactNode[] {
  const [first] = highlights;
  const start = first && first[0] > lead * 2 ? first[0] - lead : 0;
  const parts: ReactNode[] = start > 0 ? ["…"] : [];
  let from = start;
  for (const [begin, end] of highlights) {
    parts.push(
      text.slice(from, begin),
      <mark key={begin} className="rounded bg-note px-0.5 text-ink">
        {text.slice(begin, end)}
      </mark>,
    );
    from = end;
  }
  parts.push(text.slice(from));
  return parts;
}

function useFound(words: string, roomNamed: (name: string) => number | undefined) {
  const client = useClient();
  const isReady = useView(({ link }) => link.status === "ready");
  const [found, setFound] = useState<Found>();
  const [error, setError] = useState<unknown>();
  const asked = useRef<SearchInput>({});
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again for other words, or once there is a connection.
  useEffect(() => {
    if (words === "") return setFound(undefined);
    let isWanted = true;
    const search = async () => {
      setError(undefined);
      const people = await peopleNamed(words, (search) => client.call("user.list", { search, limit: 20 }));
      const input = readSearch(words, { person: (name) => people.get(name.toLowerCase()), room: roomNamed });
      asked.current = input;
      const answer = await client.call("message.search", { ...input, limit: page });
      if (isWanted) setFound(answer);
    };
    search().catch((problem) => isWanted && setError(problem));
    return () => {
      isWanted = false;
    };
  }, [client, words, isReady]);
  const more = async () => {
    if (!found?.next) return;
    try {
      const answer = await client.call("message.search", {
        ...asked.current,
        limit: page,
        cursor: found.next,
      });
      setFound({ ...answer, hits: [...found.hits, ...answer.hits] });
    } catch (problem) {
      setError(problem);
    }
  };
  return { found, error, more };
}

/** Ids of those whom the filters name. */
async function peopleNamed(
  words: string,
  find: (search: string) => Promise<Output<"user.list">>,
): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  for (const [, name = ""] of words.matchAll(/(?:^|\s)(?:from|mentions):@?([\w.-]+)/gi)) {
    const { users } = await find(name);
    const user = users.find(({ username }) => username.toLowerCase() === name.toLowerCase());
    if (user) ids.set(name.toLowerCase(), user.id);
  }
  return ids;
}
