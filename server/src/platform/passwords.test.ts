import { expect, test } from "bun:test";
import { refusalOf } from "../testing/failures.ts";
import { PasswordHasher } from "./passwords.ts";

test("ACC-2 every byte of a password counts, also past bcrypt's 72", async () => {
  const hasher = new PasswordHasher({ cost: 4 });
  const long = "é".repeat(36);
  expect(Buffer.byteLength(long)).toBe(72);
  const hash = await hasher.hash(`${long}a`);
  expect(await hasher.verify(`${long}a`, hash)).toBe(true);
  expect(await hasher.verify(`${long}b`, hash)).toBe(false);
  expect(await hasher.verify(long, hash)).toBe(false);
});

test("ACC-3 passwords are hashed with bcrypt at cost 12", async () => {
  expect(await new PasswordHasher().hash("seven grey herons")).toStartWith("$2b$12$");
});

test("ACC-3 one hash for each processor at once, the others wait in line, one too many is refused", async () => {
  const hasher = new PasswordHasher({ cost: 4, atOnce: 1, queue: 2 });
  const done: number[] = [];
  const accepted = [0, 1, 2].map((each) => hasher.hash("seven grey herons").then(() => done.push(each)));
  const refusal = await refusalOf(hasher.hash("seven grey herons"));
  expect(refusal.code).toBe("rate_limited");
  expect(refusal.details.after).toBeGreaterThanOrEqual(1);
  expect(done).toEqual([]);
  await Promise.all(accepted);
  expect(done).toEqual([0, 1, 2]);
  await hasher.hash("seven grey herons");
});

test("ACC-3 a hash that fails hands its place on", async () => {
  const hasher = new PasswordHasher({ cost: 4, atOnce: 1, queue: 2 });
  const failing = hasher.verify("seven grey herons", "no hash at all");
  const next = hasher.hash("seven grey herons");
  await expect(failing).rejects.toThrow();
  expect(await next).toStartWith("$2b$");
});

test("ACC-3 hashing leaves the main thread free", async () => {
  const hasher = new PasswordHasher({ cost: 10 });
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  try {
    await Promise.all([1, 2, 3, 4].map(() => hasher.hash("seven grey herons")));
  } finally {
    clearInterval(timer);
  }
  expect(turns).toBeGreaterThan(4);
});

test("SES-2 the work for an unknown account is a hash of the same cost, and never right", async () => {
  const hasher = new PasswordHasher({ cost: 4 });
  const real = await hasher.hash("seven grey herons");
  const verified: string[] = [];
  const verify = Bun.password.verify;
  Bun.password.verify = (password, hash, algorithm) => {
    verified.push(String(hash));
    return verify(password, hash, algorithm);
  };
  try {
    expect(await hasher.verifyNothing("seven grey herons")).toBe(false);
  } finally {
    Bun.password.verify = verify;
  }
  const cost = (hash: string | undefined) => hash?.slice(0, 7);
  expect(verified).toHaveLength(1);
  expect(cost(verified[0])).toBe(cost(real));
});
