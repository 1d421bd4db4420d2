import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";

/** MSG-9. One emoji as people know it (Unicode's RGI set), nothing else. */
const knownEmoji = /^\p{RGI_Emoji}$/v;

const ownEmoji = /^:([a-z0-9_-]{2,32}):$/;

/** The name of one of the server's own emoji, where it is written as such; anything else is an emoji or refused. */
export function ownEmojiIn(emoji: string): string | undefined {
  const name = ownEmoji.exec(emoji)?.[1];
  if (name === undefined && !knownEmoji.test(emoji)) throw unknownEmoji();
  return name;
}

export function unknownEmoji(): ChatError {
  return new ChatError("invalid", "this is not an emoji");
}

/** MSG-9. At most 20 different emoji stand on one message. */
export function requireRoomForEmoji(emoji: string, present: ReadonlySet<string>): void {
  if (!present.has(emoji) && present.size >= limits.messageReactions) {
    throw new ChatError("conflict", `a message holds at most ${limits.messageReactions} different emoji`);
  }
}
