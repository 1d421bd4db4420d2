import type { Input, OperationName, Output } from "@parley/protocol/contract";
import type { ClientSignal, ServerFrame } from "@parley/protocol/frames";
import type { z } from "zod";
import type { DialectCall, DialectParts } from "./route.ts";

/** What one socket of a dialect can do: the live socket's operations and signals, and its own frames. */
export interface Line extends DialectParts {
  readonly user: number;
  /** Sends a frame of the dialect. */
  send(frame: object): void;
  /** Carries out one operation over the live socket, with its limits. */
  ask<Name extends OperationName>(name: Name, input: Input<Name>): Promise<Output<Name>>;
  signal(signal: ClientSignal): void;
  /** Hears a room in full, however large, and is seen to have it open; or no more. */
  open(room: number): Promise<void>;
  shut(room: number): void;
  /** Ends the socket. 4403: the person may not read the room any more. */
  close(code: number, reason: string): void;
}

/** The live socket's first word. */
export type Ready = Extract<ServerFrame, { type: "ready" }>;

/** One person's end of a conversation in a dialect. Each function is called when the one before it is done. */
export interface Speaker {
  /** The socket is live: everything that happens from here on is heard. */
  begin?(ready: Ready): Promise<void> | void;
  /** A frame of our own protocol came: what does the dialect make of it? */
  hear(frame: ServerFrame): Promise<void> | void;
  /** A text frame came. What it throws is told in an error frame. */
  say(text: string): Promise<void>;
  /** What went wrong, in the dialect's envelope. */
  toError(detail: string, failed: { code: string; after?: number }): object;
  end?(): void;
}

export interface SocketSpec<Path extends z.ZodObject> {
  /** With `{name}` for each field of `fields`. */
  path: `/${string}`;
  summary: string;
  fields?: Path;
  /** The frames that a client sends and hears. */
  client: z.ZodType;
  server: z.ZodType;
  /** Before the upgrade: what it throws refuses it. `rooms` are opened with the socket. */
  connect: (
    call: DialectCall,
    path: z.output<Path>,
  ) => Promise<{ rooms: readonly number[]; speaker: (line: Line) => Speaker }>;
}

export type DialectSocketRoute = SocketSpec<z.ZodObject>;

/** Declares one socket of a dialect. */
export function socketRoute<Path extends z.ZodObject = z.ZodObject<Record<never, never>>>(
  spec: SocketSpec<Path>,
): DialectSocketRoute {
  return spec as unknown as DialectSocketRoute;
}
