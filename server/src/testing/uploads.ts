import { tusBytes, tusVersion } from "@parley/protocol/uploads";
import type { Person, TestApp } from "./app.ts";

export interface UploadAnswer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
  body: any;
}

export const uploads = "/api/v2/uploads";

export function tusHeaders(person: Person | null, more: Record<string, string> = {}): Record<string, string> {
  return {
    ...(person && { authorization: `Bearer ${person.accessToken}` }),
    "tus-resumable": tusVersion,
    ...more,
  };
}

/** One request of the upload protocol. */
export async function tus(
  { url }: TestApp,
  method: string,
  path: string,
  sent: { as: Person | null; headers?: Record<string, string>; body?: BodyInit | null },
): Promise<UploadAnswer> {
  const headers = tusHeaders(sent.as, sent.headers);
  const response = await fetch(`${url}${path}`, { method, headers, body: sent.body ?? null });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
}

export function begin(app: TestApp, person: Person, size: number, name = "notes.txt"): Promise<UploadAnswer> {
  const metadata = `name ${Buffer.from(name).toString("base64")}`;
  const headers = { "upload-length": String(size), "upload-metadata": metadata };
  return tus(app, "POST", uploads, { as: person, headers });
}

export function append(
  app: TestApp,
  person: Person,
  id: number,
  bytes: { at: number; body: BodyInit },
): Promise<UploadAnswer> {
  const headers = { "upload-offset": String(bytes.at), "content-type": tusBytes };
  return tus(app, "PATCH", `${uploads}/${id}`, { as: person, headers, body: bytes.body });
}

/** A whole upload; its id. */
export async function uploaded(
  app: TestApp,
  person: Person,
  bytes: Uint8Array<ArrayBuffer> | string,
  name?: string,
): Promise<number> {
  const body = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  const made = await begin(app, person, body.length, name);
  if (made.status !== 201) throw new Error(`no upload: ${JSON.stringify(made.body)}`);
  const done = await append(app, person, made.body.id, { at: 0, body });
  if (done.status !== 204) throw new Error(`not uploaded: ${JSON.stringify(done.body)}`);
  return made.body.id;
}
