import type { CopyStorage } from "./copy-storage.ts";
import type { DeletionStorage } from "./deletions-storage.ts";
import type { DraftStorage } from "./drafts-storage.ts";
import type { Environment } from "./environment.ts";
import type { OutboxStorage } from "./outbox-storage.ts";
import type { UploadStorage } from "./uploads-storage.ts";

export interface ClientOptions {
  /** The server's address without a path. */
  url: string;
  /** Where messages wait until they are sent. */
  storage: OutboxStorage;
  /** Where what is being written is kept; left out, for as long as the process lives. */
  drafts?: DraftStorage;
  /** Where deletions wait until they can no longer be taken back; left out, for as long as the process lives. */
  deletions?: DeletionStorage;
  /** Where files wait until they are sent; left out, for as long as the process lives. */
  uploads?: UploadStorage;
  /** Where what was read is kept; left out, nowhere. */
  copy?: CopyStorage;
  /** Keep the refresh token in an HttpOnly cookie: for browsers. */
  cookie?: boolean;
  /** A name for this device, shown in the list of sessions. */
  device?: string;
  environment?: Environment;
}
