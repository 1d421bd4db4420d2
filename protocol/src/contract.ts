import type { z } from "zod";
import { accountOperations } from "./accounts.ts";
import { avatarOperations } from "./avatars.ts";
import { blockOperations } from "./blocks.ts";
import { draftOperations } from "./drafts.ts";
import { emojiOperations } from "./emoji.ts";
import { fileOperations } from "./files.ts";
import { linkPreviewOperations } from "./link-previews.ts";
import { logOperations } from "./logs.ts";
import { mentionOperations } from "./mentions.ts";
import { messageOperations } from "./messages.ts";
import { notificationOperations } from "./notifications.ts";
import { pinOperations } from "./pins.ts";
import { presenceOperations } from "./presence.ts";
import { pushOperations } from "./push.ts";
import { reminderOperations } from "./reminders.ts";
import { reportOperations } from "./reports.ts";
import { roomOperations } from "./rooms.ts";
import { savedOperations } from "./saved.ts";
import { scheduledOperations } from "./scheduled.ts";
import { searchOperations } from "./search.ts";
import { sessionOperations } from "./sessions.ts";
import { stickerOperations } from "./stickers.ts";
import { threadOperations } from "./threads.ts";
import { transcriptionOperations } from "./transcriptions.ts";
import { translationOperations } from "./translations.ts";
import { userOperations } from "./users.ts";
import { pollOperations } from "./votes.ts";

/** The list of operations. Whatever is not on it cannot be called, over REST or the live socket. */
export const contract = {
  ...sessionOperations,
  ...userOperations,
  ...accountOperations,
  ...roomOperations,
  ...messageOperations,
  ...fileOperations,
  ...linkPreviewOperations,
  ...translationOperations,
  ...transcriptionOperations,
  ...pinOperations,
  ...threadOperations,
  ...mentionOperations,
  ...pollOperations,
  ...emojiOperations,
  ...stickerOperations,
  ...notificationOperations,
  ...pushOperations,
  ...searchOperations,
  ...logOperations,
  ...avatarOperations,
  ...presenceOperations,
  ...blockOperations,
  ...reportOperations,
  ...draftOperations,
  ...savedOperations,
  ...scheduledOperations,
  ...reminderOperations,
} as const;

export type Contract = typeof contract;
export type OperationName = keyof Contract;

/** What a caller gives: defaults may be left out. */
export type Input<Name extends OperationName> = z.input<Contract[Name]["input"]>;
/** What a verb gets: checked, defaults filled in. */
export type Checked<Name extends OperationName> = z.output<Contract[Name]["input"]>;
export type Output<Name extends OperationName> = z.output<Contract[Name]["output"]>;

export const operationNames = Object.keys(contract) as OperationName[];

/** The base path of the REST API. */
export const apiBase = "/api/v2";

export function methodAndPath(name: OperationName): { method: string; path: string } {
  const [method = "", path = ""] = contract[name].rest.split(" ");
  return { method, path };
}
