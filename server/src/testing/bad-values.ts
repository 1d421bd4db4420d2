import { contract, type OperationName } from "@parley/protocol/contract";
import { z } from "zod";

/* What nobody should send, as JSON text: some of it no value of ours could be written as. */

type Type = "integer" | "string" | "boolean" | "array" | "texts" | "object";

export interface Field {
  name: string;
  type: Type;
  required: boolean;
  /** Null is a value of it. */
  nullable: boolean;
}

interface Property {
  type?: Type;
  items?: { type?: string };
  anyOf?: { type: Type | "null" }[];
}

/** The fields of an operation's input, as its schema describes them. */
export function fieldsOf(name: OperationName): Field[] {
  const schema = z.toJSONSchema(contract[name].input, { io: "input" });
  return Object.entries(schema.properties ?? {}).map(([field, property]) => {
    const { type, items, anyOf = [] } = property as Property;
    if (items?.type === "string") return { name: field, type: "texts", required: false, nullable: false };
    const types = type ? [type] : anyOf.map((each) => each.type);
    const [first = "string"] = types.filter((each) => each !== "null");
    const nullable = types.includes("null");
    return { name: field, type: first, required: (schema.required ?? []).includes(field), nullable };
  });
}

const deep = `${"[".repeat(10_000)}${"]".repeat(10_000)}`;
const long = JSON.stringify("x".repeat(10_001));

/** Of no field of this type a value. */
const wrongFor: Record<Type, readonly string[]> = {
  integer: ["-1", "1.5", "9007199254740993", "1e300", "1e400", "-1e400", '"5"', '"NaN"', "null", "true"],
  string: ["5", "null", "true", "[]", "{}", '["x"]', long],
  boolean: ['"true"', "1", "0", "null", "[]", "{}"],
  array: ["{}", '"1,2"', "5", "null", "[null]", "[[]]", "[-1]", "[1.5]", '["x"]', `[${"1,".repeat(250)}1]`],
  texts: ["{}", '"a,b"', "5", "null", "[null]", "[[]]", "[1]", '[""]', `[${'"x",'.repeat(250)}"x"]`],
  object: ["[]", '"x"', "5", "null", '{"unknown":"member"}', '{"send_messages":"king"}', '{"__proto__":{}}'],
};

export function wrongValuesOf({ type, nullable }: Field): string[] {
  return wrongFor[type].filter((raw) => !(nullable && raw === "null"));
}

/** Too much for any field. */
export const tooDeep = [deep, `{"a":${"[".repeat(20)}${"]".repeat(20)}}`];

/** No text of ours: what no store or client can hold. */
export const unstorable: readonly string[] = ['"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"x\\udc00y"'];

/** Names that a field may not have: taken from elsewhere, or from JavaScript. */
export const foreignNames = [
  ...["is_admin", "admin", "created_by", "deleted_at", "sender"],
  ...["__proto__", "constructor", "toString", "hasOwnProperty", ""],
] as const;

/** The same object with one more field, or with another value for one. */
export function withField(input: object, name: string, raw: string): string {
  const others = Object.entries(input).filter(([field]) => field !== name);
  const written = others.map(([field, value]) => `${JSON.stringify(field)}:${JSON.stringify(value)}`);
  return `{${[...written, `${JSON.stringify(name)}:${raw}`].join(",")}}`;
}

export function without(input: object, name: string): object {
  return Object.fromEntries(Object.entries(input).filter(([field]) => field !== name));
}

/** What is not a JSON object at all. */
export const notObjects: readonly string[] = [
  ...["[]", "5", "null", "true", '"text"', "NaN", "Infinity", "undefined"],
  ...["{", "}", '{"a"', '{"a":}', "{'a':1}", '{"a":1,}', "{}{}", '{"a":"\u0007"}', "\u0000", deep],
];
