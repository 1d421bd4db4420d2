import { prepare, type Sql } from "../../schema/tables.ts";

/** How many messages stand at or before a place in a room. */
export const ordinalAt = prepare<{ room: number; seq: number }, { ordinal: number }>((build, param) =>
  build
    .selectFrom("messages")
    .select("ordinal")
    .where("room_id", "=", param("room"))
    .where("seq", "<=", param("seq"))
    .orderBy("seq", "desc")
    .limit(1),
);

export const moveMarks = prepare<{
  room: number;
  user: number;
  read: number;
  ordinal: number;
  shown: number;
  delivered: number;
}>((build, param) =>
  build
    .updateTable("members")
    .set({
      read_seq: param("read"),
      read_ordinal: param("ordinal"),
      shown_seq: param("shown"),
      delivered_seq: param("delivered"),
    })
    .where("room_id", "=", param("room"))
    .where("user_id", "=", param("user")),
);

export const insertMarkMove = prepare<{
  room: number;
  user: number;
  mark: "read" | "delivered";
  seq: number;
  at: number;
}>((build, param) =>
  build
    .insertInto("mark_moves")
    .values({
      room_id: param("room"),
      user_id: param("user"),
      mark: param("mark"),
      seq: param("seq"),
      at: param("at"),
    })
    .onConflict((conflict) => conflict.doNothing()),
);

export interface ReceiptRow {
  user_id: number;
  joined_at: number;
  read_at: number | null;
  delivered_at: number | null;
}

/** A room's people, and when the first move of each of their marks that covered a message was made. */
export const firstMoves = prepare<{ room: number; seq: number }, ReceiptRow>((build, param) =>
  build
    .selectFrom("members")
    .select(["user_id", "joined_at"])
    .select((eb) => {
      const firstMove = (mark: "read" | "delivered") =>
        eb
          .selectFrom("mark_moves")
          .select("mark_moves.at")
          .whereRef("mark_moves.room_id", "=", "members.room_id")
          .whereRef("mark_moves.user_id", "=", "members.user_id")
          .where("mark_moves.mark", "=", mark)
          .where("mark_moves.seq", ">=", param("seq"))
          .orderBy("mark_moves.seq")
          .limit(1);
      return [firstMove("read").as("read_at"), firstMove("delivered").as("delivered_at")];
    })
    .where("members.room_id", "=", param("room"))
    .orderBy("members.user_id"),
);

/** When each person first said something after a place in a room, among so many messages. */
export const firstWords = prepare<
  { room: number; seq: number; among: number },
  { sender_id: number; at: number }
>((build, param) =>
  build
    .selectFrom(
      build
        .selectFrom("messages")
        .select(["sender_id", "created_at"])
        .where("room_id", "=", param("room"))
        .where("seq", ">", param("seq"))
        .where("in_thread", "=", 0)
        .orderBy("seq")
        .limit(param("among"))
        .as("later"),
    )
    .select("sender_id")
    .select((eb) => eb.fn.min<number>("created_at").as("at"))
    .groupBy("sender_id"),
);

export interface MarkRow {
  room_id: number;
  head: number;
  user_id: number;
  shown_seq: number;
  delivered_seq: number;
}

export async function marksOfRooms(
  sql: Sql,
  rooms: readonly number[],
  most: { members: number },
): Promise<MarkRow[]> {
  return sql.rows(
    sql.build
      .selectFrom("members")
      .innerJoin("rooms", "rooms.id", "members.room_id")
      .select([
        "members.room_id",
        "rooms.head",
        "members.user_id",
        "members.shown_seq",
        "members.delivered_seq",
      ])
      .where("members.room_id", "in", rooms)
      .where("rooms.member_count", "<=", most.members),
  );
}

export const roomCounts = prepare<
  { room: number },
  { head: number; ordinal: number; last_message_at: number | null }
>((build, param) =>
  build.selectFrom("rooms").select(["head", "ordinal", "last_message_at"]).where("id", "=", param("room")),
);

export const readOrdinals = prepare<
  { room: number },
  { user_id: number; read_seq: number; read_ordinal: number }
>((build, param) =>
  build
    .selectFrom("members")
    .select(["user_id", "read_seq", "read_ordinal"])
    .where("room_id", "=", param("room")),
);

/** Mentions that their people have not read, of one room, but for those by whom they block (BLOCK-4). */
export const unreadMentions = prepare<{ room: number }, { user_id: number; count: number }>((build, param) =>
  build
    .selectFrom("mentions")
    .innerJoin("members", (join) =>
      join
        .onRef("members.room_id", "=", "mentions.room_id")
        .onRef("members.user_id", "=", "mentions.user_id")
        .onRef("members.read_seq", "<", "mentions.seq"),
    )
    .select("mentions.user_id as user_id")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("mentions.room_id", "=", param("room"))
    .where("mentions.in_thread", "=", 0)
    .where(({ exists, not, selectFrom }) =>
      not(
        exists(
          selectFrom("messages")
            .innerJoin("blocks", "blocks.blocked_id", "messages.sender_id")
            .select("blocks.user_id")
            .whereRef("messages.id", "=", "mentions.message_id")
            .whereRef("blocks.user_id", "=", "mentions.user_id"),
        ),
      ),
    )
    .groupBy("mentions.user_id"),
);

export const mentionsOfAll = prepare<{ room: number }, { seq: number; sender_id: number }>((build, param) =>
  build
    .selectFrom("messages")
    .select(["seq", "sender_id"])
    .where("room_id", "=", param("room"))
    .where("mention_all", "=", 1)
    .orderBy("seq"),
);

/** BLOCK-4. Mentions of everyone, and each person of the room whom they do not reach: they block the sender. */
export const unheardMentionsOfAll = prepare<{ room: number }, { user_id: number; seq: number }>(
  (build, param) =>
    build
      .selectFrom("messages")
      .innerJoin("blocks", "blocks.blocked_id", "messages.sender_id")
      .innerJoin("members", (join) =>
        join
          .onRef("members.room_id", "=", "messages.room_id")
          .onRef("members.user_id", "=", "blocks.user_id"),
      )
      .select(["members.user_id", "messages.seq"])
      .where("messages.room_id", "=", param("room"))
      .where("messages.mention_all", "=", 1),
);
