import type { Migration } from "../migrate.ts";

export const threads: Migration = {
  name: "0040-threads",
  statements: () => [
    `ALTER TABLE messages ADD COLUMN replied_at BIGINT`,
    // Of answers that were deleted the time is not looked for: the partial index does not know them.
    `UPDATE messages SET
      replied_at = (SELECT max(reply.created_at) FROM messages AS reply WHERE reply.reply_to = messages.id AND reply.deleted_at IS NULL)
      WHERE reply_count > 0`,
  ],
};
