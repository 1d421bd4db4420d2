import type { Generated } from "kysely";

/** Pictures that admins give to everybody. */
export interface LibraryTables {
  /** `picture`: the name under which its picture is kept. */
  emoji: { name: string; picture: string; created_at: number };
  packs: { id: Generated<number>; name: string; created_at: number };
  stickers: {
    id: Generated<number>;
    pack_id: number;
    name: string;
    picture: string;
    width: number;
    height: number;
    created_at: number;
  };
}
