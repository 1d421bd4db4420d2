import { BadInput } from "./failures.ts";

/** A place in a room's log, for clients to hand back and not to read. */
export function cursorOf(room: number, before: number): string {
  return Buffer.from(`${room}:${before}`).toString("base64url");
}

export function placeOf(room: number, cursor: string): number {
  const [of, before] = Buffer.from(cursor, "base64url").toString().split(":");
  const place = Number(before);
  if (Number(of) === room && /^\d{1,16}$/.test(before ?? "") && Number.isSafeInteger(place)) return place;
  throw new BadInput([{ loc: ["query", "cursor"], msg: "is not from this list", type: "value_error" }]);
}
