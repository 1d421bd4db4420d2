import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Answered, type TestApp, testApp } from "../../testing/app.ts";
import { tooDeep, unstorable, withField, wrongValuesOf } from "../../testing/bad-values.ts";
import { type DescribedRoute, dialectRoutes } from "../../testing/dialect-world.ts";
import { spokenDialects } from "./mount.ts";

let app: TestApp;
let routes: DescribedRoute[];
beforeAll(async () => {
  app = await testApp({ environment: { REGISTRATION: "open" } });
  routes = await dialectRoutes(app);
});
afterAll(() => app?.close());

/** With this in each of its places. */
const filled = ({ path }: DescribedRoute, value: string) => path.replaceAll(/\{\w+\}/g, value);

const jsonBody = ({ operation }: DescribedRoute) => operation.requestBody?.content["application/json"];

/** DIALECT-79 */
const countsAsNone = ({ operation }: DescribedRoute) =>
  /A token that is not good counts as none/.test(operation.description ?? "");

/** As every dialect tells of a failure; and never that something broke. */
function expectFailure(answered: Answered, what: string): void {
  const { status, body } = answered;
  expect([what, status, status >= 400 && status < 500]).toEqual([what, status, true]);
  if (status !== 422) return expect([what, typeof body.detail]).toEqual([what, "string"]);
  expect([what, Array.isArray(body.detail) && body.detail.length > 0]).toEqual([what, true]);
  for (const fault of body.detail) {
    expect(fault).toEqual({ loc: expect.any(Array), msg: expect.any(String), type: expect.any(String) });
    expect(["body", "query", "path"]).toContain(fault.loc[0]);
  }
}

describe("bad input to the dialects", () => {
  test("DIALECT-5 there are routes to ask", () => {
    expect(routes.length).toBeGreaterThan(0);
  });

  test("DIALECT-5 without a token it is 401, and with a bad one too", async () => {
    for (const route of routes) {
      const isOpen = route.operation.security?.length === 0;
      const body = jsonBody(route) ? {} : undefined;
      for (const authorization of ["Bearer x", "Basic YTpi", "Bearer", "Bearer a b", ""]) {
        const what = `${route.method} ${route.path} with '${authorization}'`;
        const headers: Record<string, string> = authorization === "" ? {} : { authorization };
        const answered = await app.ask(route.method, filled(route, "1"), { body, headers });
        if (isOpen && (authorization === "" || countsAsNone(route))) continue;
        expect([what, answered.status]).toEqual([what, 401]);
        expectFailure(answered, what);
        expect(answered.headers.get("www-authenticate")).toBe("Bearer");
      }
    }
  });

  test("DIALECT-5 what is for admins is 403 for others", async () => {
    const forAdmins = routes.filter(({ operation }) =>
      /For admins of the server/.test(operation.description ?? ""),
    );
    const known = new Set(spokenDialects(null).flatMap((dialect) => dialect.routes));
    expect(forAdmins).toHaveLength([...known].filter(({ who }) => who === "admin").length);
    for (const route of forAdmins) {
      const what = `${route.method} ${route.path}`;
      const body = jsonBody(route)?.example;
      const answered = await app.ask(route.method, filled(route, "1"), { as: app.people.alice, body });
      expect([what, answered.status]).toEqual([what, 403]);
    }
  });

  test("DIALECT-5 a place in a path that is no id is 422, and one of nothing 404", async () => {
    const withPlaces = routes.filter(({ path }) => path.includes("{"));
    for (const route of withPlaces) {
      const body = jsonBody(route)?.example;
      for (const value of ["0", "-1", "abc", "1.5", "9007199254740993", "1e3", "%00", "%F0%9F%A6%8A"]) {
        const what = `${route.method} ${filled(route, value)}`;
        const answered = await app.ask(route.method, filled(route, value), { as: app.people.alice, body });
        expectFailure(answered, what);
        expect([what, [422, 403, 404].includes(answered.status)]).toEqual([what, true]);
      }
      const what = `${route.method} ${filled(route, "999999999")}`;
      const answered = await app.ask(route.method, filled(route, "999999999"), {
        as: app.people.admin,
        body,
      });
      if (answered.status < 400) expect([what, route.method]).toEqual([what, "DELETE"]);
      else expectFailure(answered, what);
    }
  });

  test("DIALECT-5 a body that is no JSON object is 422, one of another type 415, one too large 413", async () => {
    for (const route of routes.filter(jsonBody)) {
      const path = filled(route, "1");
      const ask = async (body: string, type = "application/json") => {
        const what = `${route.method} ${path} with ${body.slice(0, 40)}`;
        const headers = { "content-type": type };
        const answered = await app.ask(route.method, path, { as: app.people.admin, body, headers });
        expectFailure(answered, what);
        return [what, answered.status];
      };
      const what = (body: string) => `${route.method} ${path} with ${body.slice(0, 40)}`;
      for (const body of ["{", "[]", "null", '"x"', "5", '{"a":1,"a":2}', ...tooDeep]) {
        expect(await ask(body)).toEqual([what(body), 422]);
      }
      expect(await ask("<a/>", "application/xml")).toEqual([what("<a/>"), 415]);
      const large = `{"a":"${"x".repeat(300_000)}"}`;
      expect(await ask(large)).toEqual([what(large), 413]);
    }
  });

  test("DIALECT-5 a wrong value for a field is 422 and says where", async () => {
    for (const { route, what, body } of routes.filter(jsonBody).flatMap(wrongBodies)) {
      const headers = { "content-type": "application/json" };
      const answered = await app.ask(route.method, filled(route, "1"), {
        as: app.people.admin,
        body,
        headers,
      });
      if (answered.status >= 400) expectFailure(answered, what);
    }
  });

  test("DIALECT-5 a wrong value in a query is 422", async () => {
    for (const { route, path, isNumber } of routes.flatMap(wrongQueries)) {
      const answered = await app.ask(route.method, path, { as: app.people.admin });
      if (isNumber) expect([path, answered.status]).toEqual([path, 422]);
      if (answered.status >= 400) expectFailure(answered, path);
    }
  });

  test("DIALECT-5 nothing of all this was an error of ours", () => {
    expect(app.log.filter((line) => line.includes("request.failed"))).toEqual([]);
  });
});

interface Property {
  type?: string;
  anyOf?: { type?: string }[];
}

type Field = Parameters<typeof wrongValuesOf>[0];

/** Only of fields of one plain type is it known what is wrong for them. */
function fieldOf(name: string, { type, anyOf = [] }: Property, required: readonly string[]): Field | null {
  const types = type === undefined ? anyOf.map((each) => each.type ?? "") : [type];
  const nullable = types.includes("null");
  const [first, ...more] = types.filter((each) => each !== "null");
  const known = ["integer", "string", "boolean", "array", "object"];
  if (first === undefined || more.length > 0 || !known.includes(first)) return null;
  return { name, type: first as Field["type"], required: required.includes(name), nullable };
}

function wrongBodies(route: DescribedRoute): { route: DescribedRoute; what: string; body: string }[] {
  const { schema, example } = jsonBody(route);
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const field = fieldOf(name, property as Property, schema.required ?? []);
    if (!field) return [];
    const raws = [...wrongValuesOf(field), ...(field.type === "string" ? unstorable : [])];
    return raws.map((raw) => ({
      route,
      what: `${route.method} ${route.path} with ${name}: ${raw.slice(0, 40)}`,
      body: withField(example, name, raw),
    }));
  });
}

function wrongQueries(route: DescribedRoute): { route: DescribedRoute; path: string; isNumber: boolean }[] {
  const parameters: { in: string; name: string; schema: Property }[] = route.operation.parameters ?? [];
  return parameters
    .filter((each) => each.in === "query")
    .flatMap(({ name, schema }) => {
      const isNumber = schema.type === "integer";
      const values = isNumber ? ["-1", "x", "1.5", "9007199254740993"] : ["", "\u0000"];
      const pathWith = (value: string) => `${filled(route, "1")}?${new URLSearchParams({ [name]: value })}`;
      return values.map((value) => ({ route, path: pathWith(value), isNumber }));
    });
}
