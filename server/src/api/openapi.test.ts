import { describe, expect, test } from "bun:test";
import { apiBase, contract, methodAndPath, operationNames } from "@parley/protocol/contract";
import { errorCodes } from "@parley/protocol/errors";
import { livePath, liveSubprotocol, serverFrame } from "@parley/protocol/frames";
import { describeApi } from "./openapi.ts";

// biome-ignore lint/suspicious/noExplicitAny: a JSON document, looked into here and there
type Json = any;

const description = JSON.parse(JSON.stringify(describeApi({ serverName: "Chess club" }))) as Json;

function operationOf(name: (typeof operationNames)[number]): Json {
  const { method, path } = methodAndPath(name);
  return description.paths[apiBase + path]?.[method.toLowerCase()];
}

/** Everything inside, however deep. */
function* everything(value: Json): Generator<Json> {
  yield value;
  if (typeof value !== "object" || value === null) return;
  for (const each of Object.values(value)) yield* everything(each);
}

describe("the description", () => {
  test("REST-13 describes every operation, and no other is described", () => {
    const described = Object.values(description.paths as Record<string, Json>).flatMap((path) =>
      Object.values(path),
    );
    const ids = described
      .map((each: Json) => each.operationId)
      .filter((id) => id !== undefined && id !== "live");
    expect(ids.sort()).toEqual([...operationNames].sort());
    for (const name of operationNames)
      expect(operationOf(name)).toMatchObject({ operationId: name, summary: contract[name].summary });
  });

  test("REST-13 every reference leads somewhere", () => {
    const references = [...everything(description)]
      .map((each) => each?.$ref)
      .filter((ref) => typeof ref === "string");
    expect(references.length).toBeGreaterThan(200);
    for (const reference of new Set<string>(references)) {
      const place = reference
        .slice(2)
        .split("/")
        .reduce((at: Json, part) => at?.[part], description);
      expect([reference, typeof place]).toEqual([reference, "object"]);
    }
  });

  test("REST-13 each field of the input stands in the path, the query or the body, once", () => {
    for (const name of operationNames) {
      const fields = Object.keys((contract[name].input as unknown as { shape: object }).shape).sort();
      const { parameters = [], requestBody } = operationOf(name);
      const named = parameters.filter((each: Json) => each.in !== "header").map((each: Json) => each.name);
      const inBody = Object.keys(requestBody?.content["application/json"]?.schema.properties ?? {});
      expect([name, ...named, ...inBody].sort()).toEqual([name, ...fields].sort());
      const inPath = parameters.filter((each: Json) => each.in === "path");
      expect(inPath.map((each: Json) => `{${each.name}}`)).toEqual(
        methodAndPath(name).path.match(/\{\w+\}/g) ?? [],
      );
      expect(inPath.every((each: Json) => each.required)).toBe(true);
    }
  });

  test("REST-13 the examples are valid", () => {
    for (const name of operationNames) {
      const { parameters = [], requestBody, responses } = operationOf(name);
      const fromPath = parameters
        .filter((each: Json) => each.in === "path" || each.in === "query")
        .map((each: Json) => [each.name, each.example]);
      const body = requestBody?.content["application/json"]?.example ?? {};
      const method = methodAndPath(name).method;
      if (method !== "GET") {
        const input = contract[name].input.safeParse({ ...Object.fromEntries(fromPath), ...body });
        expect([name, input.error?.issues]).toEqual([name, undefined]);
      }
      const answer = Object.values(responses as Record<string, Json>)[0]?.content?.["application/json"];
      if (answer) {
        const output = contract[name].output.safeParse(answer.example);
        expect([name, output.error?.issues]).toEqual([name, undefined]);
      }
    }
  });

  test("REST-18 a body of bytes is described by its types, and where a picture is found is described too", () => {
    const { requestBody } = operationOf("avatar.set");
    expect(Object.keys(requestBody.content)).toEqual(["image/jpeg", "image/png", "image/webp", "image/gif"]);
    const { get } = description.paths[`${apiBase}/avatars/{name}`];
    expect(Object.keys(get.responses[200].content)).toEqual(["image/webp"]);
    expect(get.security).toEqual([]);
  });

  test("REST-13 what success and failure look like is described", () => {
    for (const name of operationNames) {
      const spec = contract[name] as { status?: number; who: string };
      const statuses = Object.keys(operationOf(name).responses).map(Number);
      expect(statuses).toContain(spec.status ?? 200);
      expect(statuses).toContain(errorCodes.invalid);
      expect([name, statuses.includes(401)]).toEqual([name, spec.who !== "anyone"]);
      expect([name, operationOf(name).security]).toEqual([name, spec.who === "anyone" ? [] : undefined]);
    }
    expect(description.security).toEqual([{ bearer: [] }]);
    expect(description.components.schemas.Problem.properties.code.enum).toEqual(Object.keys(errorCodes));
  });

  test("REST-13 each operation has the tag of its noun, and each tag is explained", () => {
    const tags = new Set(description.tags.map((tag: Json) => tag.name));
    const used = [...everything(description.paths)].flatMap((each) =>
      Array.isArray(each?.tags) ? each.tags : [],
    );
    expect([...new Set(used)].sort()).toEqual([...tags].sort());
    for (const name of operationNames) expect(operationOf(name).tags).toEqual([name.split(".")[0]]);
  });

  test("REST-13 the live frames are described", () => {
    expect(description["x-live"]).toMatchObject({ path: livePath, subprotocol: liveSubprotocol });
    const kinds = description.components.schemas.ServerFrame.oneOf.map(
      (frame: Json) => frame.properties.type.const,
    );
    expect(kinds.length).toBe(serverFrame.options.length);
    expect(kinds).toContain("ready");
    expect(description.paths[livePath].get.responses["101"]).toBeDefined();
  });

  test("REST-13 answers may gain fields, what is sent may not have others", () => {
    expect(description.components.schemas.Message.additionalProperties).not.toBe(false);
    expect(
      operationOf("message.send").requestBody.content["application/json"].schema.additionalProperties,
    ).toBe(false);
  });

  test("REST-13 no pattern fills a page", () => {
    expect(JSON.stringify(description).length).toBeLessThan(300_000);
    for (const each of everything(description)) {
      if (typeof each?.pattern === "string") expect(each.pattern.length).toBeLessThan(80);
    }
  });
});
