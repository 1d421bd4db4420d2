import { limits } from "@parley/protocol/limits";
import type { z } from "zod";
import type { DialectRoute } from "../api/dialects/route.ts";
import { fieldsOf } from "../api/parameters.ts";
import type { Answered, Person, TestApp } from "./app.ts";

/** What makes a route's request a good one. */
export interface GoodRequest {
  path?: Record<string, number>;
  query?: Record<string, string>;
  body?: Record<string, unknown>;
}

interface Attempt {
  what: string;
  expected: number | readonly number[];
  answered: Answered;
  /** Where the fault must be told to be. */
  loc?: readonly string[];
}

const nothing = 2 ** 40;
const notIds = ["x", "1.5", "-1", "0x10", "9007199254740993", "%00"];
const wrongValues: readonly unknown[] = [
  ...[null, true, -1, 1.5, 2 ** 60, [], {}, ["x"], { $ne: null }],
  ...["", " ", "\u0000", "a\u0000b", "\ud800", "x".repeat(20_000), "' OR 1=1 --"],
];

/** Walks the routes of a dialect with every kind of bad input; answers what was not refused as it should be. */
export class BadInputWalk {
  private readonly wrong: string[] = [];
  attempts = 0;

  constructor(
    private readonly app: TestApp,
    private readonly as: { user: Person; admin: Person },
  ) {}

  async walk(spec: DialectRoute, good: GoodRequest): Promise<string[]> {
    const from = this.wrong.length;
    await this.asNobody(spec, good);
    await this.withOddPaths(spec, good);
    await this.withOddQueries(spec, good);
    if (spec.body) await this.withOddBodies(spec, good);
    return this.wrong.slice(from);
  }

  private async asNobody(spec: DialectRoute, good: GoodRequest): Promise<void> {
    if (spec.who === "anyone") {
      return this.check({
        what: "a bad token",
        expected: 401,
        answered: await this.send(spec, good, { token: "x" }),
      });
    }
    for (const token of [null, "", "no.such.token"]) {
      const answered = await this.send(spec, good, { token });
      this.check({ what: `${spec.method} ${spec.path} with token ${token}`, expected: 401, answered });
    }
    if (spec.who !== "admin") return;
    const answered = await this.send(spec, good, { token: this.as.user.accessToken });
    this.check({ what: `${spec.method} ${spec.path} by no admin`, expected: 403, answered });
  }

  private async withOddPaths(spec: DialectRoute, good: GoodRequest): Promise<void> {
    for (const name of Object.keys(good.path ?? {})) {
      for (const odd of notIds) {
        const what = `${spec.method} ${spec.path} with ${name} ${odd}`;
        const answered = await this.send(spec, { ...good, path: { ...good.path, [name]: odd } });
        this.check({ what, expected: [404, 422], answered });
        if (answered.status === 422) this.check({ what, expected: 422, answered, loc: ["path", name] });
      }
      const answered = await this.send(spec, { ...good, path: { ...good.path, [name]: nothing } });
      this.check({ what: `${spec.method} ${spec.path} with unknown ${name}`, expected: 404, answered });
    }
  }

  private async withOddQueries(spec: DialectRoute, good: GoodRequest): Promise<void> {
    for (const [name, schema] of Object.entries(spec.query ? fieldsOf(spec.query) : {})) {
      for (const odd of ["", "x", "-1", "1.5", "99999999999999999999", "\u0000", "x".repeat(5_000)]) {
        const isGood = schema.safeParse(odd).success;
        const answered = await this.send(spec, { ...good, query: { ...good.query, [name]: odd } });
        const what = `${spec.method} ${spec.path} with ${name}=${odd.slice(0, 20)}`;
        if (isGood) this.check({ what, expected: [200, 404, 422], answered });
        else this.check({ what, expected: 422, answered, loc: ["query", name] });
      }
      const answered = await this.send(spec, good, { search: `${name}=1&${name}=2` });
      this.check({ what: `${spec.path} with ${name} twice`, expected: 422, answered, loc: ["query", name] });
    }
  }

  private async withOddBodies(spec: DialectRoute, good: GoodRequest): Promise<void> {
    const body = good.body ?? {};
    const schema = spec.body as z.ZodType;
    for (const name of Object.keys(fieldsOf(schema))) {
      for (const value of wrongValues) {
        const sent = { ...body, [name]: value };
        const what = `${spec.method} ${spec.path} with ${name} ${JSON.stringify(value).slice(0, 30)}`;
        const answered = await this.send(spec, { ...good, body: sent });
        if (schema.safeParse(sent).success) this.check({ what, expected: "refusal or success", answered });
        else this.check({ what, expected: 422, answered, loc: ["body", name] });
      }
      const { [name]: _, ...rest } = body;
      const answered = await this.send(spec, { ...good, body: rest });
      const what = `${spec.method} ${spec.path} without ${name}`;
      if (schema.safeParse(rest).success) this.check({ what, expected: "refusal or success", answered });
      else this.check({ what, expected: 422, answered, loc: ["body", name] });
    }
    for (const [text, expected, type] of [
      ["{broken", 422, "application/json"],
      ["[]", 422, "application/json"],
      ['"text"', 422, "application/json"],
      ['{"name":1,"name":2}', 422, "application/json"],
      [JSON.stringify(body), 415, "text/plain"],
      [" ".repeat(limits.bodyBytes + 1), 413, "application/json"],
    ] as const) {
      const answered = await this.send(spec, good, { text, type });
      this.check({
        what: `${spec.method} ${spec.path} with ${type} ${text.slice(0, 20)}`,
        expected,
        answered,
      });
    }
  }

  private check(attempt: Omit<Attempt, "expected"> & { expected: Attempt["expected"] | string }): void {
    this.attempts++;
    const { what, expected, answered, loc } = attempt;
    const { status, body } = answered;
    const isRight =
      typeof expected === "string" ? status < 500 : [expected].flat().some((each) => each === status);
    const isTold = status < 400 || toldWell(status, body);
    const isPlaced =
      !loc ||
      (Array.isArray(body?.detail) &&
        body.detail.some((fault: { loc: string[] }) => isUnder(fault.loc, loc)));
    if (!isRight || !isTold || !isPlaced) {
      this.wrong.push(`${what}: ${status} ${JSON.stringify(body)?.slice(0, 200)}`);
    }
  }

  private send(
    spec: DialectRoute,
    given: { path?: Record<string, number | string>; query?: Record<string, string>; body?: unknown },
    how: { token?: string | null; search?: string; text?: string; type?: string } = {},
  ): Promise<Answered> {
    const path = spec.path.replaceAll(/\{(\w+)\}/g, (_, name) => String(given.path?.[name] ?? ""));
    const search = how.search ?? new URLSearchParams(given.query).toString();
    const usual = spec.who === "anyone" ? null : this.as[spec.who].accessToken;
    const token = how.token === undefined ? usual : how.token;
    const body = how.text ?? (spec.body ? given.body : undefined);
    return this.app.ask(spec.method, search === "" ? path : `${path}?${search}`, {
      ...(body !== undefined && { body }),
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(how.type !== undefined && { "content-type": how.type }),
      },
    });
  }
}

function isUnder(loc: readonly unknown[], place: readonly string[]): boolean {
  return place.every((part, index) => loc[index] === part);
}

/** DIALECT-5. A text, or for bad input a list of what is wrong where. */
function toldWell(status: number, body: unknown): boolean {
  const detail = (body as { detail?: unknown } | null)?.detail;
  if (status !== 422) return typeof detail === "string" && detail !== "";
  const isFault = (fault: { loc?: unknown; msg?: unknown; type?: unknown }) =>
    Array.isArray(fault.loc) && typeof fault.msg === "string" && typeof fault.type === "string";
  return Array.isArray(detail) && detail.length > 0 && detail.every(isFault);
}
