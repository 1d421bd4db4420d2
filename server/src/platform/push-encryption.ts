import { createCipheriv, createECDH, type ECDH, hkdfSync } from "node:crypto";

/** What a browser gives with a subscription: its public key and a secret, both in base64url. */
export interface PushKeys {
  p256dh: string;
  auth: string;
}

const curve = "prime256v1";
/** The only record's size, as its header tells it: larger than any body that a push service takes. */
const recordSize = 4_096;
const saltBytes = 16;
const authBytes = 16;
const pointBytes = 65;
/** Bytes of the header, and those that the cipher and the end of the text take. */
const overhead = saltBytes + 4 + 1 + pointBytes + 16 + 1;
/** Bytes of a text: a push service has to take 4096 in all (RFC 8030). */
export const mostPushBytes = recordSize - overhead;
/** Lengths are rounded up to a multiple of it: how long a text is says something of it. */
const padTo = 256;

/** RFC 8291: encrypts a text for one browser alone; whoever carries it cannot read it. */
export function encryptPush(
  text: Uint8Array,
  keys: PushKeys,
  randomBytes: (length: number) => Uint8Array,
): Uint8Array {
  const sender = createECDH(curve);
  sender.setPrivateKey(scalarFrom(randomBytes(48)));
  const rounded = Math.ceil((text.byteLength + 1) / padTo) * padTo - 1;
  return sealed({
    text,
    keys,
    sender,
    salt: randomBytes(saltBytes),
    length: Math.min(rounded, mostPushBytes),
  });
}

interface Sealing {
  text: Uint8Array;
  keys: PushKeys;
  /** A pair of keys for this one message. */
  sender: ECDH;
  salt: Uint8Array;
  /** Bytes of the text once it is padded. */
  length: number;
}

export function sealed({ text, keys, sender, salt, length }: Sealing): Uint8Array {
  if (text.byteLength > mostPushBytes) throw new RangeError(`a push holds at most ${mostPushBytes} bytes`);
  const theirs = Buffer.from(keys.p256dh, "base64url");
  const ours = sender.getPublicKey();
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), theirs, ours]);
  const secret = hkdf(sender.computeSecret(theirs), Buffer.from(keys.auth, "base64url"), info, 32);
  const key = hkdf(secret, salt, Buffer.from("Content-Encoding: aes128gcm\0"), 16);
  const nonce = hkdf(secret, salt, Buffer.from("Content-Encoding: nonce\0"), 12);
  const padded = Buffer.alloc(Math.max(length, text.byteLength) + 1);
  padded.set(text);
  padded[text.byteLength] = 2;
  const cipher = createCipheriv("aes-128-gcm", key, nonce);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(recordSize);
  const header = [salt, size, Uint8Array.of(ours.byteLength), ours];
  return Buffer.concat([...header, cipher.update(padded), cipher.final(), cipher.getAuthTag()]);
}

function hkdf(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, salt, info, length));
}

/** Whether these are a point of the curve and a secret of the right length. */
export function arePushKeys({ p256dh, auth }: PushKeys): boolean {
  const point = Buffer.from(p256dh, "base64url");
  if (point.byteLength !== pointBytes || Buffer.from(auth, "base64url").byteLength !== authBytes)
    return false;
  try {
    const probe = createECDH(curve);
    probe.setPrivateKey(Buffer.alloc(32, 1));
    probe.computeSecret(point);
    return true;
  } catch {
    return false;
  }
}

/** The order of the curve's group (P-256). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** FIPS 186-5, A.2.1: with so many bytes more than needed every private key is as likely as any other. */
export function scalarFrom(bytes: Uint8Array): Buffer {
  const drawn = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  const scalar = (drawn % (order - 1n)) + 1n;
  return Buffer.from(scalar.toString(16).padStart(64, "0"), "hex");
}
