import type { Output } from "@parley/protocol/contract";
import type { User } from "@parley/protocol/users";
import { useEffect, useRef, useState } from "react";
import type { Client } from "../../client/client.ts";
import { useClient, useView } from "../../client/use-client.ts";
import { rememberSearch } from "./recent-searches.ts";
import { type Names, readSearch, type SearchInput } from "./search-words.ts";

export type Hit = Output<"message.search">["hits"][number];

export interface Found {
  hits: Hit[];
  next: string | null;
  complete: boolean;
  input: SearchInput;
  /** Those whom the filters name, by their user names. */
  people: ReadonlyMap<string, User>;
}

/** What was found last, for whoever comes back to it. */
interface Kept {
  user: number;
  words: string;
  found: Found;
  scroll: number;
  /** The message that was opened from it. */
  opened?: number;
}

const page = 30;
const kept = new WeakMap<Client, Kept>();

export interface Searched {
  found: Found | undefined;
  error: unknown;
  isSearching: boolean;
  more: () => Promise<void>;
  again: () => void;
  kept: () => Kept | undefined;
}

/** SEARCH-13. Asks the server; who comes back to the same words has the same list, where they were in it. */
export function useFound(words: string, roomNamed: Names["room"]): Searched {
  const client = useClient();
  const me = useView(({ state }) => state.user);
  const isReady = useView(({ link }) => link.status === "ready");
  const before = keptOf(client, me, words);
  const [found, setFound] = useState(before?.found);
  const [error, setError] = useState<unknown>();
  const [isSearching, setIsSearching] = useState(false);
  const [turn, setTurn] = useState(0);
  const isReturned = useRef(before !== undefined);
  const show = (next: Found) => {
    setFound(next);
    const { scroll = 0, opened } = keptOf(client, me, words) ?? {};
    kept.set(client, {
      ...{ user: me, words, found: next, scroll },
      ...(opened !== undefined && { opened }),
    });
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again for other words, once there is a connection, or when told to.
  useEffect(() => {
    if (isReturned.current) {
      isReturned.current = false;
      return;
    }
    if (words === "") return setFound(undefined);
    let isWanted = true;
    const search = async () => {
      setIsSearching(true);
      setError(undefined);
      const people = await peopleNamed(client, words);
      const person = (name: string) =>
        name.toLowerCase() === "me" ? me : people.get(name.toLowerCase())?.id;
      const input = readSearch(words, { person, room: roomNamed });
      // A room alone is only where to look.
      if (Object.keys(input).every((field) => field === "room")) return setFound(undefined);
      const answer = await ask(client, input, undefined, () => isWanted);
      if (!isWanted) return;
      kept.delete(client);
      show({ ...answer, input, people });
      rememberSearch(me, words);
    };
    search()
      .catch((problem) => isWanted && setError(problem))
      .finally(() => isWanted && setIsSearching(false));
    return () => {
      isWanted = false;
    };
  }, [client, words, isReady, turn]);
  const more = async () => {
    if (!found?.next || isSearching) return;
    setIsSearching(true);
    try {
      const answer = await ask(client, found.input, found.next, () => true);
      show({ ...found, ...answer, hits: [...found.hits, ...answer.hits] });
      setError(undefined);
    } catch (problem) {
      setError(problem);
    } finally {
      setIsSearching(false);
    }
  };
  const again = () => setTurn((last) => last + 1);
  return { found, error, isSearching, more, again, kept: () => keptOf(client, me, words) };
}

function keptOf(client: Client, user: number, words: string): Kept | undefined {
  const last = kept.get(client);
  return last?.user === user && last.words === words ? last : undefined;
}

/** A page with nothing on it only says that there was much to look through. */
async function ask(
  client: Client,
  input: SearchInput,
  from: string | undefined,
  isWanted: () => boolean,
): Promise<Output<"message.search">> {
  for (let cursor = from; ; ) {
    const wish = { ...input, limit: page, ...(cursor !== undefined && { cursor }) };
    const answer = await client.call("message.search", wish);
    if (answer.hits.length > 0 || answer.next === null || !isWanted()) return answer;
    cursor = answer.next;
  }
}

async function peopleNamed(client: Client, words: string): Promise<Map<string, User>> {
  const people = new Map<string, User>();
  for (const [, written = ""] of words.matchAll(/(?:^|\s)(?:from|mentions):@?([\w.-]+)/gi)) {
    const name = written.toLowerCase();
    if (name === "me" || people.has(name)) continue;
    const { users } = await client.call("user.list", { search: name, limit: 20 });
    const user = users.find(({ username }) => username.toLowerCase() === name);
    if (user) people.set(name, user);
  }
  return people;
}
