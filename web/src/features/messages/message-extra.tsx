import type { Message } from "@parley/protocol/messages";
import { ContactCard, LocationCard } from "../cards/cards.tsx";
import { StickerPicture } from "../library/library.tsx";
import { PollCard } from "../polls/polls.tsx";

interface MessageExtraProps {
  message: Message;
  onProfile: (user: number) => void;
}

/** What a message holds beside words and files. */
export function MessageExtra({ message, onProfile }: MessageExtraProps) {
  const { poll, location, contact, sticker } = message;
  if (poll) return <PollCard message={message} poll={poll} />;
  if (location) return <LocationCard location={location} />;
  if (contact) return <ContactCard contact={contact} onProfile={onProfile} />;
  if (sticker) return <StickerPicture sticker={sticker} />;
  return null;
}
