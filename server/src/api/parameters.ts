import { ChatError } from "@parley/protocol/errors";
import { z } from "zod";

/** The fields of an operation's input by name: every input is an object. */
export function fieldsOf(input: z.ZodType): Readonly<Record<string, z.ZodType>> {
  if (!(input instanceof z.ZodObject)) throw new TypeError("an operation's input is an object");
  return input.shape as Record<string, z.ZodType>;
}

/**
 * Text from a path or a query as the schema's type: numbers, booleans, comma-separated lists. What does not look like
 * its type stays text, so that the schema itself says what is wrong with it.
 */
export function fromText(text: string, schema: z.ZodType): unknown {
  const type = unwrapped(schema);
  if (type instanceof z.ZodNumber) return /^-?\d{1,16}(\.\d+)?$/.test(text) ? Number(text) : text;
  if (type instanceof z.ZodBoolean) return text === "true" || (text === "false" ? false : text);
  if (type instanceof z.ZodArray) {
    const element = type.element as z.ZodType;
    return text === "" ? [] : text.split(",").map((part) => fromText(part.trim(), element));
  }
  return text;
}

function unwrapped(schema: z.ZodType): z.ZodType {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodReadonly
  ) {
    return unwrapped(schema.unwrap() as z.ZodType);
  }
  return schema;
}

/** The query's values by name; a name given twice makes a list where the schema wants one, and else is refused. */
export function fromQuery(
  query: URLSearchParams,
  fields: Readonly<Record<string, z.ZodType>>,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const name of new Set(query.keys())) {
    const given = query.getAll(name);
    const schema = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (given.length > 1 && !(schema && unwrapped(schema) instanceof z.ZodArray)) {
      throw new ChatError("invalid", "the query is not valid", {
        fields: [{ path: [name], message: "is given more than once" }],
      });
    }
    const text = given.join(",");
    define(values, name, schema ? fromText(text, schema) : text);
  }
  return values;
}

export function fromPath(
  path: Readonly<Record<string, string>>,
  fields: Readonly<Record<string, z.ZodType>>,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(path)) {
    const schema = fields[name];
    define(values, name, schema ? fromText(text, schema) : text);
  }
  return values;
}

/** A plain assignment to `__proto__` would vanish instead of being refused by the schema. */
function define(values: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(values, name, { value, enumerable: true, configurable: true, writable: true });
}
