import { describe, expect, test } from "bun:test";
import { createLogger, type LogFields, type LoggerOptions } from "./logger.ts";
import { redactText } from "./redaction.ts";

function logging(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const clock = { now: () => Date.UTC(2030, 0, 1), monotonic: () => 0 };
  const logger = createLogger({
    level: "debug",
    clock,
    form: "json",
    write: (line) => void lines.push(line),
    ...options,
  });
  return { logger, lines };
}

const planted = "9f2c-planted-4b7e";
const token = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.${planted.replaceAll("-", "_")}`;

/** Every way in which a secret was ever seen to reach a log. */
const leaks: LogFields[] = [
  { token: planted },
  { access_token: planted, refreshToken: planted },
  { password: planted, new_password: planted, currentPassword: planted },
  { secret_key: planted, SECRET_KEY: planted },
  { authorization: `Bearer ${planted}` },
  {
    headers: {
      Authorization: `Bearer ${planted}`,
      Cookie: `__Host-parley_refresh=${planted}`,
      "set-cookie": planted,
    },
  },
  { ticket: planted, "api-key": planted, "Idempotency-Key": planted },
  { nested: [{ deep: { token: planted } }] },
  { url: `/chat/ws?token=${planted}&room=1` },
  { url: `wss://chat.example.org/ws/3?ticket=${planted}` },
  { url: new URL(`https://chat.example.org/setup#code=${planted}`) },
  { note: `GET /ws?room=1&access_token=${planted} HTTP/1.1` },
  { form: `username=alice&password=${planted}` },
  { url: `postgresql://parley:${planted}@db.example.org/parley` },
  { url: `redis://:${planted}@cache.example.org:6379` },
  { note: `Authorization: Bearer ${planted}` },
  { note: `the answer was {"access_token":"${planted}","expires_in":900}` },
  { note: `twice in JSON {\\"refresh_token\\": \\"${planted}\\"}` },
  { note: `the token ${token} was refused` },
  { error: new Error(`failed: /ws?token=${planted}`) },
  { error: new Error("outer", { cause: new Error(`inner /ws?token=${planted}`) }) },
  { error: Object.assign(new Error("query failed"), { query: "UPDATE …", parameters: [planted] }) },
  { text: planted, body: { text: planted }, content: planted },
  { map: { message_text: planted } },
];

describe("redaction", () => {
  for (const [index, fields] of leaks.entries()) {
    test(`CONFIG-3 a planted secret reaches no line (${index + 1}: ${Object.keys(fields).join(", ")})`, () => {
      for (const form of ["json", "text"] as const) {
        const { logger, lines } = logging({ form });
        logger.error("something.failed", fields);
        logger.with(fields).info("something.happened");
        expect(lines.length).toBe(2);
        expect(lines.join("\n")).not.toContain(planted);
        expect(lines.join("\n")).not.toContain(planted.replaceAll("-", "_"));
      }
    });
  }

  test("CONFIG-3 nor from the event itself", () => {
    const { logger, lines } = logging();
    logger.warn(`refused /ws?token=${planted}`);
    expect(lines.join("")).not.toContain(planted);
  });

  test("CONFIG-3 what is no secret stays readable", () => {
    const text = "GET /api/v2/rooms/7?limit=50&before=3 by user 42 from 192.0.2.1 in 3 ms";
    expect(redactText(text)).toBe(text);
    const { logger, lines } = logging();
    logger.info("request.answered", { path: "/api/v2/rooms/7", status: 200, user: 42, ok: true, gone: null });
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      time: "2030-01-01T00:00:00.000Z",
      level: "info",
      event: "request.answered",
      path: "/api/v2/rooms/7",
      status: 200,
      user: 42,
      ok: true,
      gone: null,
    });
  });

  test("CONFIG-3 redacting takes time in proportion to the text", () => {
    for (const text of [
      "eyJ".repeat(100_000),
      "a=".repeat(100_000),
      "https://".repeat(50_000),
      `"token":"${"\\".repeat(100_000)}`,
    ]) {
      const { logger, lines } = logging();
      logger.info("odd", { text_: text, note: text });
      expect(lines[0]?.length).toBeLessThan(20_000);
    }
  });
});

describe("lines", () => {
  test("CONFIG-3 nothing that is logged can begin a line of its own", () => {
    const evil = 'x\r\n{"level":"info","event":"forged"}\u2028\u001b[31mred';
    for (const form of ["json", "text"] as const) {
      const { logger, lines } = logging({ form });
      logger.info(evil, { name: evil, [evil]: evil, error: new Error(evil) });
      expect(lines.length).toBe(1);
      expect(lines[0]).not.toMatch(/[\r\n\u001b]/);
    }
  });

  test("CONFIG-3 a field cannot stand in for the level, the time or the event", () => {
    const { logger, lines } = logging();
    logger.warn("real", { level: "info", time: "never", event: "forged" });
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      level: "warn",
      event: "real",
      time: "2030-01-01T00:00:00.000Z",
    });
  });

  test("CONFIG-3 what is below the level is not written", () => {
    const { logger, lines } = logging({ level: "warn" });
    logger.debug("a");
    logger.info("b");
    logger.warn("c");
    logger.error("d");
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(["c", "d"]);
  });

  test("CONFIG-3 whatever is thrown or given can be logged", () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const { logger, lines } = logging();
    for (const odd of [
      circle,
      10n,
      Symbol("x"),
      () => 1,
      new Map(),
      new Uint8Array(5),
      Number.NaN,
      new Date(Number.NaN),
    ]) {
      logger.info("odd", { odd });
      logger.error("odd", { error: odd });
    }
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
    expect(lines.length).toBe(16);
  });

  test("CONFIG-3 a line is bounded", () => {
    const { logger, lines } = logging();
    const long = "y ".repeat(50_000);
    logger.info("long", { long, list: Array.from({ length: 10_000 }, () => "z"), error: new Error(long) });
    expect(lines[0]?.length).toBeLessThan(20_000);
  });
});
