import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { RoomKind } from "@parley/protocol/rooms";

export function requireGroupSize(kind: RoomKind, people: number): void {
  if (kind === "group" && people > limits.groupMembers) {
    throw new ChatError("conflict", `a group holds at most ${limits.groupMembers} people`);
  }
}

/** A place in a list that is ordered by name and id. */
export function browseCursor(place: { name: string; id: number }): string {
  return Buffer.from(JSON.stringify([place.name, place.id])).toString("base64url");
}

function isStorable(name: unknown): name is string {
  return typeof name === "string" && name.isWellFormed() && !name.includes("\u0000");
}

export function readBrowseCursor(cursor: string | undefined): { name: string; id: number } {
  if (cursor === undefined) return { name: "", id: 0 };
  try {
    const [name, id] = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (isStorable(name) && Number.isSafeInteger(id)) return { name, id };
  } catch {
    // Falls through to the error below: whatever was wrong with it, it is not ours.
  }
  throw new ChatError("invalid", "this cursor is not from this list");
}

export function groupIsPrivate(): ChatError {
  const message = "a group is never public";
  return new ChatError("invalid", message, { fields: [{ path: ["public"], message }] });
}
