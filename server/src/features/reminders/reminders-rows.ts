import { prepare } from "../../schema/tables.ts";
import type { ReminderNow } from "../logs/logs.ts";

export type ReminderRow = ReminderNow;

export const insertReminder = prepare<
  { user: number; message: number; room: number; remind_at: number; at: number },
  ReminderRow
>((build, param) =>
  build
    .insertInto("reminders")
    .values({
      user_id: param("user"),
      message_id: param("message"),
      room_id: param("room"),
      remind_at: param("remind_at"),
      created_at: param("at"),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll(),
);

export const moveReminder = prepare<{ id: number; remind_at: number }, ReminderRow>((build, param) =>
  build
    .updateTable("reminders")
    .set({ remind_at: param("remind_at"), is_due: 0 })
    .where("id", "=", param("id"))
    .returningAll(),
);

/** Its time has come; one that was given another time meanwhile waits for that. */
export const markDue = prepare<{ id: number; now: number }, ReminderRow>((build, param) =>
  build
    .updateTable("reminders")
    .set({ is_due: 1 })
    .where("id", "=", param("id"))
    .where("is_due", "=", 0)
    .where("remind_at", "<=", param("now"))
    .returningAll(),
);

export const deleteReminder = prepare<{ id: number }, ReminderRow>((build, param) =>
  build.deleteFrom("reminders").where("id", "=", param("id")).returningAll(),
);

export const countReminders = prepare<{ user: number }, { count: number }>((build, param) =>
  build
    .selectFrom("reminders")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("user_id", "=", param("user")),
);

/** With the message where the person may still read it, else null. */
export const remindersOf = prepare<{ user: number }, ReminderRow & { readable: number | null }>(
  (build, param) =>
    build
      .selectFrom("reminders")
      .leftJoin("messages", (join) =>
        join.onRef("messages.id", "=", "reminders.message_id").on("messages.deleted_at", "is", null),
      )
      .leftJoin("members", (join) =>
        join
          .onRef("members.room_id", "=", "messages.room_id")
          .onRef("members.user_id", "=", "reminders.user_id"),
      )
      .selectAll("reminders")
      .select((eb) =>
        eb.case().when("members.user_id", "is not", null).then(eb.ref("messages.id")).end().as("readable"),
      )
      .where("reminders.user_id", "=", param("user"))
      .orderBy("reminders.remind_at")
      .orderBy("reminders.id"),
);
