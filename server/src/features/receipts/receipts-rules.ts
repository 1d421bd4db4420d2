import type { Output } from "@parley/protocol/contract";
import { isoTimeOrNull } from "../../platform/clock.ts";
import type { ReceiptRow } from "./receipts-rows.ts";

type Receipt = Output<"message.receipts">["receipts"][number];

/**
 * MARK-3. Whoever says something has read what stands before it, and whoever has read something has got it. The marks of
 * a room do not tell who has read what stands in a thread alone.
 */
export function toReceipt(row: ReceiptRow, spoke: number | null, isInThread: boolean): Receipt {
  const read = earlier(row.read_at, spoke);
  return {
    user: row.user_id,
    delivered_at: isoTimeOrNull(earlier(row.delivered_at, read)),
    read_at: isoTimeOrNull(isInThread ? null : read),
  };
}

function earlier(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

/** How many of these numbers, which go up, are above another one. */
export function countAfter(rising: readonly number[], number: number): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rising[middle] as number) > number) high = middle;
    else low = middle + 1;
  }
  return rising.length - low;
}
