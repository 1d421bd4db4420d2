const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

/** How a message's text is stored: bytes with a kind, so that another kind can stand beside it. */
export function toBody(text: string): Uint8Array {
  return utf8.encode(text);
}

export function fromBody(body: Uint8Array): string {
  return fromUtf8.decode(body);
}
