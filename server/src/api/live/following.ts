import type { RoomEvent, UserEvent } from "@parley/protocol/events";
import type { Membership } from "@parley/protocol/rooms";
import { roleIn } from "../../features/access/access.ts";
import type { Connection } from "./connection.ts";
import type { Live } from "./live.ts";
import type { Person } from "./people.ts";
import type { RoomFeed } from "./room-feeds.ts";

/** What events mean for sockets: who hears which room, and whose socket is closed. */
export class Following {
  constructor(private readonly live: Live) {}

  /** LIVE-5. Whoever left hears nothing after the event that says so. */
  followRoom(feed: RoomFeed, event: RoomEvent): void {
    if (event.kind === "member.left") {
      for (const connection of this.live.people.of(event.user)) this.takeOut(connection, feed.room);
    } else if (event.kind === "room.deleted") {
      for (const connection of [...feed.full, ...feed.short]) this.takeOut(connection, feed.room);
    }
  }

  /** LIVE-6, BLOCK-6. What a private event means for a person's sockets. */
  followUser({ user, connections: devices }: Person, event: UserEvent): void {
    if (event.kind === "block.set") this.live.apart.note(user, event.user, event.on);
    for (const connection of devices) {
      if (event.kind === "session.ended") this.live.endSession(connection.user, event.session);
      else if (event.kind === "room.disappeared") this.takeOut(connection, event.room);
      else if (event.kind === "room.appeared") this.takeIn(connection, event.room);
      else if (event.kind === "user.updated") this.live.refresh(connection);
    }
  }

  private takeOut(connection: Connection, room: number): void {
    connection.arriving?.entered.delete(room);
    connection.arriving?.left.add(room);
    connection.entering?.delete(room);
    this.live.detach(connection, room);
  }

  private takeIn(connection: Connection, room: Membership): void {
    // An old event of a room that the person has left since.
    if (room.role === null) return;
    if (connection.arriving) {
      connection.arriving.left.delete(room.id);
      connection.arriving.entered.set(room.id, room);
    } else if (!this.live.hears(connection, room.id)) {
      const told = this.live.feeds.get(room.id)?.cursor ?? 0;
      if (told <= room.head) this.live.attach(connection, room, room.head);
      else this.enterLate(connection, room).catch((error) => this.live.failed(error));
    }
  }

  /** LIVE-5. The room's feed is past this entry: it may have told that the person left again. */
  private async enterLate(connection: Connection, room: Membership): Promise<void> {
    connection.entering ??= new Set();
    connection.entering.add(room.id);
    const role = await roleIn(this.live.context.database, connection.user, room.id);
    if (!connection.entering.delete(room.id) || role === null) return;
    if (connection.isOpen && !this.live.hears(connection, room.id))
      this.live.attach(connection, room, room.head);
  }
}
