import { limits } from "@parley/protocol/limits";
import { displayName, email, username } from "@parley/protocol/users";
import { z } from "zod";
import { settingsOfBucket } from "./config-bucket.ts";
import { list, oneOf, setting, wholeNumber } from "./config-forms.ts";
import { settingsOfServices } from "./config-outside.ts";
import { logLevels } from "./platform/logger.ts";
import { isNetwork } from "./platform/networks.ts";
import { browserServices } from "./platform/push.ts";
import { secretKeyFault } from "./platform/secret-key.ts";

function isService(entry: string): boolean {
  return entry === "browsers" || /^(?:\*\.)?[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/.test(entry);
}

function isHostAndPort(entry: string): boolean {
  return /^(?:[A-Za-z0-9][A-Za-z0-9.-]{0,252}|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/.test(entry);
}

/** Whether this is `scheme://host[:port]` and nothing more, the way browsers write it. */
function isOrigin(value: string): boolean {
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) return false;
  return new URL(value).origin === value;
}

const origin = z
  .string()
  .transform((value) => value.replace(/\/$/, ""))
  .refine(isOrigin, "must be like https://chat.example.org, with nothing after the host and port");

const host = z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/, "must be a host name or an address");
const postgresName = z.string().regex(/^[^\u0000]{1,63}$/, "must have at most 63 characters");

const sqliteUrl = /^sqlite:\/\/\/(?!:memory:)[^\u0000?#]+$/;
const databaseUrl = z
  .string()
  .refine(
    (value) => sqliteUrl.test(value) || (/^postgres(ql)?:\/\//.test(value) && URL.canParse(value)),
    "must be sqlite:///path/to/file.db or postgresql://user:password@host:5432/name",
  );

export const settings = {
  PORT: setting({
    group: "Network",
    about: "The port to listen on. `SERVICE_PORT` is another name for it.",
    unset: "8000",
    example: "8000",
    schema: wholeNumber(1, 65_535),
  }),
  SERVICE_PORT: setting({
    group: "Network",
    about: "Another name for `PORT`. Where both are set they must agree.",
    unset: "`PORT`",
    example: "8000",
    schema: wholeNumber(1, 65_535),
  }),
  HOST: setting({
    group: "Network",
    about: "The address to listen on. `0.0.0.0` (or `::`) opens the server to other machines.",
    unset: "127.0.0.1",
    example: "0.0.0.0",
    schema: host,
  }),
  PUBLIC_URL: setting({
    group: "Network",
    about:
      "How people reach the server. Links are made with it; `https` also makes cookies and transport strict.",
    unset: "http://localhost:PORT",
    example: "https://chat.example.org",
    schema: origin,
  }),
  CORS_ORIGINS: setting({
    group: "Network",
    about:
      "Origins of other web pages that may use the API and the socket from a browser, separated by commas. The server's own pages need no entry.",
    unset: "none",
    example: "https://intranet.example.org",
    schema: list(isOrigin, "must be origins like https://intranet.example.org, separated by commas"),
  }),
  TRUSTED_PROXIES: setting({
    group: "Network",
    about:
      "Addresses or networks (CIDR) of your own reverse proxies, separated by commas. Only what they say in `X-Forwarded-For` is believed.",
    unset: "none",
    example: "127.0.0.1, 10.0.0.0/8",
    schema: list(isNetwork, "must be addresses or networks like 10.0.0.0/8, separated by commas"),
  }),
  DATA_DIR: setting({
    group: "Storage",
    about:
      "The folder of everything the server keeps. One server at a time may use it; it must not be on a network drive.",
    unset: "./data",
    example: "/var/lib/parley",
    schema: z.string().refine((value) => !value.includes("\u0000"), "must be a path"),
  }),
  MAX_UPLOAD_MB: setting({
    group: "Storage",
    about: "How large one file of a message may be, in megabytes (2^20 bytes).",
    unset: "100",
    example: "500",
    schema: wholeNumber(1, 1_000_000),
  }),
  PERSON_STORAGE_MB: setting({
    group: "Storage",
    about: "How many megabytes the files of one person may take together.",
    unset: "5000",
    example: "20000",
    schema: wholeNumber(1, 100_000_000),
  }),
  SERVER_STORAGE_MB: setting({
    group: "Storage",
    about: "How many megabytes the files of everybody may take together.",
    unset: "50000",
    example: "500000",
    schema: wholeNumber(1, 100_000_000),
  }),
  ...settingsOfBucket,
  DATABASE_URL: setting({
    group: "Storage",
    about:
      "`sqlite:///file.db` (relative to where the server starts; four slashes for an absolute path) or `postgresql://…`.",
    unset: "parley.db in DATA_DIR",
    example: "postgresql://parley:password@127.0.0.1:5432/parley",
    schema: databaseUrl,
  }),
  DATABASE_HOST: setting({
    group: "Storage",
    about:
      "The machine of a PostgreSQL server, where it is not told in `DATABASE_URL`. `DATABASE_USER` and `DATABASE_NAME` must be set too.",
    unset: "`DATABASE_URL`",
    example: "127.0.0.1",
    schema: host,
  }),
  DATABASE_PORT: setting({
    group: "Storage",
    about: "The port of that server.",
    unset: "5432",
    example: "5432",
    schema: wholeNumber(1, 65_535),
  }),
  DATABASE_USER: setting({
    group: "Storage",
    about: "Who the server is to PostgreSQL.",
    unset: "-",
    example: "parley",
    schema: postgresName,
  }),
  DATABASE_NAME: setting({
    group: "Storage",
    about: "The name of the database there.",
    unset: "-",
    example: "parley",
    schema: postgresName,
  }),
  DATABASE_PASSWORD: setting({
    group: "Storage",
    about: "The password of `DATABASE_USER`.",
    unset: "none",
    example: "(a long one)",
    secret: true,
    schema: z.string().regex(/^[^\u0000]{1,1000}$/, "must have at most 1000 characters"),
  }),
  REDIS_URL: setting({
    group: "Storage",
    about:
      "A Redis that several servers on one PostgreSQL tell each other through. It is never trusted with anything that must not be lost; without it PostgreSQL itself carries the messages.",
    unset: "none",
    example: "redis://127.0.0.1:6379",
    schema: z
      .string()
      .refine(
        (value) => /^rediss?:\/\//.test(value) && URL.canParse(value),
        "must be like redis://user:password@host:6379",
      ),
  }),
  SECRET_KEY: setting({
    group: "Accounts",
    about:
      "What tokens are signed with: at least 32 bytes nobody can guess, such as `openssl rand -base64 32` prints. Sample values are refused. Several servers on one database need the same one. Changing it signs everybody out.",
    unset: "made once and kept in DATA_DIR/secret.key",
    example: "(the output of openssl rand -base64 32)",
    secret: true,
    schema: z.string().superRefine((value, issues) => {
      const fault = secretKeyFault(value);
      if (fault) issues.addIssue(fault);
    }),
  }),
  ALGORITHM: setting({
    group: "Accounts",
    about:
      "What tokens are signed by. There is one; the setting is there for those who are used to naming it.",
    unset: "HS256",
    example: "HS256",
    schema: oneOf("HS256"),
  }),
  ACCESS_TOKEN_EXPIRE_MINUTES: setting({
    group: "Accounts",
    about:
      "How long an access token is good, 5 to 1440 minutes. Clients renew it by themselves, so a short one costs nothing: whoever copies a token can use it that long, or until its session is ended.",
    unset: "15",
    example: "15",
    schema: wholeNumber(5, 1_440),
  }),
  REFRESH_TOKEN_EXPIRE_DAYS: setting({
    group: "Accounts",
    about: "After how many days without use a device is signed out, 1 to 90.",
    unset: "7",
    example: "30",
    schema: wholeNumber(1, 90),
  }),
  REGISTRATION: setting({
    group: "Accounts",
    about:
      "Who may make an account: nobody but admins (`closed`), holders of an invite link, or anybody (`open`).",
    unset: "closed",
    example: "invite",
    schema: oneOf("closed", "invite", "open"),
  }),
  DIALECTS: setting({
    group: "Operation",
    about:
      "Which of the earlier chat systems' APIs are spoken, separated by commas; `none` for none of them. Their names are in `docs/compatibility.md`.",
    unset: "all of them",
    example: "chat-video, rooms",
    schema: list((entry) => /^[a-z][a-z-]{0,31}$/.test(entry), "must be names separated by commas"),
  }),
  DIALECT_QUERY_TOKEN: setting({
    group: "Operation",
    about:
      "Whether the sockets of those APIs take a token in their address (`?token=`), as the documented clients send it. It is never logged here; other programs on the way may do so.",
    unset: "on",
    example: "off",
    schema: oneOf("on", "off"),
  }),
  ADMIN_USERNAME: setting({
    group: "Accounts",
    about:
      "Makes the first admin without a browser, together with `ADMIN_EMAIL` and `ADMIN_PASSWORD`. Not read again once an admin exists.",
    unset: "the set-up link that the server prints",
    example: "admin",
    schema: z.string().pipe(username),
  }),
  ADMIN_EMAIL: setting({
    group: "Accounts",
    about: "The first admin's e-mail address.",
    unset: "-",
    example: "admin@example.org",
    schema: z.string().pipe(email),
  }),
  ADMIN_PASSWORD: setting({
    group: "Accounts",
    about: `The first admin's password, ${limits.passwordMin} to ${limits.passwordMax} characters; a common one stops the start.`,
    unset: "-",
    example: "(a long one)",
    secret: true,
    schema: z
      .string()
      .min(limits.passwordMin, `must have at least ${limits.passwordMin} characters`)
      .max(limits.passwordMax, `must have at most ${limits.passwordMax} characters`),
  }),
  PUSH_SERVICES: setting({
    group: "Network",
    about:
      "Where the server may send pushes, so that people are told while no page is open. `browsers` for the services of the well-known ones (Google, Mozilla, Apple, Microsoft), or hosts separated by commas, `*.` before one for all under it. What is sent is encrypted for one browser alone; the service learns that something came, and when.",
    unset: "`off`: the server connects to no one",
    example: "browsers",
    schema: z
      .string()
      .transform((value) =>
        value === "off" ? [] : value.split(",").map((entry) => entry.trim().toLowerCase()),
      )
      .refine((entries) => entries.length <= 100, "has more than 100 entries")
      .refine((entries) => entries.every(isService), "must be off, browsers, or hosts like push.example.org")
      .transform((entries) => entries.flatMap((entry) => (entry === "browsers" ? browserServices : [entry]))),
  }),
  EGRESS_ALLOW: setting({
    group: "Network",
    about:
      "What the server may reach although it is not public, `host:port` separated by commas: such as a push service of your own. Everything else that it is asked to reach must be public and speak TLS.",
    unset: "none",
    example: "127.0.0.1:8080",
    schema: list(isHostAndPort, "must be like 127.0.0.1:8080 or push.internal:443, separated by commas"),
  }),
  ...settingsOfServices,
  SERVER_NAME: setting({
    group: "Operation",
    about: "The name people see, until an admin gives another one.",
    unset: "Parley",
    example: "Chess club",
    schema: z.string().pipe(displayName),
  }),
  OPERATIONS_PER_SECOND: setting({
    group: "Operation",
    about:
      "How many operations one live socket may start in a second, four times as many after a quiet time. 0 for no limit.",
    unset: "50",
    example: "50",
    schema: wholeNumber(0, 1_000_000),
  }),
  LOG_LEVEL: setting({
    group: "Operation",
    about: "The least important lines that are logged: `debug`, `info`, `warn` or `error`.",
    unset: "info",
    example: "warn",
    schema: oneOf(...logLevels),
  }),
  DEBUG: setting({
    group: "Operation",
    about: "`true` is another way to say `LOG_LEVEL=debug`; `false` says nothing.",
    unset: "false",
    example: "true",
    schema: z
      .string()
      .transform((value) => value.toLowerCase())
      .pipe(z.enum(["true", "false"], "must be true or false")),
  }),
  DOCS: setting({
    group: "Operation",
    about: "Whether `/docs`, `/redoc` and `/openapi.json` are served: `on` or `off`.",
    unset: "on",
    example: "off",
    schema: oneOf("on", "off"),
  }),
} as const;
