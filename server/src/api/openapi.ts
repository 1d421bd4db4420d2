import { avatarPath } from "@parley/protocol/avatars";
import {
  apiBase,
  contract,
  methodAndPath,
  type OperationName,
  operationNames,
} from "@parley/protocol/contract";
import { type ErrorCode, errorCodes } from "@parley/protocol/errors";
import { livePath, liveSubprotocol } from "@parley/protocol/frames";
import { previewPicturePath } from "@parley/protocol/link-previews";
import type { BytesSpec, OperationSpec } from "@parley/protocol/operation";
import type { z } from "zod";
import type { Dialect } from "./dialects/dialect.ts";
import { dialectPaths, dialectSchemas, dialectTags } from "./openapi-dialects.ts";
import { exampleOf } from "./openapi-examples.ts";
import { fileDescriptions } from "./openapi-files.ts";
import {
  type ContractSchemas,
  contractSchemas,
  type JsonSchema,
  schemaReference,
} from "./openapi-schemas.ts";
import { aboutLive, aboutRest, tags } from "./openapi-texts.ts";
import { version } from "./version.ts";

type Json = Record<string, unknown>;

/** REST-13. The description of the API, made from the contract and nothing else: OpenAPI 3.1. */
export function describeApi(server: { serverName: string }, dialects: readonly Dialect[] = []): Json {
  const schemas = contractSchemas();
  return {
    openapi: "3.1.0",
    info: {
      title: `${server.serverName}: the API`,
      version,
      description: aboutRest,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: [...tags, ...dialectTags(dialects)],
    security: [{ bearer: [] }],
    paths: {
      ...pathsOf(schemas),
      [livePath]: { get: liveOperation() },
      ...picturePaths(),
      ...fileDescriptions(),
      ...healthPaths(),
      ...dialectPaths(dialects),
    },
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      schemas: { ...schemas.components, Problem: problemSchema(), ...dialectSchemas },
      responses: problemResponses(),
    },
    "x-live": {
      path: livePath,
      subprotocol: liveSubprotocol,
      first: { $ref: schemaReference("Hello") },
      client: { $ref: schemaReference("ClientFrame") },
      server: { $ref: schemaReference("ServerFrame") },
    },
  };
}

function pathsOf(schemas: ContractSchemas): Record<string, Json> {
  const paths: Record<string, Json> = {};
  for (const name of operationNames) {
    const { method, path } = methodAndPath(name);
    const whole = `${apiBase}${path}`;
    paths[whole] = { ...paths[whole], [method.toLowerCase()]: describeOperation(name, schemas) };
  }
  return paths;
}

function describeOperation(name: OperationName, schemas: ContractSchemas): Json {
  const spec = contract[name] as OperationSpec<z.ZodType, z.ZodType>;
  const { method, path } = methodAndPath(name);
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, field = ""]) => field);
  const input = schemas.inputOf(name);
  const hasJson = hasBody(method) && !spec.body;
  const parameters = parametersOf(name, input, { inPath, hasBody: hasJson, schemas });
  return {
    operationId: name,
    summary: spec.summary,
    tags: [name.split(".")[0]],
    ...(spec.who === "anyone" && { security: [] }),
    ...(spec.who === "admin" && { description: "For admins of the server." }),
    ...(parameters.length > 0 && { parameters }),
    ...(hasJson && requestBody(input, inPath, schemas)),
    ...(spec.body && bytesBody(spec.body)),
    responses: { ...answerOf(name, spec, schemas), ...failuresOf(spec) },
  };
}

function hasBody(method: string): boolean {
  return method !== "GET" && method !== "DELETE";
}

function parametersOf(
  name: OperationName,
  input: JsonSchema,
  of: { inPath: readonly string[]; hasBody: boolean; schemas: ContractSchemas },
): Json[] {
  const fields = Object.entries(input.properties ?? {});
  const parameters = fields
    .filter(([field]) => of.inPath.includes(field) || !of.hasBody)
    .map(([field, schema]): Json => {
      const isInPath = of.inPath.includes(field);
      const isList = schema.type === "array";
      const required = isInPath || (input.required?.includes(field) ?? false);
      const example = required ? { example: exampleOf(schema, of.schemas.components, field) } : {};
      const comma = isList ? { style: "form", explode: false } : {};
      return { name: field, in: isInPath ? "path" : "query", required, schema, ...comma, ...example };
    });
  return takesKey(name) ? [...parameters, idempotencyKey] : parameters;
}

/** Operations whose repetition is recognised by the caller's key. */
function takesKey(name: OperationName): boolean {
  const spec = contract[name] as OperationSpec<z.ZodType, z.ZodType>;
  return spec.repeat === "key" || name === "message.send";
}

const idempotencyKey = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description:
    "1 to 64 printable characters, new for each thing that is asked for: a repeat gives the first answer again.",
  schema: { type: "string", minLength: 1, maxLength: 64 },
};

function requestBody(input: JsonSchema, inPath: readonly string[], schemas: ContractSchemas): Json {
  const properties = Object.fromEntries(
    Object.entries(input.properties ?? {}).filter(([field]) => !inPath.includes(field)),
  );
  if (Object.keys(properties).length === 0) return {};
  const required = (input.required ?? []).filter((field) => !inPath.includes(field));
  const schema: JsonSchema = { ...input, properties, ...(required.length > 0 && { required }) };
  if (required.length === 0) delete schema.required;
  const example = exampleOf(schema, schemas.components);
  return {
    requestBody: { required: required.length > 0, content: { "application/json": { schema, example } } },
  };
}

function bytesBody({ types }: BytesSpec): Json {
  const schema = { type: "string", format: "binary" };
  return {
    requestBody: { required: true, content: Object.fromEntries(types.map((type) => [type, { schema }])) },
  };
}

function answerOf(
  name: OperationName,
  spec: OperationSpec<z.ZodType, z.ZodType>,
  schemas: ContractSchemas,
): Json {
  const status = spec.status ?? 200;
  if (status === 204) return { 204: { description: "Done" } };
  const schema = schemas.outputOf(name);
  const example = exampleOf(schema, schemas.components);
  const description = status === 201 ? "Made" : "The answer";
  return { [status]: { description, content: { "application/json": { schema, example } } } };
}

function failuresOf(spec: OperationSpec<z.ZodType, z.ZodType>): Json {
  const [method = ""] = spec.rest.split(" ");
  const codes: ErrorCode[] = ["invalid", "unavailable", "internal"];
  if (spec.who !== "anyone") codes.push("unauthenticated", "forbidden", "not_found");
  if (method !== "GET") codes.push("conflict");
  if (hasBody(method)) codes.push("too_large", "unsupported");
  if (spec.kind === "run") codes.push("forbidden", "rate_limited");
  return Object.fromEntries(
    codes.map((code) => [errorCodes[code], { $ref: `#/components/responses/${code}` }]),
  );
}

function problemResponses(): Json {
  const schema = { $ref: schemaReference("Problem") };
  return Object.fromEntries(
    Object.entries(errorCodes).map(([code, status]) => {
      const retries = code === "rate_limited" || code === "unavailable";
      const after = { "Retry-After": { description: "Whole seconds to wait", schema: { type: "integer" } } };
      const content = { "application/problem+json": { schema } };
      return [code, { description: `${status} \`${code}\``, content, ...(retries && { headers: after }) }];
    }),
  );
}

/** RFC 9457. */
function problemSchema(): JsonSchema {
  const text = { type: "string" };
  return {
    type: "object",
    required: ["type", "title", "status", "detail", "code", "request_id"],
    properties: {
      type: { ...text, example: "urn:parley:problem:invalid" },
      title: { ...text, example: "Unprocessable Entity" },
      status: { type: "integer", example: errorCodes.invalid },
      detail: { ...text, example: "the input is not valid" },
      code: { ...text, enum: Object.keys(errorCodes) },
      fields: { type: "array", items: fieldSchema() },
      request_id: { ...text, description: "Under which the server's log knows this request" },
    },
  };
}

function fieldSchema(): JsonSchema {
  const path: JsonSchema = { type: "array", items: { anyOf: [{ type: "string" }, { type: "integer" }] } };
  return { type: "object", required: ["path", "message"], properties: { path, message: { type: "string" } } };
}

function liveOperation(): Json {
  const protocol = { name: "Sec-WebSocket-Protocol", in: "header", schema: { const: liveSubprotocol } };
  return {
    operationId: "live",
    summary: "The live socket",
    description: aboutLive,
    tags: ["live"],
    security: [],
    parameters: [protocol],
    responses: { 101: { description: "A websocket" }, 403: { $ref: "#/components/responses/forbidden" } },
  };
}

function picturePaths(): Json {
  const name = {
    name: "name",
    in: "path",
    required: true,
    schema: { type: "string" },
    example: exampleOf({ type: "string" }, {}, "avatar"),
  };
  const picture = { "image/webp": { schema: { type: "string", format: "binary" } } };
  const path = (tag: string, summary: string, description: string) => ({
    get: {
      summary,
      tags: [tag],
      security: [],
      parameters: [name],
      responses: {
        200: { description, content: picture },
        404: { $ref: "#/components/responses/not_found" },
      },
    },
  });
  const [avatar, preview] = ["`avatar` of a user", "`picture` of a link preview"];
  return {
    [`${apiBase}${avatarPath}`]: path(
      "avatar",
      `A profile picture by its name (${avatar}). It never changes`,
      "The picture, 256 by 256 pixels",
    ),
    [`${apiBase}${previewPicturePath}`]: path(
      "preview",
      `The picture of a page by its name (${preview}). It never changes`,
      "The picture",
    ),
  };
}

function healthPaths(): Json {
  const path = (summary: string) => ({
    get: {
      summary,
      tags: ["health"],
      security: [],
      responses: { 200: { description: "Yes" }, 503: { description: "No" } },
    },
  });
  return {
    "/health": path("Whether the server can serve, and how it is"),
    "/health/ready": path("Whether the server can serve"),
    "/health/live": path("Whether the process answers"),
  };
}
