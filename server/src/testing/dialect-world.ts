import { spokenDialects } from "../api/dialects/mount.ts";
import type { Person, TestApp } from "./app.ts";

export interface DialectSocketPlace {
  dialect: string;
  /** As it is described, with its names in braces. */
  described: string;
  /** The path at which this person hears the room (or, where it is a person's, themselves). */
  pathFor(person: Person, room: number): string;
  /** Whether it is the socket of one room. */
  isOfRoom: boolean;
}

/** Every socket of every dialect that is there: tests that walk over them need no dialect by name. */
export function dialectSockets(): DialectSocketPlace[] {
  const seen = new Set<string>();
  return spokenDialects(null).flatMap(({ name: dialect, sockets }) =>
    sockets.flatMap(({ path: described }) => {
      if (seen.has(described)) return [];
      seen.add(described);
      const isOfRoom = /\{(?:room|chat)_id\}/.test(described);
      const pathFor = (person: Person, room: number) =>
        described.replace(/\{(?:room|chat)_id\}/, String(room)).replace("{user_id}", String(person.id));
      return [{ dialect, described, pathFor, isOfRoom }];
    }),
  );
}

/** Routes of the dialects as they are described. */
export async function dialectRoutes(app: Pick<TestApp, "ask">): Promise<DescribedRoute[]> {
  const names = new Set(spokenDialects(null).map(({ name }) => name));
  const { body } = await app.ask("GET", "/openapi.json");
  // biome-ignore lint/suspicious/noExplicitAny: a JSON document
  return Object.entries(body.paths as Record<string, any>).flatMap(([path, methods]) =>
    // biome-ignore lint/suspicious/noExplicitAny: a JSON document
    Object.entries(methods as Record<string, any>)
      .filter(([, { tags, responses }]) => tags.some((tag: string) => names.has(tag)) && !responses["101"])
      .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

export interface DescribedRoute {
  method: string;
  path: string;
  // biome-ignore lint/suspicious/noExplicitAny: a JSON document
  operation: any;
}
