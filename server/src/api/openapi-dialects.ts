import { STATUS_CODES } from "node:http";
import { z } from "zod";
import type { Dialect } from "./dialects/dialect.ts";
import type { DialectRoute } from "./dialects/route.ts";
import type { DialectSocketRoute } from "./dialects/socket-route.ts";
import { exampleOf } from "./openapi-examples.ts";
import type { JsonSchema } from "./openapi-schemas.ts";

type Json = Record<string, unknown>;

const failure = "#/components/schemas/DialectFailure";
const badInput = "#/components/schemas/DialectBadInput";

/** DIALECT-2. What a dialect's routes are, from the schemas that check them: a shared route bears the tags of all. */
export function dialectPaths(dialects: readonly Dialect[]): Record<string, Json> {
  const paths: Record<string, Json> = {};
  for (const [spec, tags] of tagged(dialects, ({ routes }) => routes)) {
    paths[spec.path] = { ...paths[spec.path], [spec.method.toLowerCase()]: describeRoute(spec, tags) };
  }
  for (const [spec, tags] of tagged(dialects, ({ sockets }) => sockets)) {
    paths[spec.path] = { ...paths[spec.path], get: describeSocket(spec, tags) };
  }
  return paths;
}

export function dialectTags(dialects: readonly Dialect[]): Json[] {
  return dialects.map(({ name, about }) => ({ name, description: about }));
}

export const dialectSchemas: Readonly<Record<string, JsonSchema>> = {
  DialectFailure: {
    type: "object",
    required: ["detail"],
    properties: { detail: { type: "string", example: "sign in first" } },
  },
  DialectBadInput: {
    type: "object",
    required: ["detail"],
    properties: {
      detail: {
        type: "array",
        items: {
          type: "object",
          required: ["loc", "msg", "type"],
          properties: {
            loc: { type: "array", items: { anyOf: [{ type: "string" }, { type: "integer" }] } },
            msg: { type: "string" },
            type: { type: "string" },
          },
        },
      },
    },
  },
};

function tagged<Spec>(
  dialects: readonly Dialect[],
  specsOf: (dialect: Dialect) => readonly Spec[],
): Map<Spec, string[]> {
  const tags = new Map<Spec, string[]>();
  for (const dialect of dialects) {
    for (const spec of specsOf(dialect)) tags.set(spec, [...(tags.get(spec) ?? []), dialect.name]);
  }
  return tags;
}

function describeRoute(spec: DialectRoute, tags: readonly string[]): Json {
  const parameters = [...parametersIn("path", spec.fields), ...parametersIn("query", spec.query)];
  const about = [
    spec.who === "admin" ? "For admins of the server." : "",
    spec.about ?? "",
    spec.ignoresBadToken ? "A token that is not good counts as none." : "",
  ].filter(Boolean);
  return {
    operationId: `${tags[0]} ${spec.method} ${spec.path}`,
    summary: spec.summary,
    tags,
    ...(about.length > 0 && { description: about.join(" ") }),
    ...(spec.who === "anyone" && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...bodyOf(spec),
    responses: { ...successOf(spec), ...failuresOf(spec) },
  };
}

/** As JSON Schema: what is sent, or what is answered. */
function plain(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema }) => {
      // The format says it; the pattern behind it fills a page.
      if (jsonSchema.format === "date-time" || jsonSchema.format === "email") delete jsonSchema.pattern;
    },
  }) as JsonSchema;
  return rest;
}

function parametersIn(place: "path" | "query", schema: z.ZodObject | undefined): Json[] {
  const { properties = {}, required = [] } = schema ? plain(schema, "input") : {};
  return Object.entries(properties).map(([name, field]) => ({
    ...{ name, in: place, required: required.includes(name), schema: field },
    ...(place === "path" && { example: exampleOf(field, {}, name) }),
  }));
}

function bodyOf(spec: DialectRoute): Json {
  if (spec.file) return formOf(spec.file);
  if (!spec.body) return {};
  const schema = plain(spec.body, "input");
  const content: Json = { "application/json": { schema, example: exampleOf(schema, {}) } };
  if (spec.takes === "form") content["application/x-www-form-urlencoded"] = { schema };
  return { requestBody: { required: (schema.required ?? []).length > 0, content } };
}

function formOf(field: string): Json {
  const properties = { [field]: { type: "string", format: "binary" } };
  const content = { "multipart/form-data": { schema: { type: "object", required: [field], properties } } };
  return { requestBody: { required: true, content } };
}

function successOf(spec: DialectRoute): Json {
  const { status = 200 } = spec;
  if (status === 204 || !spec.success) return { [status]: { description: "Done" } };
  const schema = plain(spec.success, "output");
  const content: Json = { "application/json": { schema, example: exampleOf(schema, {}) } };
  if (spec.otherwise) content[spec.otherwise] = { schema: { type: "string" } };
  const answer = { description: status === 201 ? "Made" : "The answer", content };
  return Object.fromEntries([status, ...(spec.also ?? [])].map((each) => [each, answer]));
}

function failuresOf(spec: DialectRoute): Json {
  // A token that is sent must be good, also where none is needed.
  const statuses = [401, 403, 429, 500, 503, ...(spec.failures ?? [])];
  if (spec.fields || spec.query || spec.body || spec.file) statuses.push(404, 422);
  if (spec.body || spec.file) statuses.push(413, 415);
  if (spec.method !== "GET") statuses.push(409);
  return Object.fromEntries(
    [...new Set(statuses)].map((status) => {
      const schema = { $ref: status === 422 ? badInput : failure };
      return [
        status,
        { description: STATUS_CODES[status] ?? "", content: { "application/json": { schema } } },
      ];
    }),
  );
}

function describeSocket(spec: DialectSocketRoute, tags: readonly string[]): Json {
  const token = { name: "token", in: "query", required: true, schema: { type: "string" } };
  return {
    operationId: `${tags[0]} ${spec.path}`,
    summary: spec.summary,
    description: "A websocket. Frames are JSON text of the schemas in `x-frames`.",
    tags,
    security: [],
    parameters: [...parametersIn("path", spec.fields), token],
    responses: {
      101: { description: "A websocket" },
      ...Object.fromEntries(
        [401, 403, 404, 426].map((status) => [status, { description: STATUS_CODES[status] }]),
      ),
    },
    "x-frames": { client: plain(spec.client, "input"), server: plain(spec.server, "output") },
  };
}
