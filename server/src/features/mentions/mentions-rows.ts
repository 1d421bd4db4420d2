import { sql } from "kysely";
import { prepare } from "../../schema/tables.ts";

const heard = sql<boolean>`NOT EXISTS (SELECT 1 FROM blocks
  WHERE blocks.user_id = members.user_id AND blocks.blocked_id = messages.sender_id)`;

/** MENTION-1. By name, from the person's own index; and with everyone, from that of each of their rooms. */
export const mentionsBefore = prepare<{ user: number; below: number; limit: number }, { id: number }>(
  (build, param) => ({
    compile: () =>
      sql<{ id: number }>`SELECT found.id FROM (
          SELECT * FROM (SELECT mentions.message_id AS id FROM mentions
            CROSS JOIN members CROSS JOIN messages
            WHERE mentions.user_id = ${param("user")} AND mentions.message_id < ${param("below")}
              AND members.room_id = mentions.room_id AND members.user_id = mentions.user_id
              AND messages.id = mentions.message_id AND ${heard}
            ORDER BY mentions.message_id DESC LIMIT ${param("limit")}) AS by_name
          UNION
          SELECT * FROM (SELECT messages.id AS id FROM members CROSS JOIN messages
            WHERE members.user_id = ${param("user")} AND messages.room_id = members.room_id
              AND messages.mention_all = 1 AND messages.sender_id <> members.user_id
              AND messages.id < ${param("below")} AND ${heard}
            ORDER BY messages.id DESC LIMIT ${param("limit")}) AS with_all) AS found
        ORDER BY found.id DESC LIMIT ${param("limit")}`.compile(build),
  }),
);
