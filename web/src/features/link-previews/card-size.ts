import type { LinkPreview } from "@parley/protocol/link-previews";

/** Its room is the same before the card has come: nothing moves then. */
export function cardSize({ picture, description }: LinkPreview): string {
  return picture || description ? "min-h-26" : "min-h-16";
}
