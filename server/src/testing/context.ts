import { join } from "node:path";
import { readConfig } from "../config.ts";
import type { Context } from "../context.ts";
import { Egress } from "../platform/egress.ts";
import { diskFiles } from "../platform/files-disk.ts";
import { diskGrowing } from "../platform/growing-disk.ts";
import { Images } from "../platform/images.ts";
import { createLogger } from "../platform/logger.ts";
import { PasswordHasher, type PasswordHasherOptions } from "../platform/passwords.ts";
import { createThrottles } from "../platform/throttle.ts";
import { Tokens } from "../platform/tokens.ts";
import { Transcriber } from "../platform/transcriber.ts";
import { Translator } from "../platform/translator.ts";
import { type TestStore, type TestStoreOptions, testStore } from "./store.ts";

export interface TestContextOptions extends TestStoreOptions {
  /** Settings by the names of their variables. */
  environment?: Record<string, string>;
  passwords?: PasswordHasherOptions;
  /** Spreads what is written over all lanes, as several nodes on one store would. */
  spread?: boolean;
}

export interface TestContext {
  context: Context;
  store: TestStore;
  /** What was logged, one JSON object a line. */
  log: string[];
  /** Another node on the same store, with memory of its own. */
  restarted: (environment?: Record<string, string>) => Context;
  close(): Promise<void>;
}

/** Every part of a server but its sockets, on a store of its own. */
export async function testContext(options: TestContextOptions = {}): Promise<TestContext> {
  const store = await testStore(options);
  const log: string[] = [];
  const build = (environment: Record<string, string> = {}) =>
    contextOn(store, log, { ...options, environment: { ...options.environment, ...environment } });
  return { context: build(), store, log, restarted: build, close: () => store.close() };
}

function contextOn(store: TestStore, log: string[], options: TestContextOptions): Context {
  const { clock, database, writer, randomBytes, folder } = store;
  const config = readConfig({ DATA_DIR: folder, SECRET_KEY: testSecret, ...options.environment });
  return {
    ...{ config, clock, database, randomBytes },
    writer: options.spread ? spreading(writer) : writer,
    logger: createLogger({ level: "debug", clock, form: "json", write: (line) => void log.push(line) }),
    passwords: new PasswordHasher({ cost: 4, ...options.passwords }),
    tokens: new Tokens({ secretKey: config.secretKey, accessTokenMinutes: config.accessTokenMinutes, clock }),
    throttles: createThrottles(clock),
    images: new Images(),
    avatars: diskFiles({ folder: join(folder, "avatars"), clock, randomBytes }),
    pictures: diskFiles({ folder: join(folder, "pictures"), clock, randomBytes }),
    previewPictures: diskFiles({ folder: join(folder, "previews"), clock, randomBytes }),
    files: diskFiles({ folder: join(folder, "files"), clock, randomBytes }),
    growing: diskGrowing({ folder: join(folder, "uploads"), whole: join(folder, "files") }),
    presence: { stateOf: () => "offline", heardAgo: () => null },
    egress: new Egress({ allow: config.egressAllow }),
    push: null,
    transcriber: config.transcription && new Transcriber(config.transcription),
    translator: config.translation && new Translator(config.translation),
    epoch: "test",
  };
}

function spreading(writer: Context["writer"]): Context["writer"] {
  const spread: Context["writer"] = Object.create(writer);
  let lane = 0;
  spread.write = (work) => writer.write(work, { lane: lane++ });
  spread.enqueue = (operation) => writer.enqueue(operation, lane++);
  return spread;
}

const testSecret = Buffer.from(Array.from({ length: 32 }, (_, index) => (index * 37 + 11) % 256)).toString(
  "base64url",
);
