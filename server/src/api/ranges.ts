/** From the first byte to the one after the last. */
export interface ByteRange {
  from: number;
  to: number;
}

/**
 * RFC 9110, 14.2: the one range that is asked for. Null where all is to be sent: where there is no such header, it is
 * not understood, names several ranges, or speaks of another version.
 */
export function rangeOf(
  headers: Headers,
  { size, etag }: { size: number; etag: string },
): ByteRange | "unsatisfiable" | null {
  const condition = headers.get("if-range");
  if (condition !== null && condition !== etag) return null;
  const [, first = "", last = ""] =
    /^bytes=([0-9]{0,15})-([0-9]{0,15})$/.exec(headers.get("range") ?? "") ?? [];
  if (first === "" && last === "") return null;
  if (first === "") {
    const length = Number(last);
    return length === 0 ? "unsatisfiable" : { from: Math.max(0, size - length), to: size };
  }
  const from = Number(first);
  const to = last === "" ? size : Math.min(Number(last) + 1, size);
  if (last !== "" && Number(last) < from) return null;
  return from >= size ? "unsatisfiable" : { from, to };
}
