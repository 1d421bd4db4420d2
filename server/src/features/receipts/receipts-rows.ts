import { prepare } from "../../schema/tables.ts";

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
  delivered: number;
}>((build, param) =>
  build
    .updateTable("members")
    .set({ read_seq: param("read"), read_ordinal: param("ordinal"), delivered_seq: param("delivered") })
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

/** Each person's marks, and when the first move that covered a message was made. */
export const marksCovering = prepare<
  { room: number; seq: number },
  { user_id: number; mark: "read" | "delivered"; at: number }
>((build, param) =>
  build
    .selectFrom("mark_moves")
    .select(["user_id", "mark"])
    .select((eb) => eb.fn.min<number>("at").as("at"))
    .where("room_id", "=", param("room"))
    .where("seq", ">=", param("seq"))
    .groupBy(["user_id", "mark"]),
);

export const membersWithMarks = prepare<
  { room: number },
  { user_id: number; read_seq: number; delivered_seq: number; joined_at: number }
>((build, param) =>
  build
    .selectFrom("members")
    .select(["user_id", "read_seq", "delivered_seq", "joined_at"])
    .where("room_id", "=", param("room"))
    .orderBy("user_id"),
);

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

/** Mentions that their people have not read, of one room. */
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
    .groupBy("mentions.user_id"),
);

export const mentionsOfAll = prepare<{ room: number }, { seq: number }>((build, param) =>
  build
    .selectFrom("messages")
    .select("seq")
    .where("room_id", "=", param("room"))
    .where("mention_all", "=", 1)
    .orderBy("seq"),
);
