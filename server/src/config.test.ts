import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, type Environment, readConfig } from "./config.ts";
import { settings } from "./config-settings.ts";

const root = mkdtempSync(join(tmpdir(), "parley-config-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const newFolder = () => join(root, `data-${++folders}`);

const goodKey = "q8Zr1xV0bWm3Tn5Lk7Jh9Gf2Ds4Ap6Yc";
const read = (environment: Environment) =>
  readConfig({ DATA_DIR: newFolder(), SECRET_KEY: goodKey, ...environment });
const fault = (environment: Environment): string => {
  try {
    read(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "";
};

describe("settings", () => {
  test("CONFIG-1 with nothing set the server starts on this machine alone", () => {
    const dataDir = newFolder();
    const config = readConfig({ DATA_DIR: dataDir });
    expect(config).toMatchObject({
      port: 8000,
      host: "127.0.0.1",
      publicUrl: "http://localhost:8000",
      dataDir,
      database: { engine: "sqlite", path: join(dataDir, "parley.db") },
      redisUrl: null,
      accessTokenMinutes: 15,
      refreshTokenDays: 7,
      registration: "closed",
      admin: null,
      corsOrigins: [],
      trustedProxies: [],
      logLevel: "info",
      serverName: "Parley",
      docs: true,
    });
  });

  test("CONFIG-1 every setting is taken over", () => {
    const config = read({
      SERVICE_PORT: "9001",
      HOST: "0.0.0.0",
      PUBLIC_URL: "https://chat.example.org/",
      DATABASE_URL: "postgresql://parley:secret@db.example.org/parley",
      REDIS_URL: "redis://cache.example.org:6379",
      ACCESS_TOKEN_EXPIRE_MINUTES: "5",
      REFRESH_TOKEN_EXPIRE_DAYS: "30",
      REGISTRATION: "invite",
      ADMIN_USERNAME: "admin",
      ADMIN_EMAIL: "admin@example.org",
      ADMIN_PASSWORD: " seven grey herons ",
      CORS_ORIGINS: "https://a.example.org, https://b.example.org:8443",
      TRUSTED_PROXIES: "10.0.0.0/8,::1",
      LOG_LEVEL: "debug",
      SERVER_NAME: "Chess club",
      DOCS: "off",
    });
    expect(config).toMatchObject({
      port: 9001,
      host: "0.0.0.0",
      publicUrl: "https://chat.example.org",
      secretKey: goodKey,
      database: { engine: "postgres", url: "postgresql://parley:secret@db.example.org/parley" },
      redisUrl: "redis://cache.example.org:6379",
      accessTokenMinutes: 5,
      refreshTokenDays: 30,
      registration: "invite",
      admin: { username: "admin", email: "admin@example.org", password: " seven grey herons " },
      corsOrigins: ["https://a.example.org", "https://b.example.org:8443"],
      trustedProxies: ["10.0.0.0/8", "::1"],
      logLevel: "debug",
      serverName: "Chess club",
      docs: false,
    });
  });

  const malformed: Record<string, string[]> = {
    PORT: ["0", "65536", "-1", "80a", "8e3", "8000.5", "0x50"],
    SERVICE_PORT: ["none"],
    HOST: ["a b", "http://localhost"],
    PUBLIC_URL: [
      "chat.server.test",
      "ftp://server.test",
      "https://server.test/chat",
      "https://u:p@server.test",
      "http:x",
    ],
    DATA_DIR: ["a\u0000b"],
    DATABASE_URL: ["mysql://x/y", "sqlite://x.db", "sqlite:///:memory:", "postgresql:x", "x.db"],
    DATABASE_HOST: ["a b", "postgresql://localhost", "localhost/parley"],
    DATABASE_PORT: ["0", "65536", "5432x"],
    DATABASE_USER: ["x".repeat(64), "a\u0000b"],
    DATABASE_NAME: ["x".repeat(64), "a\u0000b"],
    DATABASE_PASSWORD: ["x".repeat(1_001), "secret\u0000word"],
    REDIS_URL: ["localhost:6379", "http://localhost"],
    SECRET_KEY: ["short"],
    ALGORITHM: ["none", "hs256", "HS512", "RS256"],
    S3_ENDPOINT: ["store.test", "https://store.test/bucket", "ftp://store.test"],
    S3_BUCKET: ["ab", "Upper", "-parley", "a/b"],
    S3_REGION: ["eu west", "EU"],
    S3_ACCESS_KEY_ID: ["a b", "x".repeat(201)],
    S3_SECRET_ACCESS_KEY: ["a b", "x".repeat(501)],
    MAX_UPLOAD_MB: ["0", "10 MB", "1.5"],
    PERSON_STORAGE_MB: ["0", "-1"],
    SERVER_STORAGE_MB: ["0", "lots"],
    ACCESS_TOKEN_EXPIRE_MINUTES: ["4", "1441", "15 min"],
    REFRESH_TOKEN_EXPIRE_DAYS: ["0", "91", "a week"],
    OPERATIONS_PER_SECOND: ["1000001", "many"],
    REGISTRATION: ["Open", "yes", "toString"],
    ADMIN_USERNAME: ["a", "no spaces please", "ümlaut"],
    ADMIN_EMAIL: ["admin", "admin@"],
    ADMIN_PASSWORD: ["seven77"],
    CORS_ORIGINS: ["*", "server.test", "https://server.test/x", "https://a.server.test,,", "null"],
    TRUSTED_PROXIES: ["10.0.0.0/33", "proxy", "::1/129", "10.0.0.0/8/8", "10.0.0"],
    PUSH_SERVICES: ["https://push.example", "push.example,,", "*", "a b", "push.example:443"],
    EGRESS_ALLOW: ["10.0.0.1", "http://127.0.0.1:80", "127.0.0.1:80/x", "host:123456", "::1:80"],
    LINK_PREVIEWS: ["yes", "On"],
    TRANSLATION_URL: ["127.0.0.1:5000", "ftp://a.test", "https://a:b@a.test", "https://a.test/?key=b"],
    TRANSLATION_KEY: ["a b", "x".repeat(501)],
    TRANSCRIPTION_URL: ["a.test", "https://a.test/v1#x"],
    TRANSCRIPTION_KEY: ["a\nb", "ü"],
    TRANSCRIPTION_MODEL: ["a b", "x".repeat(101)],
    SERVER_NAME: [`${"x".repeat(81)}`, "evil\u202ename"],
    LOG_LEVEL: ["verbose", "constructor"],
    DEBUG: ["yes", "express:*", "1"],
    DOCS: ["true", "1"],
    DIALECTS: ["Rooms", "rooms;backend", "rooms,,backend", "a b"],
    DIALECT_QUERY_TOKEN: ["yes", "no", "true"],
  };

  test("CONFIG-1 the list of malformed values leaves no setting out", () => {
    expect(Object.keys(malformed).sort()).toEqual(Object.keys(settings).sort());
  });

  for (const [name, values] of Object.entries(malformed)) {
    test(`CONFIG-1 a malformed ${name} stops the start and is named, its value is not shown`, () => {
      for (const value of values) {
        const message = fault({ [name]: value });
        expect(message).toContain(`  ${name} `);
        if (value.length > 6) expect(message).not.toContain(value);
      }
    });
  }

  test("CONFIG-1 everything that is wrong is said at once", () => {
    const message = fault({ PORT: "x", LOG_LEVEL: "x", ADMIN_USERNAME: "admin" });
    for (const name of ["PORT", "LOG_LEVEL", "ADMIN_EMAIL and ADMIN_PASSWORD"])
      expect(message).toContain(name);
  });

  test("CONFIG-1 an empty value is no value", () => {
    expect(read({ PORT: "", REGISTRATION: "  ", REDIS_URL: "" })).toMatchObject({
      port: 8000,
      registration: "closed",
    });
  });

  test("CONFIG-1 two names of the port must agree", () => {
    expect(fault({ PORT: "9000", SERVICE_PORT: "9001" })).toContain("differ");
    expect(read({ PORT: "9000", SERVICE_PORT: "9000" }).port).toBe(9000);
  });

  test("CONFIG-1 a database may be told in parts, each as it is", () => {
    const parts = { DATABASE_HOST: "db.example.org", DATABASE_USER: "parley", DATABASE_NAME: "chat" };
    const urlOf = (environment: Environment) => read(environment).database;
    expect(urlOf(parts)).toEqual({ engine: "postgres", url: "postgresql://parley@db.example.org:5432/chat" });
    const odd = {
      DATABASE_USER: "us/er@home",
      DATABASE_PASSWORD: " p@ss:w/rd#?% ",
      DATABASE_NAME: "chat room",
    };
    const { url } = urlOf({ ...parts, ...odd, DATABASE_PORT: "6432" }) as { url: string };
    const { username, password, host, pathname } = new URL(url);
    expect([username, password, host, pathname].map(decodeURIComponent)).toEqual([
      "us/er@home",
      " p@ss:w/rd#?% ",
      "db.example.org:6432",
      "/chat room",
    ]);
    const six = urlOf({ ...parts, DATABASE_HOST: "::1" });
    expect(six).toEqual({ engine: "postgres", url: "postgresql://parley@[::1]:5432/chat" });
  });

  test("CONFIG-1 a bucket lacks nothing that it needs", () => {
    const all = {
      ...{ S3_ENDPOINT: "https://s3.example.org", S3_BUCKET: "parley" },
      ...{ S3_ACCESS_KEY_ID: "key", S3_SECRET_ACCESS_KEY: "secret" },
    };
    expect(read(all).bucket).toMatchObject({ endpoint: "https://s3.example.org", region: "us-east-1" });
    expect(read({}).bucket).toBeNull();
    for (const name of Object.keys(all)) {
      expect(fault({ ...all, [name]: undefined })).toContain(`${name} must be set too`);
    }
    expect(fault({ S3_REGION: "eu-central-1" })).toContain("S3_ENDPOINT and S3_BUCKET");
  });

  test("CONFIG-1 a database in parts lacks none that it needs, and is not told twice", () => {
    for (const [given, missing] of [
      ["DATABASE_HOST", "DATABASE_USER and DATABASE_NAME must be set too"],
      ["DATABASE_PASSWORD", "DATABASE_HOST and DATABASE_USER and DATABASE_NAME must be set too"],
      ["DATABASE_PORT", "DATABASE_HOST and DATABASE_USER and DATABASE_NAME must be set too"],
    ] as const) {
      const message = fault({ [given]: "5432" });
      expect(message).toContain(missing);
      const both = fault({ [given]: "5432", DATABASE_URL: "sqlite:///chat.db" });
      expect(both).toContain(`DATABASE_URL and ${given} are both set`);
    }
  });

  test("CONFIG-1 DEBUG says how much is logged, where LOG_LEVEL does not say otherwise", () => {
    for (const value of ["true", "True", "TRUE"]) expect(read({ DEBUG: value }).logLevel).toBe("debug");
    expect(read({ DEBUG: "false" }).logLevel).toBe("info");
    expect(read({ DEBUG: "False", LOG_LEVEL: "warn" }).logLevel).toBe("warn");
    expect(read({ DEBUG: "true", LOG_LEVEL: "debug" }).logLevel).toBe("debug");
    expect(fault({ DEBUG: "true", LOG_LEVEL: "warn" })).toContain("DEBUG and LOG_LEVEL are both set");
  });

  test("CONFIG-1 the environment of the documented systems is taken as it is", () => {
    const config = read({
      HOST: "0.0.0.0",
      PORT: "8000",
      DEBUG: "True",
      ALGORITHM: "HS256",
      ACCESS_TOKEN_EXPIRE_MINUTES: "30",
      REFRESH_TOKEN_EXPIRE_DAYS: "7",
      SERVICE_PORT: "8000",
      DATABASE_URL: "sqlite:///./chat_video.db",
    });
    expect(config).toMatchObject({ host: "0.0.0.0", port: 8000, logLevel: "debug", accessTokenMinutes: 30 });
  });

  test("CONFIG-1 a misspelt setting stops the start and its right name is told", () => {
    for (const [given, meant] of [
      ["REGISTRATON", "REGISTRATION"],
      ["TRUSTED_PROXYS", "TRUSTED_PROXIES"],
      ["CORS_ORIGIN", "CORS_ORIGINS"],
      ["ADMIN_PASWORD", "ADMIN_PASSWORD"],
      ["DATABASE_URI", "DATABASE_URL"],
      ["PARLEY_PORT", "PORT"],
    ] as const) {
      expect(fault({ [given]: "x" })).toContain(`${given} is not a setting: is ${meant} meant?`);
    }
    expect(fault({ PARLEY_COLOUR: "red" })).toContain("PARLEY_COLOUR is not a setting");
  });

  test("CONFIG-1 what belongs to other programs is left alone", () => {
    const foreign = [
      "HOSTNAME",
      "HOSTS",
      "PORTS",
      "DOCKER",
      "PATH",
      "HOME",
      "LANG",
      "NODE_ENV",
      "DISPLAY",
      "PWD",
      "TERM",
    ];
    expect(fault(Object.fromEntries(foreign.map((name) => [name, "x"])))).toBe("");
  });

  test("CONFIG-1 sqlite addresses are relative with three slashes, absolute with four", () => {
    const path = (url: string) => read({ DATABASE_URL: url }).database;
    expect(path("sqlite:///./chat.db")).toEqual({ engine: "sqlite", path: join(process.cwd(), "chat.db") });
    expect(path("sqlite:///data/chat.db")).toEqual({
      engine: "sqlite",
      path: join(process.cwd(), "data/chat.db"),
    });
    expect(path("sqlite:////var/chat.db")).toEqual({ engine: "sqlite", path: "/var/chat.db" });
  });
});

describe("the secret key", () => {
  test("CONFIG-2 without one a key is drawn, kept for nobody else to read, and found again", () => {
    const dataDir = newFolder();
    const first = readConfig({ DATA_DIR: dataDir }).secretKey;
    expect(Buffer.from(first, "base64url").length).toBe(32);
    expect(statSync(join(dataDir, "secret.key")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(dataDir, "secret.key"), "utf8").trim()).toBe(first);
    expect(readConfig({ DATA_DIR: dataDir }).secretKey).toBe(first);
    expect(readConfig({ DATA_DIR: newFolder() }).secretKey).not.toBe(first);
  });

  test("CONFIG-2 with one nothing is drawn", () => {
    const dataDir = newFolder();
    expect(readConfig({ DATA_DIR: dataDir, SECRET_KEY: goodKey }).secretKey).toBe(goodKey);
    expect(existsSync(join(dataDir, "secret.key"))).toBe(false);
  });

  test("CONFIG-2 sample keys, short ones and typed ones are refused, and not shown", () => {
    for (const key of [
      "your-secret-key-here",
      "your-secret-key-here-change-in-production",
      "your-super-secret-key-change-this-in-production",
      "your_jwt_secret_key_at_least_32_characters",
      "your_super_secret_key_change_this_in_production",
      "change-me-to-a-random-string-of-32-characters",
      "supersecretkeysupersecretkeysupersecretkey",
      "replace-this-with-a-secure-random-value!!",
      "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
      "a".repeat(64),
      "abcabcabcabcabcabcabcabcabcabcabcabcabc",
      "Zr1xV0bWm3Tn5Lk7Jh9Gf2Ds4Ap6Ycq",
    ]) {
      const message = fault({ SECRET_KEY: key });
      expect(message).toContain("SECRET_KEY ");
      expect(message).not.toContain(key);
    }
  });

  test("CONFIG-2 bytes are counted, not characters", () => {
    expect(fault({ SECRET_KEY: "äöüÄÖÜßéèêàâôûçñ" })).toBe("");
  });

  test("CONFIG-2 a kept key that was cut short stops the start", () => {
    const dataDir = newFolder();
    readConfig({ DATA_DIR: dataDir });
    writeFileSync(join(dataDir, "secret.key"), "tooshort\n");
    expect(() => readConfig({ DATA_DIR: dataDir })).toThrow(ConfigError);
  });
});
