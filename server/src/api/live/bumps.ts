import type { ServerFrame } from "@parley/protocol/frames";
import { membershipsOf } from "../../features/access/access.ts";
import { unreadCounts } from "../../features/receipts/receipts.ts";
import type { Sql } from "../../schema/tables.ts";
import type { Connection } from "./connection.ts";
import type { People } from "./people.ts";
import type { RoomFeed, RoomFeeds } from "./room-feeds.ts";

type Bump = Extract<ServerFrame, { type: "bump" }>["rooms"][number];

/** LIVE-9. Tells heads and counts of rooms that moved to those who hear them in short; called once a second. */
export async function bumpFrames(sql: Sql, feeds: RoomFeeds, people: People): Promise<void> {
  const moved = [...feeds.all()].filter((feed) => feed.short.size > 0 && feed.cursor > feed.bumped);
  for (const feed of moved) await bump(sql, feed, people);
}

/** Tells one connection where a room that it hears in short stands. */
export async function bumpOne(sql: Sql, feed: RoomFeed, connection: Connection): Promise<void> {
  const head = feed.cursor;
  const [found] = await membershipsOf(sql, connection.user, { after: feed.room - 1, limit: 1 });
  if (found?.id !== feed.room || !feed.short.has(connection)) return;
  const { unread, mentions, last_message_at, last_message } = found;
  connection.pushLossy(bumpFrame({ room: feed.room, head, unread, mentions, last_message_at, last_message }));
}

async function bump(sql: Sql, feed: RoomFeed, people: People): Promise<void> {
  // Read before the counts: whoever is taken out meanwhile hears nothing, and nobody hears of a later head.
  const head = feed.cursor;
  const { last_message_at, last_message, counts } = await unreadCounts(sql, feed.room);
  feed.bumped = Math.max(feed.bumped, head);
  for (const [user, count] of counts) {
    const listening = [...people.of(user)].filter((each) => feed.short.has(each));
    if (listening.length === 0) continue;
    const frame = bumpFrame({ room: feed.room, head, ...count, last_message_at, last_message });
    for (const connection of listening) connection.pushLossy(frame);
  }
}

function bumpFrame(room: Bump): string {
  return JSON.stringify({ type: "bump", rooms: [room] });
}
