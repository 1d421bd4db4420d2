import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  apiBase,
  contract,
  methodAndPath,
  type OperationName,
  operationNames,
} from "@parley/protocol/contract";
import { limits } from "@parley/protocol/limits";
import { type TestApp, testApp } from "../testing/app.ts";
import { takesBytes } from "../testing/rest-call.ts";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app?.close());

/** Operations that end the session they are called with, or wait for a password to be hashed. */
const costly: ReadonlySet<OperationName> = new Set(["session.end", "session.end_others", "password.change"]);

/** The path with the same value in each place. */
function pathOf(name: OperationName, value: string | number = 1): string {
  return apiBase + methodAndPath(name).path.replaceAll(/\{\w+\}/g, String(value));
}

/** Requests with one value in every field: of somebody who knows no id, and of somebody who puts it there too. */
function requestsWith(name: OperationName, value: unknown) {
  const { method } = methodAndPath(name);
  const fields = Object.keys((contract[name].input as unknown as { shape: object }).shape);
  const inQuery = method === "GET" || method === "DELETE";
  const query = inQuery ? `?${new URLSearchParams(fields.map((field) => [field, String(value)]))}` : "";
  const body = inQuery ? undefined : Object.fromEntries(fields.map((field) => [field, value]));
  const odd = encodeURIComponent(String(value).toWellFormed().slice(0, 2_000)) || "0";
  return [999_999, odd].map((id) => ({ method, path: pathOf(name, id) + query, body }));
}

describe("bodies", () => {
  const login = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    fetch(`${app.url}/api/v2/session`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });
  const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;

  test("REST-5 a body over the limit is refused, announced or not", async () => {
    const big = `{"login":"${"x".repeat(limits.bodyBytes)}","password":"x"}`;
    const announced = await login(big);
    expect([announced.status, await codeOf(announced)]).toEqual([413, "too_large"]);
    const parts = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(64 * 1024).fill(0x20));
      },
    });
    const streamed = await fetch(`${app.url}/api/v2/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: parts,
    });
    expect([streamed.status, await codeOf(streamed)]).toEqual([413, "too_large"]);
  });

  test("REST-5 a body of just the limit is read", async () => {
    const frame = `{"login":"a","password":"${"x".repeat(100)}"}`;
    const padded = frame + " ".repeat(limits.bodyBytes - frame.length);
    expect((await login(padded)).status).toBe(401);
    expect((await login(`${padded} `)).status).toBe(413);
  });

  test("REST-5 every route refuses a body over the limit, or does not read it", async () => {
    for (const name of operationNames.filter((each) => !costly.has(each))) {
      const { method } = methodAndPath(name);
      if (method === "GET") continue;
      const as = app.people.admin;
      const body = "x".repeat((takesBytes(name) ? limits.pictureBytes : limits.bodyBytes) + 1);
      const { status } = await app.ask(method, pathOf(name, 999_999), { as, body });
      const unread = name === "avatar.remove" ? 200 : 404;
      expect([name, status]).toEqual([name, method === "DELETE" ? unread : 413]);
    }
  });

  test("REST-5 only JSON is taken for JSON", async () => {
    const good = JSON.stringify({ login: "nobody", password: "nothing" });
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/jsonx",
      "",
    ]) {
      const response = await login(good, { "content-type": type });
      expect([response.status, await codeOf(response)]).toEqual([415, "unsupported"]);
    }
    for (const type of ["application/json", "application/json; charset=utf-8", "Application/JSON;x=y"]) {
      expect((await login(good, { "content-type": type })).status).toBe(401);
    }
  });

  test("REST-5 what is no object in JSON is invalid", async () => {
    for (const body of [
      "{",
      "[]",
      "null",
      "1",
      '"x"',
      "{}{}",
      "{'login':1}",
      '{"a":1,}',
      "\u0000",
      "NaN",
      "[".repeat(100_000),
    ]) {
      const response = await login(body);
      expect([body.slice(0, 20), response.status, await codeOf(response)]).toEqual([
        body.slice(0, 20),
        422,
        "invalid",
      ]);
    }
    const latin1 = new Uint8Array(Buffer.from('{"login":"a","password":"\u00fc"}', "latin1"));
    const notUtf8 = await login(latin1);
    expect([notUtf8.status, await codeOf(notUtf8)]).toEqual([422, "invalid"]);
  });

  test("REST-5 JSON nested too deep is refused before it is read", async () => {
    const nested = (depth: number) => `{"login":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
    const detail = async (depth: number) =>
      ((await (await login(nested(depth))).json()) as { detail: string }).detail;
    expect(await detail(limits.jsonDepth + 1)).toContain("nested");
    expect(await detail(limits.jsonDepth)).not.toContain("nested");
  });

  test("REST-5 bad input of every kind on every route is a clear error, never a fault of ours", async () => {
    const odd: unknown[] = [
      null,
      true,
      0,
      -1,
      1.5,
      2 ** 53,
      "",
      "\u0000",
      "\ud800",
      "x".repeat(10_001),
      [],
      [null],
      {},
      { $ne: 1 },
      "' OR 1=1 --",
    ];
    for (const name of operationNames.filter((each) => !costly.has(each))) {
      for (const value of odd) {
        for (const { method, path, body } of requestsWith(name, value)) {
          const answered = await app.ask(method, path, { as: app.people.bob, body });
          expect([name, value, answered.status < 500]).toEqual([name, value, true]);
        }
      }
    }
    expect(app.log.filter((line) => line.includes("request.failed"))).toEqual([]);
    expect((await app.ask("GET", "/api/v2/me", { as: app.people.bob })).status).toBe(200);
  });
});
