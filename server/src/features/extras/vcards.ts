import { type Contact, writtenContact } from "@parley/protocol/cards";
import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";

/** Octets of a line, without its end (RFC 6350, section 3.2). */
const lineOctets = 75;
const utf8 = new TextEncoder();

/** CARD-4. A contact as a vCard 4.0 (RFC 6350). */
export function formatVcard({ name, org, phones = [], emails = [] }: Contact): string {
  const lines = [
    "BEGIN:VCARD",
    "VERSION:4.0",
    `FN:${escaped(name)}`,
    ...(org === undefined ? [] : [`ORG:${escaped(org)}`]),
    ...phones.map((phone) => `TEL;VALUE=text:${escaped(phone)}`),
    ...emails.map((email) => `EMAIL:${escaped(email)}`),
    "END:VCARD",
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join("");
}

function escaped(value: string): string {
  return value.replace(/[\\,;]/g, "\\$&");
}

function folded(line: string): string {
  let written = "";
  let octets = 0;
  for (const character of line) {
    const size = utf8.encode(character).length;
    if (octets + size > lineOctets) {
      written += "\r\n ";
      octets = 1;
    }
    written += character;
    octets += size;
  }
  return written;
}

interface Property {
  name: string;
  value: string;
}

/** Group, name, parameters (a quoted one may hold anything) and value. */
const property =
  /^(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+(?:=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)?)*):(.*)$/s;

/** CARD-4. What is kept of one vCard 3.0 or 4.0: its name, organisation, numbers and addresses. */
export function parseVcard(text: string): Contact {
  const properties = text
    .replace(/\r?\n[ \t]/g, "")
    .split(/\r?\n/)
    .filter((line) => line !== "")
    .map(toProperty);
  const [first, second] = properties;
  const isOne =
    isMark(first, "BEGIN", "VCARD") &&
    isMark(properties.at(-1), "END", "VCARD") &&
    properties.filter(({ name }) => name === "BEGIN").length === 1;
  if (!isOne) throw notReadable("it must be one vCard");
  const version = properties.find(({ name }) => name === "VERSION")?.value;
  if (version !== "4.0" && version !== "3.0") throw notReadable("its version must be 3.0 or 4.0");
  if (version === "4.0" && second?.name !== "VERSION") throw notReadable("its version comes first");
  return contactOf(properties);
}

function contactOf(properties: readonly Property[]): Contact {
  const valuesOf = (wanted: string) =>
    properties.filter(({ name }) => name === wanted).map(({ value }) => value);
  const org = components(valuesOf("ORG")[0] ?? "")
    .filter((part) => part !== "")
    .join(", ");
  const phones = valuesOf("TEL").map((value) => unescaped(value).replace(/^tel:/i, "").trim());
  const emails = valuesOf("EMAIL").map((value) => unescaped(value).trim());
  const found = {
    name: unescaped(valuesOf("FN")[0] ?? "").trim() || fullName(valuesOf("N")[0] ?? ""),
    ...(org && { org }),
    ...(phones.length > 0 && { phones: phones.slice(0, limits.contactWays) }),
    ...(emails.length > 0 && { emails: emails.slice(0, limits.contactWays) }),
  };
  const checked = writtenContact.safeParse(found);
  if (checked.success) return checked.data;
  throw notReadable(`${String(checked.error.issues[0]?.path[0] ?? "something")} in it cannot be kept`);
}

function toProperty(line: string): Property {
  const [, name, , value = ""] = property.exec(line) ?? [];
  if (name === undefined) throw notReadable("a line of it is none of a vCard");
  return { name: name.toUpperCase(), value };
}

function isMark(found: Property | undefined, name: string, value: string): boolean {
  return found?.name === name && found.value.trim().toUpperCase() === value;
}

/** Family; given; additional; prefixes; suffixes, as people say them. */
function fullName(value: string): string {
  const [family = "", given = "", additional = "", prefixes = "", suffixes = ""] = components(value);
  return [prefixes, given, additional, family, suffixes].filter((part) => part !== "").join(" ");
}

/** Parts between semicolons that are not escaped. */
function components(value: string): string[] {
  const parts = [""];
  for (const [piece] of value.matchAll(/\\.|[^\\]|\\/gs)) {
    if (piece === ";") parts.push("");
    else parts.push(`${parts.pop()}${piece}`);
  }
  return parts.map((part) => unescaped(part).trim());
}

function unescaped(value: string): string {
  return value.replace(/\\(.)/gs, (_, sign: string) => (sign === "n" || sign === "N" ? " " : sign));
}

function notReadable(message: string): ChatError {
  return new ChatError("invalid", `this vCard cannot be read: ${message}`, {
    fields: [{ path: ["contact", "vcard"], message }],
  });
}
