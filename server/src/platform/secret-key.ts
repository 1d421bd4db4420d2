import { createHmac } from "node:crypto";
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

const leastBytes = 32;
/** A key with fewer different characters than this was typed, not drawn. */
const leastVariety = 12;

/** Words of sample keys in README files and `.env` examples, without case and punctuation. */
const sampleWords = [
  ...[
    "changeme",
    "changethis",
    "changeit",
    "changein",
    "replaceme",
    "replacethis",
    "replacewith",
    "pleasechange",
  ],
  ...[
    "yoursecret",
    "yoursuper",
    "yourkey",
    "yourrandom",
    "supersecret",
    "secretkey",
    "mysecret",
    "jwtsecret",
  ],
  ...["insecure", "placeholder", "notsosecret", "notasecret", "donotuse", "forproduction", "inproduction"],
  ...[
    "32characters",
    "atleast32",
    "minimum32",
    "generateyour",
    "opensslrand",
    "developmentkey",
    "testsecret",
  ],
];
/** Published in the manual of a well-known web framework and copied from there. */
const publishedKeys = new Set(["09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7"]);

/** Why a key must not be used; null when nothing speaks against it. */
export function secretKeyFault(key: string): string | null {
  const plain = key.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  if (publishedKeys.has(plain) || sampleWords.some((word) => plain.includes(word))) {
    return "is a sample value that anybody can know: leave it out, and one is made";
  }
  if (Buffer.byteLength(key) < leastBytes) return `must have at least ${leastBytes} bytes`;
  if (new Set(key).size < leastVariety) return "repeats itself too much to be a secret";
  return null;
}

/** By this a key is recognised, and nothing is learnt of it. */
export function fingerprintOf(key: string): string {
  return createHmac("sha256", key).update("parley: which key is this").digest("base64url");
}

/** The key kept in this folder, drawn and written there the first time. */
export function secretKeyIn(folder: string, randomBytes: (length: number) => Uint8Array): string {
  const path = join(folder, "secret.key");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const kept = readKey(path);
  if (kept !== null) return kept;
  const made = Buffer.from(randomBytes(leastBytes)).toString("base64url");
  const draft = `${path}.${process.pid}`;
  writeSynced(draft, made);
  try {
    // A link never replaces a key that another process has just made, and is never half written.
    linkSync(draft, path);
  } catch (error) {
    if ((error as { code?: unknown }).code !== "EEXIST") throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readKey(path) ?? made;
}

function writeSynced(path: string, text: string): void {
  rmSync(path, { force: true });
  const file = openSync(path, "wx", 0o600);
  try {
    writeSync(file, `${text}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function readKey(path: string): string | null {
  let key: string;
  try {
    key = readFileSync(path, "utf8").trim();
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") return null;
    throw error;
  }
  const fault = secretKeyFault(key);
  if (fault) throw new Error(`the key in ${path} ${fault}`);
  chmodSync(path, 0o600);
  return key;
}
