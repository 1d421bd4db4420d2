import type { Clock } from "./clock.ts";
import { isoTime } from "./clock.ts";
import { redactFields, redactText } from "./redaction.ts";

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

export type LogFields = Readonly<Record<string, unknown>>;

/**
 * One line for each thing that happened. Never give it what a person wrote: names of fields that hold secrets are
 * blanked, but nobody can tell a message's text from another word.
 */
export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** A logger whose lines all carry these fields. */
  with(fields: LogFields): Logger;
}

export interface LoggerOptions {
  level: LogLevel;
  clock: Clock;
  /** Takes one line without its line feed. */
  write: (line: string) => void;
  /** `json` for machines, `text` for somebody at a terminal. */
  form: "json" | "text";
}

export function createLogger(options: LoggerOptions): Logger {
  return loggerWith(options, {});
}

/** JSON lines on the standard output; plain lines when that is a terminal. */
export function standardLogger(level: LogLevel, clock: Clock): Logger {
  const form = process.stdout.isTTY ? "text" : "json";
  return createLogger({ level, clock, form, write: (line) => void process.stdout.write(`${line}\n`) });
}

function loggerWith(options: LoggerOptions, own: LogFields): Logger {
  const lowest = logLevels.indexOf(options.level);
  const at = (level: LogLevel) => (event: string, fields?: LogFields) => {
    if (logLevels.indexOf(level) < lowest) return;
    const line = { time: isoTime(options.clock.now()), level, event: redactText(event) };
    const rest = redactFields({ ...own, ...fields });
    options.write(
      options.form === "json" ? JSON.stringify({ ...line, ...rest, ...line }) : asText(line, rest),
    );
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (fields) => loggerWith(options, { ...own, ...fields }),
  };
}

/** JSON escapes every control character, so that no value can begin a line of its own or colour the terminal. */
function asText(line: { time: string; level: LogLevel; event: string }, rest: LogFields): string {
  const words = Object.entries(rest).map(([name, value]) => `${oneLine(name)}=${JSON.stringify(value)}`);
  return [line.time, line.level.toUpperCase().padEnd(5), oneLine(line.event), ...words].join(" ");
}

function oneLine(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
