import type { Message } from "@parley/protocol/messages";
import { useEffect, useMemo } from "react";
import { useClient, useView } from "../../client/use-client.ts";
import { personIn } from "../users/users.tsx";
import { isExtra, MessageExtra } from "./lazy-message-extra.tsx";
import { type MentionNames, MessageText } from "./message-text.tsx";

/** What a message says, files apart. */
export function Content({ message, onProfile }: { message: Message; onProfile: (user: number) => void }) {
  if (isExtra(message)) return <MessageExtra message={message} onProfile={onProfile} />;
  if (message.text === "") return null;
  return (
    <div className="text-[0.95rem] leading-relaxed break-words compact:text-sm">
      <Body message={message} />
    </div>
  );
}

const nobody: readonly number[] = [];

function Body({ message }: { message: Message }) {
  const { mentions: ids = nobody, mention_all = false } = message;
  const own = useView(({ session }) => (session.status === "signed_in" ? session.user.username : ""));
  // One word for all the names: it changes only when one of them does.
  const names = useView((view) =>
    ids.map((id) => personIn(view, id)?.username.toLowerCase() ?? "").join(" "),
  );
  const client = useClient();
  useEffect(() => client.want(ids), [client, ids]);
  const mentions = useMemo<MentionNames>(
    () => ({ usernames: new Set(names.split(" ")), all: mention_all, own }),
    [names, mention_all, own],
  );
  return <MessageText owner={message} text={message.text} mentions={mentions} />;
}
