import type { File } from "@parley/protocol/files";
import { Paperclip } from "lucide-react";
import type { ReactNode } from "react";
import { useView } from "../../client/use-client.ts";
import { Link } from "../../ui/address.tsx";
import { useText } from "../../ui/text.ts";
import { dateAndTime } from "../../ui/times.ts";
import { wordsOf } from "../files/files.tsx";
import { PersonAvatar, usePersonName } from "../users/users.tsx";
import type { Hit } from "./use-found.ts";

/** Characters of the text before its first match that are shown. */
const lead = 80;

/** A message that was found. All of it leads to where it stands. */
export function SearchHit({ hit, room, onOpen }: { hit: Hit; room: string; onOpen: () => void }) {
  const { message, highlights, files = [] } = hit;
  const name = usePersonName(message.sender);
  const t = useText();
  // Who comes back to the list may have seen it go meanwhile.
  const isGone = useView(
    ({ state }) => state.rooms.get(message.room)?.messages.get(message.id)?.deleted_at !== undefined,
  );
  const isWordless = message.text === "" && files.length === 0;
  return (
    <Link
      href={`/rooms/${message.room}?message=${message.id}`}
      data-hit={message.id}
      onClick={onOpen}
      className="flex gap-3 rounded-xl border bg-raised p-3 hover:bg-hover"
    >
      <PersonAvatar user={message.sender} />
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-baseline gap-x-2 text-sm">
          <b dir="auto" className="font-semibold">
            {name}
          </b>
          <span dir="auto" className="min-w-0 truncate text-accent">
            {room}
          </span>
          <time dateTime={message.created_at} className="text-xs text-soft">
            {dateAndTime(message.created_at)}
          </time>
        </span>
        {isGone && <span className="text-sm text-soft italic">{t("message.deleted")}</span>}
        {!isGone && message.text !== "" && (
          <span dir="auto" className="line-clamp-4 text-sm break-words whitespace-pre-wrap">
            {highlighted(message.text, highlights)}
          </span>
        )}
        {!isGone && isWordless && <span className="text-sm break-words">{wordsOf(t, message)}</span>}
        {!isGone &&
          files.map((found) => {
            const file = message.files?.find(({ id }) => id === found.file);
            return file && <FoundFile key={found.file} file={file} found={found} />;
          })}
      </span>
    </Link>
  );
}

type FoundFileProps = { file: File; found: NonNullable<Hit["files"]>[number] };

function FoundFile({ file, found }: FoundFileProps) {
  return (
    <span className="mt-1 flex items-start gap-1.5 text-sm">
      <Paperclip aria-hidden size={15} className="mt-0.5 shrink-0 text-soft" />
      <span className="min-w-0 break-words">
        <span dir="auto">{highlighted(file.name, found.name)}</span>
        {file.alt && (
          <span dir="auto" className="block text-soft">
            {highlighted(file.alt, found.alt)}
          </span>
        )}
      </span>
    </span>
  );
}

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
