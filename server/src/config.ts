import { join, resolve } from "node:path";
import type { z } from "zod";
import { bucketFaults, bucketOf } from "./config-bucket.ts";
import type { Setting } from "./config-forms.ts";
import { settings } from "./config-settings.ts";
import type { BucketPlace } from "./platform/bucket.ts";
import type { NamedService } from "./platform/endpoints.ts";
import type { LogLevel } from "./platform/logger.ts";
import { secretKeyIn } from "./platform/secret-key.ts";

export interface Config {
  port: number;
  host: string;
  /** How people reach the server, without a slash at the end. */
  publicUrl: string;
  /** Absolute. */
  dataDir: string;
  secretKey: string;
  database: { engine: "sqlite"; path: string } | { engine: "postgres"; url: string };
  /** Carries hints between several servers on one database. */
  redisUrl: string | null;
  /** Keeps files instead of `dataDir`. */
  bucket: BucketPlace | null;
  /** Bytes of one file, of the files of one person, and of those of everybody. */
  uploadBytes: number;
  personBytes: number;
  serverBytes: number;
  accessTokenMinutes: number;
  /** Operations one live socket may start in a second; 0 for no limit. */
  operationsPerSecond: number;
  refreshTokenDays: number;
  registration: "closed" | "invite" | "open";
  /** The first admin of a server that is set up without a browser. */
  admin: { username: string; email: string; password: string } | null;
  corsOrigins: readonly string[];
  /** Networks in CIDR notation. */
  trustedProxies: readonly string[];
  logLevel: LogLevel;
  serverName: string;
  docs: boolean;
  /** Hosts of push services that are sent to; none where the server sends no pushes. */
  pushServices: readonly string[];
  /** `host:port` of what may be reached outside although it is not public. */
  egressAllow: readonly string[];
  /** Whether the server looks at the pages that messages link to. */
  linkPreviews: boolean;
  /** By which messages are translated; null where nothing is. */
  translation: NamedService | null;
  /** By which sounds are written down; null where none are. */
  transcription: (NamedService & { model: string }) | null;
  /** Names of the dialects that are spoken; null for all of them. */
  dialects: readonly string[] | null;
  /** Whether their sockets take a token in the query. */
  dialectQueryToken: boolean;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** What stops the start, in words for the person who runs the server. Never holds the value that was given. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

type Settings = typeof settings;
type Name = keyof Settings;
type Values = { [Key in Name]: z.output<Settings[Key]["schema"]> | undefined };

const megabyte = 2 ** 20;

const names = Object.keys(settings) as Name[];

/** The only reader of the environment. CONFIG-1: an unknown or malformed value stops the start and says which. */
export function readConfig(environment: Environment = process.env): Config {
  const faults: string[] = [];
  const values = readValues(environment, faults);
  faults.push(...misspelt(environment), ...disagreements(values));
  if (faults.length > 0)
    throw new ConfigError(`the settings are wrong:\n${faults.map((each) => `  ${each}`).join("\n")}`);
  return assemble(values);
}

function readValues(environment: Environment, faults: string[]): Values {
  const values: Partial<Record<Name, unknown>> = {};
  for (const name of names) {
    const given = environment[name];
    // Compose files pass a variable that is not set as an empty one.
    if (!given?.trim()) continue;
    const setting: Setting<z.ZodType<unknown, string>> = settings[name];
    const parsed = setting.schema.safeParse(setting.secret ? given : given.trim());
    if (parsed.success) values[name] = parsed.data;
    else faults.push(`${name} ${parsed.error.issues[0]?.message ?? "is malformed"}`);
  }
  return values as Values;
}

function assemble(values: Values): Config {
  const port = values.PORT ?? values.SERVICE_PORT ?? 8000;
  const dataDir = resolve(values.DATA_DIR ?? "./data");
  return {
    port,
    host: values.HOST ?? "127.0.0.1",
    publicUrl: values.PUBLIC_URL ?? `http://localhost:${port}`,
    dataDir,
    secretKey: values.SECRET_KEY ?? keptKey(dataDir),
    database: databaseOf(values.DATABASE_URL ?? urlOfParts(values), dataDir),
    redisUrl: values.REDIS_URL ?? null,
    bucket: bucketOf(values),
    uploadBytes: (values.MAX_UPLOAD_MB ?? 100) * megabyte,
    personBytes: (values.PERSON_STORAGE_MB ?? 5_000) * megabyte,
    serverBytes: (values.SERVER_STORAGE_MB ?? 50_000) * megabyte,
    accessTokenMinutes: values.ACCESS_TOKEN_EXPIRE_MINUTES ?? 15,
    operationsPerSecond: values.OPERATIONS_PER_SECOND ?? 50,
    refreshTokenDays: values.REFRESH_TOKEN_EXPIRE_DAYS ?? 7,
    registration: values.REGISTRATION ?? "closed",
    admin: adminOf(values),
    corsOrigins: values.CORS_ORIGINS ?? [],
    trustedProxies: values.TRUSTED_PROXIES ?? [],
    logLevel: values.LOG_LEVEL ?? (values.DEBUG === "true" ? "debug" : "info"),
    serverName: values.SERVER_NAME ?? "Parley",
    docs: values.DOCS !== "off",
    ...outsideOf(values),
    dialects: values.DIALECTS?.filter((name) => name !== "none") ?? null,
    dialectQueryToken: values.DIALECT_QUERY_TOKEN !== "off",
  };
}

/** What the admin lets the server connect to. */
function outsideOf(
  values: Values,
): Pick<Config, "pushServices" | "egressAllow" | "linkPreviews" | "translation" | "transcription"> {
  return {
    pushServices: values.PUSH_SERVICES ?? [],
    egressAllow: values.EGRESS_ALLOW ?? [],
    linkPreviews: values.LINK_PREVIEWS === "on",
    transcription: transcriptionOf(values),
    translation: serviceOf(values.TRANSLATION_URL, values.TRANSLATION_KEY),
  };
}

function transcriptionOf(values: Values): Config["transcription"] {
  const service = serviceOf(values.TRANSCRIPTION_URL, values.TRANSCRIPTION_KEY);
  return service && { ...service, model: values.TRANSCRIPTION_MODEL ?? "whisper-1" };
}

function serviceOf(url: string | undefined, key: string | undefined): NamedService | null {
  return url === undefined ? null : { url, key: key ?? null };
}

function keptKey(dataDir: string): string {
  try {
    return secretKeyIn(dataDir, (length) => crypto.getRandomValues(new Uint8Array(length)));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`the key in DATA_DIR cannot be used: ${reason}`, { cause: error });
  }
}

/** As the libraries read it that made this form known: three slashes and a relative path, four and an absolute one. */
function databaseOf(url: string | undefined, dataDir: string): Config["database"] {
  if (url === undefined) return { engine: "sqlite", path: join(dataDir, "parley.db") };
  if (url.startsWith("sqlite:///"))
    return { engine: "sqlite", path: resolve(url.slice("sqlite:///".length)) };
  return { engine: "postgres", url };
}

const databaseParts = [
  "DATABASE_HOST",
  "DATABASE_PORT",
  "DATABASE_USER",
  "DATABASE_NAME",
  "DATABASE_PASSWORD",
] as const;

/** The address of a database of which the parts are set one by one. */
function urlOfParts(values: Values): string | undefined {
  const { DATABASE_HOST: host, DATABASE_USER: user, DATABASE_NAME: name } = values;
  if (host === undefined || user === undefined || name === undefined) return undefined;
  const { DATABASE_PORT: port = 5432, DATABASE_PASSWORD: password } = values;
  const who = [user, ...(password === undefined ? [] : [password])].map(encodeURIComponent).join(":");
  const at = host.includes(":") ? `[${host}]` : host;
  return `postgresql://${who}@${at}:${port}/${encodeURIComponent(name)}`;
}

function databaseFaults(values: Values): string[] {
  const given = databaseParts.filter((name) => values[name] !== undefined);
  if (given.length === 0) return [];
  if (values.DATABASE_URL !== undefined) {
    return [`DATABASE_URL and ${given.join(", ")} are both set: say it in one of the two ways`];
  }
  const needed = ["DATABASE_HOST", "DATABASE_USER", "DATABASE_NAME"] as const;
  const missing = needed.filter((name) => values[name] === undefined);
  return missing.length === 0 ? [] : [`${missing.join(" and ")} must be set too, to reach the database`];
}

function adminOf(values: Values): Config["admin"] {
  const { ADMIN_USERNAME: username, ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = values;
  return username && email && password ? { username, email, password } : null;
}

function disagreements(values: Values): string[] {
  const faults: string[] = [];
  if (values.PORT !== undefined && values.SERVICE_PORT !== undefined && values.PORT !== values.SERVICE_PORT) {
    faults.push("PORT and SERVICE_PORT are both set, and differ");
  }
  if (values.DEBUG === "true" && values.LOG_LEVEL !== undefined && values.LOG_LEVEL !== "debug") {
    faults.push("DEBUG and LOG_LEVEL are both set, and differ");
  }
  faults.push(...databaseFaults(values), ...bucketFaults(values));
  const admin = ["ADMIN_USERNAME", "ADMIN_EMAIL", "ADMIN_PASSWORD"] as const;
  const missing = admin.filter((name) => values[name] === undefined);
  if (missing.length > 0 && missing.length < admin.length) {
    faults.push(`${missing.join(" and ")} must be set too, to make the first admin`);
  }
  return faults;
}

/** Names that can only be meant for us: a setting that is silently not read is worse than a start that fails. */
function misspelt(environment: Environment): string[] {
  const faults: string[] = [];
  for (const [given, value] of Object.entries(environment)) {
    if (!value || given in settings) continue;
    const near = names.find((name) => isMisspelling(given, name));
    if (near) faults.push(`${given} is not a setting: is ${near} meant?`);
    else if (given.startsWith("PARLEY_")) faults.push(`${given} is not a setting`);
  }
  return faults;
}

/** Short names are left alone: other programs have variables one letter away from `HOST` and `PORT`. */
function isMisspelling(given: string, name: string): boolean {
  if (given.startsWith("PARLEY_")) return given.slice("PARLEY_".length) === name;
  if (name.length < 9 || Math.abs(given.length - name.length) > 2) return false;
  return distance(given, name) <= 2;
}

/** The number of letters to put in, take out or change (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
