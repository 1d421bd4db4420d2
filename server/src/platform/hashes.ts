/** A short fingerprint that tells whether two contents are the same; not a protection against forgery. */
export function contentHash(text: string): string {
  return Bun.hash(text).toString(36);
}

/** SHA-256 in hexadecimal: for secrets that are stored only to be recognised. */
export function secretHash(secret: string): string {
  return new Bun.CryptoHasher("sha256").update(secret).digest("hex");
}
