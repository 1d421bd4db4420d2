type RandomBytes = (length: number) => Uint8Array;

/** Without letters and digits that people take for each other. */
const legible = "abcdefghjkmnpqrstuvwxyz23456789";
/** The largest multiple of the alphabet's length in a byte: what is above would favour the first letters. */
const fairBytes = 256 - (256 % legible.length);

/** 128 random bits for a link, 22 characters of base64url. */
export function linkCode(randomBytes: RandomBytes): string {
  return Buffer.from(randomBytes(16)).toString("base64url");
}

/** Four groups of five letters and digits to be read aloud or typed: 99 random bits. */
export function oneTimePassword(randomBytes: RandomBytes): string {
  let letters = "";
  while (letters.length < 20) {
    for (const byte of randomBytes(32)) {
      if (byte < fairBytes && letters.length < 20) letters += legible[byte % legible.length];
    }
  }
  return letters.replaceAll(/.{5}(?=.)/g, "$&-");
}
