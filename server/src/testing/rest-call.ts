import { apiBase, methodAndPath, type OperationName } from "@parley/protocol/contract";

export interface RestCall {
  method: string;
  /** With the query. */
  path: string;
  body?: Record<string, unknown>;
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
  if (method !== "GET" && method !== "DELETE") {
    return { method, path: apiBase + filled, body: Object.fromEntries(rest) };
  }
  const query = new URLSearchParams([...rest].map(([field, value]) => [field, String(value)]));
  return { method, path: `${apiBase}${filled}${rest.size > 0 ? `?${query}` : ""}` };
}
