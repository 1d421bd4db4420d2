import type { RoomEvent, UserEvent } from "@parley/protocol/events";
import type { Mark } from "@parley/protocol/messages";
import type { PresenceState } from "@parley/protocol/presence";
import type { Config } from "./config.ts";
import type { Clock } from "./platform/clock.ts";
import type { Egress } from "./platform/egress.ts";
import type { Files } from "./platform/files.ts";
import type { Growing } from "./platform/growing.ts";
import type { Images } from "./platform/images.ts";
import type { Logger } from "./platform/logger.ts";
import type { PasswordHasher } from "./platform/passwords.ts";
import type { Push } from "./platform/push.ts";
import type { Throttles } from "./platform/throttle.ts";
import type { Tokens } from "./platform/tokens.ts";
import type { Transcriber } from "./platform/transcriber.ts";
import type { Translator } from "./platform/translator.ts";
import type { Writer, WriteTx } from "./platform/write.ts";
import type { Database, Tables } from "./schema/tables.ts";

/**
 * What a commit changed: one event of one log, or a mark that moved in a room (told to others as a signal only).
 * Sockets, other nodes and the counts learn of it from here.
 */
export type Change =
  | { log: "room"; id: number; seq: number; event: RoomEvent }
  | { log: "user"; id: number; seq: number; event: UserEvent }
  /** `id`: the version of what admins give to everybody. */
  | { log: "library"; id: number }
  | { log: "mark"; id: number; head: number; mark: Mark };

export type Tx = WriteTx<Tables, Change>;

/** Who does something: a person on one of their devices. */
export interface Actor {
  user: number;
  session: number;
}

/** The parts of a running server, each built once by `app.ts`. */
export interface Context {
  config: Config;
  clock: Clock;
  /** Cryptographically strong random bytes. */
  randomBytes: (length: number) => Uint8Array;
  database: Database;
  writer: Writer<Tables, Change>;
  logger: Logger;
  passwords: PasswordHasher;
  tokens: Tokens;
  throttles: Throttles;
  images: Images;
  /** Profile pictures, by their names. */
  avatars: Files;
  /** Pictures of link previews, by their names. */
  previewPictures: Files;
  /** Pictures of the server's own emoji and stickers, by their names. */
  pictures: Files;
  /** Bytes of uploads that are not whole yet, by their keys. */
  growing: Growing;
  /** Bytes of whole uploads, by their keys. */
  files: Files;
  /** Who is here now. */
  presence: {
    stateOf(user: number): PresenceState;
    /** Milliseconds since this device of the person's was heard by this node; null where it is not connected here. */
    heardAgo(user: number, session: number): number | null;
  };
  /** The only way to what is outside. */
  egress: Egress;
  /** Tells devices while no page is open there; null where the admin named no push services. */
  push: Push | null;
  /** Null where the admin named no service that translates. */
  translator: Translator | null;
  /** Null where the admin named no service that writes down what is said. */
  transcriber: Transcriber | null;
  /** This store's history: another value means that it was restored or rewritten. */
  epoch: string;
}
