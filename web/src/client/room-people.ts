import type { Member } from "@parley/protocol/rooms";
import type { User } from "@parley/protocol/users";
import type { Rpc } from "./rpc.ts";

export interface RoomPeopleOptions {
  call: Rpc["call"];
  know: (users: readonly User[]) => void;
}

interface Known {
  memberCount: number;
  users: Promise<User[]>;
  byName: Map<string, number>;
}

const page = 200;
/** People of a room that are read to find somebody by name. */
const most = 1_000;

/** CLIENT-20. Who is in a room, by name: for whoever writes `@`. Read once, and again when somebody came or went. */
export class RoomPeople {
  readonly #known = new Map<number, Known>();

  constructor(private readonly options: RoomPeopleOptions) {}

  /** Those whose names begin with these words, in the order of their names. */
  async find(room: { id: number; member_count: number }, words: string, limit: number): Promise<User[]> {
    const sought = words.toLowerCase();
    const fits = (word: string) => word.toLowerCase().startsWith(sought);
    return (await this.#people(room))
      .filter(({ username, display_name }) => fits(username) || display_name.split(/\s+/).some(fits))
      .slice(0, limit);
  }

  /** Ids by folded user name, of the people of a room that were read. */
  byName(room: number): ReadonlyMap<string, number> {
    return this.#known.get(room)?.byName ?? new Map();
  }

  clear(): void {
    this.#known.clear();
  }

  #people({ id, member_count }: { id: number; member_count: number }): Promise<User[]> {
    const known = this.#known.get(id);
    if (known && known.memberCount === member_count) return known.users;
    const byName = new Map<string, number>();
    const users = this.#read(id).then((read) => {
      for (const user of read) byName.set(user.username.toLowerCase(), user.id);
      this.options.know(read);
      return read;
    });
    users.catch(() => this.#known.delete(id));
    this.#known.set(id, { memberCount: member_count, users, byName });
    return users;
  }

  async #read(room: number): Promise<User[]> {
    const members: Member[] = [];
    let cursor: string | undefined;
    do {
      const found = await this.options.call("member.list", { room, limit: page, ...(cursor && { cursor }) });
      members.push(...found.members);
      cursor = found.next ?? undefined;
    } while (cursor !== undefined && members.length < most);
    const users: User[] = [];
    for (let from = 0; from < members.length; from += page) {
      const ids = members.slice(from, from + page).map(({ user }) => user);
      users.push(...(await this.options.call("user.list", { ids, limit: page })).users);
    }
    return users
      .filter(({ active }) => active)
      .sort((one, other) => one.display_name.localeCompare(other.display_name));
  }
}
