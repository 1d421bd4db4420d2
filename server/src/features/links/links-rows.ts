import { prepare, type Sql } from "../../schema/tables.ts";

export interface PreviewRow {
  message_id: number;
  url: string;
  title: string;
  description: string;
  site: string;
  picture: string | null;
  width: number | null;
  height: number | null;
}

/** What is shown under these messages. */
export async function shownPreviews(sql: Sql, messages: readonly number[]): Promise<PreviewRow[]> {
  if (messages.length === 0) return [];
  return sql.rows(
    sql.build
      .selectFrom("link_previews")
      .innerJoin("link_pages", "link_pages.id", "link_previews.page_id")
      .select(["link_previews.message_id", "link_previews.url", "link_pages.title", "link_pages.description"])
      .select(["link_pages.site", "link_pages.picture", "link_pages.width", "link_pages.height"])
      .where("link_previews.message_id", "in", messages)
      .where("link_previews.state", "=", "shown")
      .orderBy("link_previews.message_id")
      .orderBy("link_previews.place"),
  );
}

export const deleteOfMessage = prepare<{ message: number }>((build, param) =>
  build.deleteFrom("link_previews").where("message_id", "=", param("message")),
);

export const deleteOfRoom = prepare<{ room: number }>((build, param) =>
  build
    .deleteFrom("link_previews")
    .where("message_id", "in", (eb) =>
      eb.selectFrom("messages").select("id").where("room_id", "=", param("room")),
    ),
);

/** Those of a message to other pages than these. */
export function deleteOthers(sql: Sql, message: number, hashes: readonly string[]) {
  const query = sql.build.deleteFrom("link_previews").where("message_id", "=", message);
  return hashes.length > 0 ? query.where("url_hash", "not in", hashes) : query;
}

export const countShown = prepare<{ message: number }>((build, param) =>
  build
    .updateTable("messages")
    .set((eb) => ({
      preview_count: eb
        .selectFrom("link_previews")
        .select((inner) => inner.fn.countAll<number>().as("count"))
        .where("message_id", "=", param("message"))
        .where("state", "=", "shown"),
    }))
    .where("id", "=", param("message")),
);
