import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";

/** MSG-9. One emoji as people know it (Unicode's RGI set), nothing else. */
const knownEmoji = /^\p{RGI_Emoji}$/v;

export function requireKnownEmoji(emoji: string): void {
  if (!knownEmoji.test(emoji)) throw new ChatError("invalid", "this is not an emoji");
}

/** MSG-9. At most 20 different emoji stand on one message. */
export function requireRoomForEmoji(emoji: string, present: ReadonlySet<string>): void {
  if (!present.has(emoji) && present.size >= limits.messageReactions) {
    throw new ChatError("conflict", `a message holds at most ${limits.messageReactions} different emoji`);
  }
}
