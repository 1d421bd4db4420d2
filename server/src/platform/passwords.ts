import { availableParallelism } from "node:os";
import { ChatError } from "@parley/protocol/errors";

/** The work factor that the documented systems promise; about a quarter of a second. */
const defaultCost = 12;
const secondsAtDefaultCost = 0.25;
/** Hashes that may wait for a processor; one more is told to come again. */
const defaultQueue = 64;

export interface PasswordHasherOptions {
  cost?: number;
  /** Hashes worked on at once: one for each processor, so that the rest of the server goes on. */
  atOnce?: number;
  queue?: number;
}

/**
 * bcrypt, off the main thread. Of a password longer than bcrypt's 72 bytes every byte counts: such a one is hashed
 * with SHA-512 first.
 */
export class PasswordHasher {
  private readonly cost: number;
  private readonly atOnce: number;
  private readonly queue: number;
  private readonly decoy: string;
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  constructor(options: PasswordHasherOptions = {}) {
    this.cost = options.cost ?? defaultCost;
    this.atOnce = options.atOnce ?? availableParallelism();
    this.queue = options.queue ?? defaultQueue;
    this.decoy = decoyHash(this.cost);
  }

  hash(password: string): Promise<string> {
    return this.inTurn(() => Bun.password.hash(password, { algorithm: "bcrypt", cost: this.cost }));
  }

  verify(password: string, hash: string): Promise<boolean> {
    return this.inTurn(() => Bun.password.verify(password, hash));
  }

  /** The work of `verify` where there is no hash, so that its time does not tell whether an account exists. */
  async verifyNothing(password: string): Promise<false> {
    await this.verify(password, this.decoy);
    return false;
  }

  private async inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.running < this.atOnce) this.running++;
    else await this.turn();
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }

  /** Resolves when a finished hash hands its place on. */
  private turn(): Promise<void> {
    if (this.waiting.length >= this.queue) {
      throw new ChatError("rate_limited", "too many people sign in at this moment", {
        after: this.clearedIn(),
      });
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private clearedIn(): number {
    const each = secondsAtDefaultCost * 2 ** (this.cost - defaultCost);
    return Math.max(1, Math.ceil((this.waiting.length * each) / this.atOnce));
  }
}

/** A well-formed hash of no known password: 128 bits of salt and 184 of hash in bcrypt's own base64. */
function decoyHash(cost: number): string {
  return `$2b$${String(cost).padStart(2, "0")}$hUBmQc3vN8Yk1sXfRzLoAu7WpTg5JeDi2aKyHn0ZqCwEx4VrMtSbG`;
}
