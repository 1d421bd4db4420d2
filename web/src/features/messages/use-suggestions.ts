import { useEffect, useState } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import type { View } from "../../client/view.ts";
import { allEmoji, searchEmoji } from "../../ui/emoji.ts";
import { useText } from "../../ui/text.ts";
import type { Query, Suggestion } from "./completion.ts";

const most = 8;

/** What fits what is being typed. Earlier suggestions go as soon as they no longer fit. */
export function useSuggestions(room: number, query: Query | null): Suggestion[] {
  const t = useText();
  const client = useClient();
  const kind = useView(({ state }) => state.rooms.get(room)?.room.kind);
  const member_count = useView(({ state }) => state.rooms.get(room)?.room.member_count ?? 0);
  const library = useView((view) => view.library);
  const [found, setFound] = useState<{ key: string; suggestions: Suggestion[] }>({
    key: "",
    suggestions: [],
  });
  const key = query ? `${query.kind} ${query.words}` : "";
  const wanted = query?.kind;
  const words = query?.words ?? "";
  useEffect(() => {
    if (!wanted) return;
    let isWanted = true;
    const show = (suggestions: Suggestion[]) => isWanted && setFound({ key, suggestions });
    const all: Suggestion[] =
      kind !== "direct" && "all".startsWith(words.toLowerCase())
        ? [{ key: "all", insert: "@all ", label: "@all", more: t("compose.all") }]
        : [];
    if (wanted === "person") {
      client.roomPeople.find({ id: room, member_count }, words, most).then(
        (people) =>
          show([
            ...people.map(({ id, username, display_name }) => ({
              key: String(id),
              insert: `@${username} `,
              label: display_name,
              more: `@${username}`,
              user: id,
            })),
            ...all,
          ]),
        () => show(all),
      );
    } else if (wanted === "emoji") {
      client.personal.library.get().then(
        (library) => library.want(),
        () => undefined,
      );
      const own = ownFor(library, words);
      allEmoji().then(
        (emoji) =>
          show([
            ...own,
            ...searchEmoji(emoji, words, most - own.length).map((each) => ({
              key: each.emoji,
              insert: `${each.emoji} `,
              label: each.name,
              more: `:${each.shortNames[0]}:`,
              emoji: each.emoji,
            })),
          ]),
        () => show(own),
      );
    } else show(commandsFor(words, t));
    return () => {
      isWanted = false;
    };
  }, [client, room, kind, member_count, wanted, words, key, library, t]);
  return query && found.key === key ? found.suggestions : [];
}

/** How many of the server's own emoji are offered before others. */
const mostOwn = 4;

/** The server's own emoji whose names begin with what is typed, then those that hold it. */
function ownFor(library: View["library"], words: string): Suggestion[] {
  const sought = words.toLowerCase();
  return [...(library?.emoji ?? [])]
    .filter(([name]) => name.includes(sought))
    .sort(([one], [other]) => Number(other.startsWith(sought)) - Number(one.startsWith(sought)))
    .slice(0, mostOwn)
    .map(([name, picture]) => ({ key: `own ${name}`, insert: `:${name}: `, label: `:${name}:`, picture }));
}

/** Words that are put in for a command; COMPLETE-1 says what each becomes. */
const commands = [
  { name: "shrug", insert: "¯\\\\_(ツ)_/¯ " },
  { name: "code", insert: "```\n\n```" },
  { name: "quote", insert: "> " },
  { name: "all", insert: "@all " },
] as const;

function commandsFor(words: string, t: ReturnType<typeof useText>): Suggestion[] {
  return commands
    .filter(({ name }) => name.startsWith(words))
    .map(({ name, insert }) => ({
      key: name,
      insert,
      label: `/${name}`,
      more: t(`compose.command.${name}`),
    }));
}
