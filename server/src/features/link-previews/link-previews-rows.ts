import { prepare, type Sql } from "../../schema/tables.ts";

export interface LinkRow {
  url_hash: string;
  url: string;
  page_id: number;
  state: "waiting" | "shown" | "removed";
}

export const linksOfMessage = prepare<{ message: number }, LinkRow & { page_state: string | null }>(
  (build, param) =>
    build
      .selectFrom("link_previews")
      .leftJoin("link_pages", "link_pages.id", "link_previews.page_id")
      .select(["link_previews.url_hash", "link_previews.url", "link_previews.page_id", "link_previews.state"])
      .select("link_pages.state as page_state")
      .where("link_previews.message_id", "=", param("message"))
      .orderBy("link_previews.place"),
);

export const linkOfMessage = prepare<{ message: number; hash: string }, LinkRow>((build, param) =>
  build
    .selectFrom("link_previews")
    .select(["url_hash", "url", "page_id", "state"])
    .where("message_id", "=", param("message"))
    .where("url_hash", "=", param("hash")),
);

export const insertLink = prepare<{
  message: number;
  hash: string;
  url: string;
  place: number;
  page: number;
}>((build, param) =>
  build.insertInto("link_previews").values({
    message_id: param("message"),
    url_hash: param("hash"),
    url: param("url"),
    place: param("place"),
    page_id: param("page"),
    state: "waiting",
  }),
);

export const setLink = prepare<{ message: number; hash: string; place: number; url: string }>(
  (build, param) =>
    build
      .updateTable("link_previews")
      .set({ place: param("place"), url: param("url") })
      .where("message_id", "=", param("message"))
      .where("url_hash", "=", param("hash")),
);

export const setLinkState = prepare<{ message: number; hash: string; state: "shown" | "removed" }>(
  (build, param) =>
    build
      .updateTable("link_previews")
      .set({ state: param("state") })
      .where("message_id", "=", param("message"))
      .where("url_hash", "=", param("hash")),
);

/** The previews of a message are others: so is the message. */
export const showPreviews = prepare<{ message: number; count: number }>((build, param) =>
  build
    .updateTable("messages")
    .set((eb) => ({ preview_count: param("count"), version: eb("version", "+", 1) }))
    .where("id", "=", param("message")),
);

export interface PageRow {
  id: number;
  url_hash: string;
  url: string | null;
  host: string | null;
  tries: number;
}

/** The newest of a page since a moment. Held until the commit: it is not finished meanwhile. */
export const holdPage = prepare<{ hash: string; since: number }, { id: number; state: string }>(
  (build, param) =>
    build
      .updateTable("link_pages")
      .set((eb) => ({ url_hash: eb.ref("url_hash") }))
      .where("id", "=", (eb) =>
        eb
          .selectFrom("link_pages as other")
          .select((inner) => inner.fn.max("other.id").as("id"))
          .where("other.url_hash", "=", param("hash"))
          .where("other.at", ">", param("since")),
      )
      .returning(["id", "state"]),
);

export const insertPage = prepare<
  { hash: string; url: string; host: string; by: number; at: number },
  { id: number; state: string }
>((build, param) =>
  build
    .insertInto("link_pages")
    .values({
      url_hash: param("hash"),
      url: param("url"),
      host: param("host"),
      state: "wanted",
      asked_by: param("by"),
      at: param("at"),
      due_at: param("at"),
    })
    .returning(["id", "state"]),
);

export const countWanted = prepare<{ by: number }, { total: number; own: number }>((build, param) =>
  build
    .selectFrom("link_pages")
    .select((eb) => [
      eb.fn.countAll<number>().as("total"),
      eb.fn
        .coalesce(
          eb.fn.sum<number>(eb.case().when("asked_by", "=", param("by")).then(1).else(0).end()),
          eb.lit(0),
        )
        .as("own"),
    ])
    .where("state", "=", "wanted"),
);

export function nextWanted(sql: Sql, of: { now: number; not: readonly string[] }) {
  const due = sql.build
    .selectFrom("link_pages")
    .select("id")
    .where("state", "=", "wanted")
    .where("due_at", "<=", of.now)
    .where("leased_until", "<=", of.now)
    .limit(1);
  return of.not.length > 0 ? due.where("host", "not in", of.not) : due;
}

/** The next page that is due, of a host that nobody here looks at now. */
export function leaseNext(sql: Sql, of: { now: number; until: number; not: readonly string[] }) {
  const { now, until, not } = of;
  return sql.build
    .updateTable("link_pages")
    .set((eb) => ({ leased_until: until, tries: eb("tries", "+", 1) }))
    .where("id", "=", (eb) => {
      const due = eb
        .selectFrom("link_pages as other")
        .select("other.id")
        .where("other.state", "=", "wanted")
        .where("other.due_at", "<=", now)
        .where("other.leased_until", "<=", now)
        .orderBy("other.due_at")
        .limit(1);
      return not.length > 0 ? due.where("other.host", "not in", not) : due;
    })
    .where("leased_until", "<=", now)
    .returning(["id", "url_hash", "url", "host", "tries"]);
}

/** Messages that wait for a page. */
export const waitingFor = prepare<{ page: number; limit: number }, { message_id: number; room_id: number }>(
  (build, param) =>
    build
      .selectFrom("link_previews")
      .innerJoin("messages", "messages.id", "link_previews.message_id")
      .select(["link_previews.message_id", "messages.room_id"])
      .where("link_previews.page_id", "=", param("page"))
      .where("link_previews.state", "=", "waiting")
      .limit(param("limit")),
);

export const putOffPage = prepare<{ id: number; at: number }>((build, param) =>
  build
    .updateTable("link_pages")
    .set({ due_at: param("at"), leased_until: 0 })
    .where("id", "=", param("id"))
    .where("state", "=", "wanted"),
);

/** Where it stands is forgotten. */
export const finishPage = prepare<
  {
    id: number;
    state: "made" | "nothing";
    title: string;
    description: string;
    site: string;
    picture: string | null;
    width: number | null;
    height: number | null;
    at: number;
  },
  { id: number }
>((build, param) =>
  build
    .updateTable("link_pages")
    .set({
      url: null,
      host: null,
      state: param("state"),
      title: param("title"),
      description: param("description"),
      site: param("site"),
      picture: param("picture"),
      width: param("width"),
      height: param("height"),
      at: param("at"),
    })
    .where("id", "=", param("id"))
    .where("state", "=", "wanted")
    .returning("id"),
);

export const deletePage = prepare<{ id: number }>((build, param) =>
  build.deleteFrom("link_pages").where("id", "=", param("id")),
);

/** Pages that are old and that no message shows. */
export const deleteOldPages = prepare<{ before: number; limit: number }>((build, param) =>
  build.deleteFrom("link_pages").where("id", "in", (eb) =>
    eb
      .selectFrom("link_pages as other")
      .select("other.id")
      .where("other.at", "<", param("before"))
      .where(({ exists, not, selectFrom }) =>
        not(
          exists(
            selectFrom("link_previews")
              .select("link_previews.message_id")
              .whereRef("link_previews.page_id", "=", "other.id"),
          ),
        ),
      )
      .orderBy("other.at")
      .limit(param("limit")),
  ),
);

/** Which of these names are those of a page's picture. */
export async function picturesAmong(sql: Sql, names: readonly string[]): Promise<Set<string>> {
  const rows = await sql.rows(
    sql.build.selectFrom("link_pages").select("picture").where("picture", "in", names),
  );
  return new Set(rows.flatMap(({ picture }) => (picture === null ? [] : [picture])));
}
