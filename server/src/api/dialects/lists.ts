import { limits } from "@parley/protocol/limits";
import type { Presence } from "@parley/protocol/presence";
import type { Member, Membership, Room } from "@parley/protocol/rooms";
import type { Account } from "@parley/protocol/users";
import type { DialectCall } from "./route.ts";

type Asking = Pick<DialectCall, "ask">;

/** Pages of a list that a dialect gives in one piece, at most. */
const mostPages = 50;

/** The caller's rooms, by id. The documented systems give them all at once. */
export async function ownRooms(call: Asking): Promise<Membership[]> {
  return allPages((cursor) =>
    call
      .ask("room.list", { limit: limits.pageMax, ...cursor })
      .then(({ rooms, next }) => ({ items: rooms, next })),
  );
}

/** Public channels, whether the caller is in them or not, by name. */
export async function publicRooms(call: Asking): Promise<Membership[]> {
  return allPages((cursor) =>
    call
      .ask("room.browse", { limit: limits.pageMax, ...cursor })
      .then(({ rooms, next }) => ({ items: rooms, next })),
  );
}

/** Every group and channel of the server, by id, for one of its admins. */
export async function allRooms(call: Asking): Promise<Room[]> {
  return allPages((cursor) =>
    call
      .ask("room.list_all", { limit: limits.pageMax, ...cursor })
      .then(({ rooms, next }) => ({ items: rooms, next })),
  );
}

/** Accounts of everybody, the newest first, for an admin of the server: one page where a limit is told, else all. */
export async function allAccounts(
  call: Asking,
  { limit, offset, ...which }: { search?: string; limit?: number; offset: number },
): Promise<Account[]> {
  if (limit !== undefined) return (await call.ask("account.list", { ...which, limit, offset })).accounts;
  const byId = new Map<number, Account>();
  for (let count = 0; count < mostPages; count++) {
    const from = offset + count * limits.pageMax;
    const { accounts, total } = await call.ask("account.list", {
      ...{ ...which, limit: limits.pageMax, offset: from },
    });
    for (const account of accounts) byId.set(account.id, account);
    if (from + limits.pageMax >= total) break;
  }
  return [...byId.values()];
}

/** The people in a room, by id; `most` of them where that is told. */
export async function membersOf(call: Asking, room: number, most?: number): Promise<Member[]> {
  const pages = most === undefined ? mostPages : Math.ceil(most / limits.pageMax);
  const members = await allPages(
    (cursor) =>
      call
        .ask("member.list", { room, limit: limits.pageMax, ...cursor })
        .then((page) => ({ items: page.members, next: page.next })),
    pages,
  );
  return most === undefined ? members : members.slice(0, most);
}

/** Where these people are, by id, as the caller sees it. */
export async function presencesOf(call: Asking, users: readonly number[]): Promise<Map<number, Presence>> {
  const found = new Map<number, Presence>();
  for (let from = 0; from < users.length; from += limits.presenceUsers) {
    const some = users.slice(from, from + limits.presenceUsers);
    const { presences } = await call.ask("presence.list", { users: [...some] });
    for (const presence of presences) found.set(presence.user, presence);
  }
  return found;
}

async function allPages<Item>(
  page: (cursor: { cursor?: string }) => Promise<{ items: Item[]; next: string | null }>,
  most = mostPages,
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: { cursor?: string } = {};
  for (let count = 0; count < most; count++) {
    const { items: some, next } = await page(cursor);
    items.push(...some);
    if (next === null) break;
    cursor = { cursor: next };
  }
  return items;
}
