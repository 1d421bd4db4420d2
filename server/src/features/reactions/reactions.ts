import type { Checked } from "@parley/protocol/contract";
import type { Message } from "@parley/protocol/messages";
import type { Actor, Tx } from "../../context.ts";
import { requireOpen } from "../access/access.ts";
import { requireReachableIn } from "../blocks/blocks.ts";
import { hasEmoji } from "../emoji/emoji.ts";
import { emit } from "../logs/logs.ts";
import { accessMessageForChange, presentOne } from "../messages/messages.ts";
import { countReactions, deleteReaction, emojiOn, insertReaction } from "./reactions-rows.ts";
import { ownEmojiIn, requireRoomForEmoji, unknownEmoji } from "./reactions-rules.ts";

/** MSG-9, EMOJI-8, BLOCK-3. Puts one's reaction on a message or takes it off; asked twice, it is as if asked once. */
export async function setReaction(tx: Tx, actor: Actor, input: Checked<"reaction.set">): Promise<Message> {
  const own = ownEmojiIn(input.emoji);
  const { row, room } = await accessMessageForChange(tx, actor, input.message);
  requireOpen(room);
  const place = { message: row.id, emoji: input.emoji, user: actor.user };
  if (input.on) {
    await requireReachableIn(tx.sql, actor.user, room);
    if (own !== undefined && !(await hasEmoji(tx.sql, own))) throw unknownEmoji();
    const present = await tx.sql.rows(emojiOn({ message: row.id }));
    requireRoomForEmoji(input.emoji, new Set(present.map((each) => each.emoji)));
  }
  const changed = await tx.sql.run(
    // The room is held: the event that tells of it is the next one.
    input.on ? insertReaction({ ...place, seq: room.head + 1 }) : deleteReaction(place),
  );
  if (changed === 0) return presentOne(tx.sql, row);
  const by = input.on ? 1 : -1;
  await tx.sql.run(countReactions({ message: row.id, by }));
  await emit(tx, room.id, {
    kind: "reaction.set",
    by: actor.user,
    message: row.id,
    emoji: input.emoji,
    on: input.on,
  });
  return presentOne(tx.sql, { ...row, reaction_count: row.reaction_count + by });
}
