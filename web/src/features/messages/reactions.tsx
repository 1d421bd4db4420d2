import type { Message } from "@parley/protocol/messages";
import clsx from "clsx";
import { useEffect } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { listOf, useText } from "../../ui/text.ts";
import { personIn, shownName } from "../users/users.tsx";
import { withOwnEmoji } from "./own-emoji.tsx";

interface ReactionsProps {
  message: Message;
  reactions: NonNullable<Message["reactions"]>;
}

/** Who reacted with what; a press joins in or takes back. */
export function Reactions({ message, reactions }: ReactionsProps) {
  return (
    <ul className="flex flex-wrap gap-1 py-0.5">
      {reactions.map(({ emoji, users }) => (
        <li key={emoji}>
          <Reaction message={message} emoji={emoji} users={users} />
        </li>
      ))}
    </ul>
  );
}

const namesShown = 10;

function Reaction({ message, emoji, users }: { message: Message; emoji: string; users: number[] }) {
  const t = useText();
  const client = useClient();
  const me = useView(({ state }) => state.user);
  const isMine = users.includes(me);
  useEffect(() => client.want(users.slice(0, namesShown)), [client, users]);
  const title = useView((view) => {
    const name = (user: number) => (user === me ? t("people.you") : shownName(personIn(view, user), t));
    return listOf(users.slice(0, namesShown).map(name));
  });
  return (
    <button
      type="button"
      title={`${emoji} ${title}`}
      aria-pressed={isMine}
      aria-label={t("reaction.label", { emoji, count: users.length, names: title })}
      onClick={() => void client.react(message.id, emoji, !isMine)}
      className={clsx(
        "flex min-h-7 items-center gap-1 rounded-full border px-2 text-sm",
        isMine ? "border-accent bg-tint" : "border-edge/40 bg-raised hover:bg-hover",
      )}
    >
      <span>{withOwnEmoji(emoji)}</span>
      <span className="text-xs font-medium">{users.length}</span>
    </button>
  );
}
