import type { Message } from "@parley/protocol/messages";
import type { OutboxEntry } from "../../client/outbox-storage.ts";
import { lazily } from "../../ui/lazily.tsx";

/** Whether it holds something that its text only tells of. */
export function isExtra({ poll, location, contact, sticker }: Message | OutboxEntry): boolean {
  return (poll ?? location ?? contact ?? sticker) !== undefined;
}

export const MessageExtra = lazily(async () => (await import("./message-extra.tsx")).MessageExtra);
export const WaitingExtra = lazily(async () => (await import("./waiting-extra.tsx")).WaitingExtra);
