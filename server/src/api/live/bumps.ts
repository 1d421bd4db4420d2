import { unreadCounts } from "../../features/receipts/receipts.ts";
import type { Sql } from "../../schema/tables.ts";
import type { Connection } from "./connection.ts";
import type { People } from "./people.ts";
import type { RoomFeed, RoomFeeds } from "./room-feeds.ts";

/** LIVE-9. Tells heads and counts of rooms that moved to those who hear them in short; called once a second. */
export async function bumpFrames(sql: Sql, feeds: RoomFeeds, people: People): Promise<void> {
  const moved = [...feeds.all()].filter((feed) => feed.short.size > 0 && feed.cursor > feed.bumped);
  for (const feed of moved) await bump(sql, feed, people);
}

async function bump(sql: Sql, feed: RoomFeed, people: People): Promise<void> {
  const head = feed.cursor;
  feed.bumped = head;
  const { last_message_at, counts } = await unreadCounts(sql, feed.room);
  for (const [user, count] of counts) {
    const listening = [...people.of(user)].filter((each: Connection) => feed.short.has(each));
    if (listening.length === 0) continue;
    const rooms = [{ room: feed.room, head, ...count, last_message_at }];
    const frame = JSON.stringify({ type: "bump", rooms });
    for (const connection of listening) connection.pushLossy(frame);
  }
}
