import { ChartNoAxesColumn, type LucideIcon, MapPin, User } from "lucide-react";
import type { OutboxEntry } from "../../client/outbox-storage.ts";
import { useView } from "../../client/use-client.ts";
import { StickerPicture } from "../library/library.tsx";
import { usePersonName } from "../users/users.tsx";

/** What a message on its way holds, in a line. */
export function WaitingExtra({ entry }: { entry: OutboxEntry }) {
  const { poll, location, contact, sticker } = entry;
  if (poll) return <Line icon={ChartNoAxesColumn} text={poll.question} />;
  if (location) {
    const { label, latitude, longitude } = location;
    return <Line icon={MapPin} text={label ?? `${latitude}, ${longitude}`} />;
  }
  if (sticker !== undefined) return <WaitingSticker id={sticker} />;
  if (!contact) return null;
  if ("user" in contact) return <PersonLine user={contact.user} />;
  return <Line icon={User} text={"name" in contact ? contact.name : "vCard"} />;
}

function WaitingSticker({ id }: { id: number }) {
  const packs = useView(({ library }) => library?.packs);
  const sticker = packs?.flatMap((pack) => pack.stickers).find((each) => each.id === id);
  return sticker ? <StickerPicture sticker={sticker} /> : null;
}

function PersonLine({ user }: { user: number }) {
  return <Line icon={User} text={usePersonName(user)} />;
}

function Line({ icon: Icon, text }: { icon: LucideIcon; text: string }) {
  return (
    <p className="flex items-center gap-2 text-[0.95rem]">
      <Icon aria-hidden size={17} className="shrink-0 text-accent" />
      <span dir="auto" className="min-w-0 break-words">
        {text}
      </span>
    </p>
  );
}
