import { block } from "@parley/protocol/blocks";
import { contract, operationNames } from "@parley/protocol/contract";
import { draft } from "@parley/protocol/drafts";
import { customEmoji } from "@parley/protocol/emoji";
import { roomEvent, userEvent } from "@parley/protocol/events";
import { clientFrame, hello, serverFrame } from "@parley/protocol/frames";
import { mark, message, receipt } from "@parley/protocol/messages";
import { poll } from "@parley/protocol/polls";
import { presence } from "@parley/protocol/presence";
import { pushDevice } from "@parley/protocol/push";
import { reminder } from "@parley/protocol/reminders";
import { evidence, report } from "@parley/protocol/reports";
import { member, membership, permissions, room } from "@parley/protocol/rooms";
import { scheduled } from "@parley/protocol/scheduled";
import { invite, session, signedIn } from "@parley/protocol/sessions";
import { pack, sticker } from "@parley/protocol/stickers";
import { thread } from "@parley/protocol/threads";
import { account, user } from "@parley/protocol/users";
import { z } from "zod";

/** A JSON schema, as far as we look into it. */
export interface JsonSchema {
  type?: string | string[];
  format?: string;
  pattern?: string;
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  example?: unknown;
  $ref?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  prefixItems?: JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  minItems?: number;
  minimum?: number;
  [key: string]: unknown;
}

/** The words of the protocol, by the name under which the description knows them. */
const words: Record<string, z.ZodType> = {
  User: user,
  Account: account,
  Session: session,
  SignedIn: signedIn,
  Invite: invite,
  Room: room,
  Permissions: permissions,
  Membership: membership,
  Member: member,
  Message: message,
  Mark: mark,
  Receipt: receipt,
  Presence: presence,
  Block: block,
  Draft: draft,
  PushDevice: pushDevice,
  Scheduled: scheduled,
  Reminder: reminder,
  Thread: thread,
  CustomEmoji: customEmoji,
  Sticker: sticker,
  Pack: pack,
  Poll: poll,
  Report: report,
  Evidence: evidence,
  RoomEvent: roomEvent,
  UserEvent: userEvent,
  Hello: hello,
  ClientFrame: clientFrame,
  ServerFrame: serverFrame,
};

export const schemaReference = (name: string) => `#/components/schemas/${name}`;

export interface ContractSchemas {
  /** The words, for `components`. */
  components: Record<string, JsonSchema>;
  inputOf(name: string): JsonSchema;
  outputOf(name: string): JsonSchema;
}

/** Everything at once, so that a word that stands in many places is written once and referred to. */
export function contractSchemas(): ContractSchemas {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(words)) registry.add(schema, { id });
  for (const name of operationNames) {
    registry.add(contract[name].input.clone(), { id: `${name} input` });
    const { output } = contract[name];
    if (!registry.has(output)) registry.add(output, { id: `${name} output` });
  }
  const { schemas } = z.toJSONSchema(registry, {
    // What is sent: fields with a default may be left out. Answers have none, and may gain fields.
    io: "input",
    uri: schemaReference,
    override: ({ jsonSchema }) => {
      // The format says it; the pattern behind it fills a page.
      if (jsonSchema.format === "date-time" || jsonSchema.format === "email") delete jsonSchema.pattern;
    },
  });
  const plain = (id: string): JsonSchema => {
    const { $schema: _, $id: __, ...schema } = (schemas[id] ?? {}) as JsonSchema;
    return schema;
  };
  return {
    components: Object.fromEntries(Object.keys(words).map((name) => [name, plain(name)])),
    inputOf: (name) => plain(`${name} input`),
    outputOf: (name) => {
      const id = registry.get(contract[name as keyof typeof contract].output)?.id ?? "";
      return id in words ? { $ref: schemaReference(id) } : plain(id);
    },
  };
}
