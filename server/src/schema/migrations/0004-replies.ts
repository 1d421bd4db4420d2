import type { Migration } from "../migrate.ts";

export const replies: Migration = {
  name: "0004-replies",
  statements: () => [
    `ALTER TABLE messages ADD COLUMN reply_count BIGINT NOT NULL DEFAULT 0`,
    `ALTER TABLE messages ADD COLUMN replied_seq BIGINT`,
    // Partial: a message that answers none costs it nothing.
    `CREATE INDEX messages_replies ON messages (reply_to, seq) WHERE reply_to IS NOT NULL AND deleted_at IS NULL`,
    `UPDATE messages SET
      reply_count = (SELECT count(*) FROM messages AS reply WHERE reply.reply_to = messages.id AND reply.deleted_at IS NULL),
      replied_seq = (SELECT max(reply.seq) FROM messages AS reply WHERE reply.reply_to = messages.id AND reply.deleted_at IS NULL)
      WHERE id IN (SELECT reply_to FROM messages AS reply WHERE reply_to IS NOT NULL AND deleted_at IS NULL)`,
  ],
};
