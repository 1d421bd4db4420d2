import { apiBase, contract, methodAndPath, type OperationName } from "@parley/protocol/contract";

/** One pixel. */
const smallestPicture = new Uint8Array(
  Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64"),
);

export interface RestCall {
  method: string;
  /** With the query. */
  path: string;
  body?: Record<string, unknown>;
  /** In place of a body in JSON, where the operation takes bytes. */
  bytes?: { type: string; content: Uint8Array<ArrayBuffer> };
}

/** How an operation is asked for over REST: fields of the path there, the others in the query or the body. */
export function restCall(name: OperationName, input: object): RestCall {
  const { method, path } = methodAndPath(name);
  const rest = new Map<string, unknown>(Object.entries(input));
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, field: string) => {
    const value = rest.get(field);
    rest.delete(field);
    return encodeURIComponent(String(value));
  });
  const query = new URLSearchParams([...rest].map(([field, value]) => [field, String(value)]));
  const asked = `${apiBase}${filled}${rest.size > 0 ? `?${query}` : ""}`;
  if (takesBytes(name)) {
    return { method, path: asked, bytes: { type: "image/gif", content: smallestPicture } };
  }
  if (method !== "GET" && method !== "DELETE") {
    return { method, path: apiBase + filled, body: Object.fromEntries(rest) };
  }
  return { method, path: asked };
}

/** Over the live socket such an operation cannot be carried out. */
export function takesBytes(name: OperationName): boolean {
  return "body" in contract[name];
}
