/*
 * Postgres's index finds in no order, and all that it finds at once. So the messages are parted into stretches, and what the
 * index holds begins with the number of the stretch: it is asked for one stretch after the other, the newest first, and for as
 * many as it takes. A stretch in which there is nothing costs next to nothing.
 */

/** Ids of a stretch. Stands in `search_words_found` as well. */
export const stretchMessages = 16_384;

export function stretchOf(message: number): number {
  return Math.floor(message / stretchMessages);
}

/** No token holds this sign. */
export function inStretch(stretch: number | "#", token: string): string {
  return `${stretch}/${token}`;
}
