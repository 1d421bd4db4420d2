import type { JsonSchema } from "./openapi-schemas.ts";

/** What a field of this name looks like in an example. */
const byName: Record<string, unknown> = {
  username: "alice",
  login: "alice",
  display_name: "Alice Example",
  given_name: "Alice",
  family_name: "Example",
  first_name: "Alice",
  last_name: "Example",
  profile_pic: "/api/v2/avatars/pL0m1Qx7Tt2aV9kY3sBzWg",
  content: "Shall we meet at six?",
  mime_type: "image/png",
  url: "/api/v2/files/3/openings.png?key=an-opaque-key",
  sender_id: 2,
  receiver_id: 1,
  user_id: 2,
  next_cursor: null,
  email: "alice@example.org",
  password: "a long and private sentence",
  current_password: "a long and private sentence",
  new_password: "another long and private one",
  status_message: "In the workshop",
  avatar: "pL0m1Qx7Tt2aV9kY3sBzWg",
  device: "Firefox on a laptop",
  network: "192.0.2.0/24",
  access_token: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.signature",
  refresh_token: "12.1.an-opaque-text",
  expires_in: 900,
  code: "an-opaque-code",
  invite: "an-opaque-code",
  link: "https://chat.example.org/invite#code=an-opaque-code",
  server_name: "Chess club",
  name: "Openings",
  search: "ali",
  cursor: "an-opaque-cursor",
  next: null,
  topic: "Openings and endings",
  text: "Shall we meet at six?",
  endpoint: "https://push.example.org/send/an-opaque-text",
  p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  auth: "BTBZMqHH6r4Tts7J_aSIgg",
  language: "en",
  client_id: "0195935e-7a52-7c3a-9d1b-3f0c8f1f2a10",
  description: "Openings and endings",
  full_name: "Alice Example",
  room_id: 7,
  session_id: 12,
  created_by: 1,
  setup_code: "an-opaque-code",
  emoji: "👍",
  highlights: [[9, 13]],
  epoch: "f3b0c44298fc1c149afbf4c8996fb924",
  room: 7,
  user: 2,
  message: 41,
  session: 12,
  sender: 2,
  seq: 18,
  ordinal: 15,
  head: 18,
  read: 17,
  read_seq: 17,
  delivered: 18,
  before: 18,
  after: 17,
  from: 18,
  to: 18,
  limit: 50,
  unread: 1,
  member_count: 2,
  quiet_hours: { from: "22:00", to: "07:00", days: [1, 2, 3, 4, 5], zone: "Europe/Berlin" },
  query: "meet at six",
  reason: "They were rude",
  sender_name: "alice",
  thumbnail_url: "/api/v2/files/3/openings.png?key=an-opaque-key&small=1",
  size: 48213,
  width: 1280,
  height: 800,
  message_id: 41,
  member_ids: [2, 3],
  // What most have not, or not yet.
  file: null,
  files: [],
  file_id: null,
  reply_to_id: null,
  auto_delete_after: null,
  expires_at: null,
  duration: null,
  waveform: null,
  transcription: null,
  is_encrypted: false,
  is_edited: false,
  is_deleted: false,
  is_pinned: false,
};

/** Fields that may be left out and only matter to few. */
const leftOut: ReadonlySet<string> = new Set([
  "before",
  "after",
  "around",
  "cursor",
  "client_id",
  "edited_at",
  "deleted_at",
  "poll",
  "location",
  "contact",
  "sticker",
]);

/** An example that the schema admits, made from it. */
export function exampleOf(
  schema: JsonSchema,
  components: Readonly<Record<string, JsonSchema>>,
  field = "",
): unknown {
  const known = byName[field];
  if (known !== undefined && fits(known, schema)) return known;
  if (schema.$ref) return exampleOf(components[schema.$ref.split("/").pop() ?? ""] ?? {}, components, field);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.default !== undefined) return schema.default;
  const choice = (schema.oneOf ?? schema.anyOf)?.[0];
  if (choice) return exampleOf(choice, components, field);
  if (schema.type === "object") return exampleObject(schema, components);
  if (schema.type === "array") return [exampleOf(schema.items ?? {}, components, singular(field))];
  return exampleValue(schema);
}

/** Whether the schema asks for a plain value of this kind. */
function fits(value: unknown, schema: JsonSchema): boolean {
  const kinds = [schema, ...(schema.anyOf ?? [])].flatMap(({ type = [] }) => type);
  if (value === null) return kinds.includes("null");
  if (schema.enum || schema.const !== undefined) return false;
  if (Array.isArray(value)) return kinds.includes("array");
  const { pattern } = schema;
  if (typeof value === "string" && typeof pattern === "string" && !new RegExp(pattern).test(value))
    return false;
  return kinds.includes(typeof value === "number" ? "integer" : typeof value);
}

function exampleObject(
  schema: JsonSchema,
  components: Readonly<Record<string, JsonSchema>>,
): Record<string, unknown> {
  const example: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const isNeeded = schema.required?.includes(name) ?? false;
    if (isNeeded || !leftOut.has(name)) example[name] = exampleOf(property, components, name);
  }
  return example;
}

function exampleValue({ type: types, ...schema }: JsonSchema): unknown {
  const [type] = [types ?? []].flat();
  if (schema.format === "date-time") return "2026-03-14T09:26:53.589Z";
  if (schema.format === "date") return "2026-03-14";
  if (type === "integer" || type === "number") return Math.max(1, schema.minimum ?? 1);
  if (type === "boolean") return true;
  return type === "null" ? null : "text";
}

function singular(field: string): string {
  return field.endsWith("s") ? field.slice(0, -1) : field;
}
