import type { Message } from "@parley/protocol/messages";
import type { Sql } from "../../schema/tables.ts";
import { talliesOf } from "../extras/extras.ts";
import { filesOf } from "../files/files.ts";
import { previewsOf } from "../links/links.ts";
import { type MessageRow, reactionsOn } from "./messages-rows.ts";
import { toMessage } from "./messages-rules.ts";

export async function presentOne(sql: Sql, row: MessageRow): Promise<Message> {
  const [message] = await present(sql, [row]);
  if (!message) throw new Error("a message that was read is not there");
  return message;
}

export async function present(sql: Sql, rows: readonly MessageRow[]): Promise<Message[]> {
  const reacted = rows.filter((row) => row.reaction_count > 0).map((row) => row.id);
  const carrying = rows.filter((row) => row.file_count > 0).map((row) => row.id);
  const linking = rows.filter((row) => row.preview_count > 0).map((row) => row.id);
  const reactions = await reactionsOn(sql, reacted);
  const files = await filesOf(sql, carrying);
  const previews = await previewsOf(sql, linking);
  const tallies = await talliesOf(sql, rows);
  return rows.map((row) =>
    toMessage(row, {
      reactions: reactions.filter((each) => each.message_id === row.id),
      files: files.filter((each) => each.message_id === row.id),
      previews: previews.filter((each) => each.message_id === row.id),
      tally: tallies.get(row.id),
    }),
  );
}
