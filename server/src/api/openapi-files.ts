import { apiBase } from "@parley/protocol/contract";
import { filePath, tusBytes, uploadsPath } from "@parley/protocol/uploads";

type Json = Record<string, unknown>;

const problem = (code: string) => ({ $ref: `#/components/responses/${code}` });
const header = (name: string, example: string, required = true) => ({
  ...{ name, in: "header", required, schema: { type: "string" }, example },
});
const inPath = (name: string, type: string, example: number | string) => ({
  ...{ name, in: "path", required: true, schema: { type }, example },
});
const version = header("Tus-Resumable", "1.0.0");
const bytes = { schema: { type: "string", format: "binary" } };

/** Uploads speak a protocol of their own, and files are bytes: neither is in the contract. */
export function fileDescriptions(): Record<string, Json> {
  const upload = inPath("upload", "integer", 1);
  const gone = { 401: problem("unauthenticated"), 404: problem("not_found") };
  return {
    [`${apiBase}${uploadsPath}`]: {
      post: {
        summary:
          "Begin an upload (tus 1.0.0: creation, also with the first bytes); `Location` says where it goes on",
        tags: ["file"],
        parameters: [
          version,
          header("Upload-Length", "12345"),
          header("Upload-Metadata", "name bm90ZXMudHh0", false),
        ],
        requestBody: { required: false, content: { [tusBytes]: bytes } },
        responses: {
          201: { description: "Begun" },
          ...{ 401: problem("unauthenticated"), 409: problem("conflict"), 413: problem("too_large") },
          ...{ 422: problem("invalid"), 507: problem("full") },
        },
      },
    },
    [`${apiBase}${uploadsPath}/{upload}`]: {
      get: {
        summary: "How far one's own upload is; HEAD for the headers alone",
        tags: ["file"],
        parameters: [upload],
        responses: { 200: { description: "`Upload-Offset` of `Upload-Length` bytes are there" }, ...gone },
      },
      patch: {
        summary: "Go on with one's own upload where it stands",
        tags: ["file"],
        parameters: [upload, version, header("Upload-Offset", "0")],
        requestBody: { required: true, content: { [tusBytes]: bytes } },
        responses: {
          204: { description: "Taken" },
          ...gone,
          ...{ 409: problem("conflict"), 413: problem("too_large"), 415: problem("unsupported") },
        },
      },
      delete: {
        summary: "Take one's own upload back, as long as no message has it",
        tags: ["file"],
        parameters: [upload, version],
        responses: { 204: { description: "Gone" }, ...gone },
      },
    },
    [`${apiBase}${filePath}`]: {
      get: {
        summary: "A file of a message, whole or a range of it, with a token or a key from `file.links`",
        tags: ["file"],
        parameters: [
          inPath("file", "integer", 1),
          inPath("name", "string", "notes.txt"),
          { name: "key", in: "query", required: false, schema: { type: "string" } },
          { name: "small", in: "query", required: false, schema: { type: "string" } },
          header("Range", "bytes=0-99", false),
        ],
        responses: {
          200: { description: "All of it", content: { "*/*": bytes } },
          206: { description: "The range", content: { "*/*": bytes } },
          304: { description: "The copy that was named is right" },
          ...gone,
        },
      },
    },
  };
}
