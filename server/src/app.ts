import { mkdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Server } from "bun";
import { dialectNames } from "./api/dialects/mount.ts";
import { createHttp } from "./api/http.ts";
import type { SocketData } from "./api/live/connection.ts";
import { Live } from "./api/live/live.ts";
import { Nodes } from "./api/live/nodes.ts";
import { socketHandler } from "./api/sockets.ts";
import { type Config, ConfigError } from "./config.ts";
import type { Change, Context } from "./context.ts";
import { forgetOldAnswers } from "./features/answers/answers.ts";
import { forgetLostAvatars } from "./features/avatars/avatars.ts";
import { forgetOldDrafts } from "./features/drafts/drafts.ts";
import { forgetLostPictures } from "./features/library/library.ts";
import {
  forgetLostPreviewPictures,
  forgetOldPages,
  LinkPreviewMaker,
} from "./features/link-previews/link-previews.ts";
import { forgetPush, PushSender } from "./features/push/push.ts";
import { forgetOldEvidence } from "./features/reports/reports.ts";
import { SearchIndexer } from "./features/search-index/search-index.ts";
import { loadEpoch, mayUseKey, prepareClaim, programName, type SetupLink } from "./features/server/server.ts";
import { forgetOldSessions } from "./features/sessions/sessions.ts";
import { TranscriptionMaker } from "./features/transcriptions/transcriptions.ts";
import { forgetOldTranslations } from "./features/translations/translations.ts";
import { UploadSweeper } from "./features/uploads/uploads.ts";
import { createJobs, type ServerJobs } from "./jobs.ts";
import { Bucket } from "./platform/bucket.ts";
import type { Bus } from "./platform/bus.ts";
import { postgresBus } from "./platform/bus-postgres.ts";
import { redisBus } from "./platform/bus-redis.ts";
import { type Clock, systemClock } from "./platform/clock.ts";
import { openPostgres } from "./platform/database-postgres.ts";
import { openSqlite } from "./platform/database-sqlite.ts";
import { Egress } from "./platform/egress.ts";
import { bucketFiles } from "./platform/files-bucket.ts";
import { diskFiles } from "./platform/files-disk.ts";
import { bucketGrowing } from "./platform/growing-bucket.ts";
import { diskGrowing } from "./platform/growing-disk.ts";
import { Images } from "./platform/images.ts";
import { lockPlace, requireLocalFolder } from "./platform/lock.ts";
import { type Logger, standardLogger } from "./platform/logger.ts";
import { PasswordHasher } from "./platform/passwords.ts";
import { Push } from "./platform/push.ts";
import { createThrottles } from "./platform/throttle.ts";
import { Tokens } from "./platform/tokens.ts";
import { Transcriber } from "./platform/transcriber.ts";
import { Translator } from "./platform/translator.ts";
import { Writer } from "./platform/write.ts";
import { integerColumns } from "./schema/integer-columns.ts";
import { migrate } from "./schema/migrate.ts";
import type { Database, Tables } from "./schema/tables.ts";

export interface AppOptions {
  config: Config;
  /** The outcome of a commit is unknown: the process must end at once and answer nothing more. */
  onBroken: (error: Error) => void;
  clock?: Clock;
  logger?: Logger;
  randomBytes?: (length: number) => Uint8Array;
  passwords?: PasswordHasher;
  /** Where the built web client is. */
  pages?: string;
  /** What carries hints between the servers of one database, in place of what the settings name. */
  bus?: Bus;
}

export interface App {
  context: Context;
  live: Live;
  /** The other servers of the same database; null where there are none. */
  nodes: Nodes | null;
  indexer: SearchIndexer;
  sweeper: UploadSweeper;
  /** Null where the server sends no pushes. */
  pushes: PushSender | null;
  /** Null where the server looks at no pages. */
  previews: LinkPreviewMaker | null;
  /** Null where the server writes down nothing that is said. */
  transcripts: TranscriptionMaker | null;
  /** What is due at a time. */
  jobs: ServerJobs;
  server: Server<SocketData>;
  /** Who may make the first admin; null once there is one. */
  setup: SetupLink | null;
  /** Lets everyone go within so many seconds, finishes what was begun and gives everything back. */
  stop(options?: { drainSeconds?: number }): Promise<void>;
}

/** Seconds over which sockets are asked to come back elsewhere, when the server stops. */
const drainOver = 5;
/** Milliseconds that requests under way, and then operations that wait, are given to end. */
const endWithin = 8_000;
/** Milliseconds. */
const tidyEvery = 3_600_000;
/** Whoever reads a body stops at its own limit and answers for it; what nobody reads Bun takes in and forgets. */
const longestRequest = 2 ** 40;

/** What was opened, to be given back in reverse order: at the end, and when the start fails half-way. */
type Opened = (() => unknown)[];

export async function startApp(options: AppOptions): Promise<App> {
  const opened: Opened = [];
  try {
    return await start(options, opened);
  } catch (error) {
    await giveBack(opened);
    throw error;
  }
}

async function giveBack(opened: Opened): Promise<void> {
  for (const close of opened.splice(0).reverse()) await close();
}

async function start(options: AppOptions, opened: Opened): Promise<App> {
  const { config } = options;
  requireDialects(config);
  const clock = options.clock ?? systemClock;
  const logger = options.logger ?? standardLogger(config.logLevel, clock);
  const database = await openStore(config, opened);
  await migrate(database, { now: clock.now() });
  let live: Live | undefined;
  let nodes: Nodes | null = null;
  let indexer: SearchIndexer | undefined;
  let sweeper: UploadSweeper | undefined;
  let pushes: PushSender | null = null;
  const writer = new Writer<Tables, Change>({
    database,
    clock,
    onCommit: (changes) => {
      live?.deliver(changes);
      nodes?.committed(changes);
      indexer?.committed(changes);
      sweeper?.committed(changes);
      pushes?.committed(changes);
    },
    onSettled: () => live?.flush(),
    onBroken: options.onBroken,
  });
  await requireKey(writer, config);
  const randomBytes = options.randomBytes ?? strongBytes;
  const context: Context = {
    ...{ config, clock, logger, database, writer, randomBytes },
    passwords: options.passwords ?? new PasswordHasher(),
    tokens: new Tokens({ secretKey: config.secretKey, accessTokenMinutes: config.accessTokenMinutes, clock }),
    throttles: createThrottles(clock),
    images: new Images(),
    ...(await openStorage({ config, clock, logger, randomBytes })),
    presence: {
      stateOf: (user) => live?.presences.stateOf(user) ?? "offline",
      heardAgo: (user, session) => live?.people.heardAgo(user, session, clock.monotonic()) ?? null,
    },
    ...outside({ config, clock, randomBytes }),
    epoch: await loadEpoch({ writer, randomBytes }),
  };
  live = new Live(context);
  nodes = joinNodes(live, options, opened);
  const setup = await prepareClaim(context);
  indexer = new SearchIndexer(context);
  sweeper = new UploadSweeper(context);
  if (context.push) pushes = new PushSender(context, context.push);
  else await writer.write(forgetPush);
  const previews = config.linkPreviews ? new LinkPreviewMaker(context) : null;
  const { transcriber } = context;
  const transcripts = transcriber && new TranscriptionMaker(context, transcriber);
  const jobs = createJobs(context);
  return serve({
    options,
    context,
    live,
    nodes,
    indexer,
    sweeper,
    pushes,
    previews,
    transcripts,
    jobs,
    setup,
    opened,
  });
}

/** CONFIG-11. Nothing goes out but by way of the egress, and pushes only where the admin has named services. */
function outside({ config, ...parts }: Pick<Context, "config" | "clock" | "randomBytes">) {
  const { egressAllow, pushServices, secretKey, publicUrl } = config;
  const egress = new Egress({ allow: egressAllow });
  const options = { ...parts, egress, services: pushServices, secretKey, subject: publicUrl };
  const { translation, transcription } = config;
  return {
    egress,
    push: pushServices.length > 0 ? new Push(options) : null,
    transcriber: transcription && new Transcriber(transcription),
    translator: translation && new Translator(translation),
  };
}

/** CONFIG-1. Which dialects there are is known only where they are mounted. */
function requireDialects({ dialects }: Config): void {
  const unknown = dialects?.find((name) => !dialectNames.includes(name));
  if (unknown === undefined) return;
  throw new ConfigError(
    `the settings are wrong:\n  DIALECTS names ${unknown}; there are ${dialectNames.join(", ")}`,
  );
}

function strongBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** CONFIG-5. One server at a time for a folder, and for an SQLite file wherever it is. */
async function openStore(config: Config, opened: Opened): Promise<Database> {
  const { dataDir, database } = config;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  opened.push(lockPlace(join(dataDir, "server"), `the data in ${dataDir}`));
  const store =
    database.engine === "sqlite"
      ? await openFile(database.path, dataDir, opened)
      : openServer(database.url, config);
  opened.push(() => store.close());
  return store;
}

async function openFile(path: string, dataDir: string, opened: Opened): Promise<Database> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  requireLocalFolder(folder);
  if (relative(dataDir, folder) !== "") opened.push(lockPlace(path, `the database ${path}`));
  return openSqlite<Tables>(path);
}

function openServer(url: string, { secretKey }: Config): Database {
  return openPostgres<Tables>(url, { integerColumns, applicationName: programName(secretKey) });
}

async function requireKey(writer: Writer<Tables, Change>, { secretKey }: Config): Promise<void> {
  if (await mayUseKey(writer, secretKey)) return;
  throw new ConfigError(
    "another server on this database has another SECRET_KEY: give all of them the same (where none is set, it is in the file secret.key of the DATA_DIR)",
  );
}

/** An SQLite store has one server; on PostgreSQL there may be others, which know each other by the store's epoch. */
function joinNodes(live: Live, options: AppOptions, opened: Opened): Nodes | null {
  const { config, epoch } = live.context;
  if (config.database.engine === "sqlite") return null;
  const nodes = new Nodes(live, options.bus ?? openBus(config, config.database.url, `parley_${epoch}`));
  opened.push(() => nodes.stop());
  nodes.start();
  return nodes;
}

function openBus({ redisUrl }: Config, databaseUrl: string, channel: string): Bus {
  return redisUrl ? redisBus(redisUrl, channel) : postgresBus(databaseUrl, channel);
}

interface Serving {
  options: AppOptions;
  context: Context;
  live: Live;
  nodes: Nodes | null;
  indexer: SearchIndexer;
  sweeper: UploadSweeper;
  pushes: PushSender | null;
  previews: LinkPreviewMaker | null;
  transcripts: TranscriptionMaker | null;
  jobs: ServerJobs;
  setup: SetupLink | null;
  opened: Opened;
}

async function serve({ options, opened, ...parts }: Serving): Promise<App> {
  const { config } = options;
  const { context, live, indexer, sweeper, pushes, previews, transcripts, jobs } = parts;
  let draining = false;
  const pages = options.pages ?? join(import.meta.dir, "../../web/dist");
  const { nodes } = parts;
  const brokerOf = ({ isDeaf }: Nodes) => (isDeaf ? "down" : "ok");
  const broker = () => (nodes ? brokerOf(nodes) : "none");
  const answer = await createHttp({ context, live, pages, isDraining: () => draining, broker });
  const server = Bun.serve<SocketData>({
    hostname: config.host,
    port: config.port,
    fetch: answer,
    websocket: socketHandler(live.websocket),
    maxRequestBodySize: longestRequest,
    idleTimeout: 30,
    development: false,
  });
  opened.push(() => server.stop(true));
  const tidying = setInterval(() => {
    tidy(context);
    sweeper.tidy();
  }, tidyEvery);
  tidying.unref();
  opened.push(() => clearInterval(tidying));
  indexer.start();
  pushes?.start();
  previews?.start();
  transcripts?.start();
  sweeper.tidy();
  jobs.start();
  context.logger.info("server.started", {
    host: config.host,
    port: config.port,
    database: context.database.engine,
  });
  const stop = async ({ drainSeconds = drainOver }: { drainSeconds?: number } = {}) => {
    draining = true;
    await live.drain(drainSeconds);
    await within(endWithin, server.stop());
    const ending = [
      indexer.stop(),
      sweeper.stop(),
      pushes?.stop(),
      previews?.stop(),
      transcripts?.stop(),
      jobs.stop(),
    ];
    await within(endWithin, Promise.all(ending));
    await within(endWithin, context.writer.idle());
    await giveBack(opened);
    context.logger.info("server.stopped");
  };
  return { ...parts, server, stop };
}

type Storage = Pick<Context, "avatars" | "pictures" | "previewPictures" | "files" | "growing">;

/** Where files are kept. A store that cannot be used stops the start. */
async function openStorage(
  parts: Pick<Context, "config" | "clock" | "logger" | "randomBytes">,
): Promise<Storage> {
  const { config, clock, logger, randomBytes } = parts;
  const bucket = config.bucket && new Bucket({ ...config.bucket, logger });
  await bucket?.check();
  const placeOf = (folder: string) => join(config.dataDir, folder);
  const filesIn = (folder: string) =>
    bucket ? bucketFiles(bucket, folder) : diskFiles({ folder: placeOf(folder), clock, randomBytes });
  return {
    avatars: filesIn("avatars"),
    pictures: filesIn("pictures"),
    previewPictures: filesIn("previews"),
    files: filesIn("files"),
    growing: bucket
      ? bucketGrowing({ bucket, folder: "uploads", whole: "files", randomBytes })
      : diskGrowing({ folder: placeOf("uploads"), whole: placeOf("files") }),
  };
}

function tidy(context: Context): void {
  const forgotten = [
    ...[
      forgetOldAnswers,
      forgetOldSessions,
      forgetOldEvidence,
      forgetOldDrafts,
      forgetOldPages,
      forgetOldTranslations,
    ],
  ].map((forget) => context.writer.write<unknown>(forget));
  for (const done of [
    ...forgotten,
    forgetLostAvatars(context),
    forgetLostPictures(context),
    forgetLostPreviewPictures(context),
  ]) {
    done.catch((error: unknown) => context.logger.warn("server.not_tidied", { error }));
  }
}

async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
