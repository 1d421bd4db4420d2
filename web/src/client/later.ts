import { unreachable } from "./rpc.ts";

/** A part of the client whose code comes when somebody asks for it. */
export class Later<Part> {
  #part: Promise<Part> | null = null;

  constructor(private readonly load: () => Promise<Part>) {}

  get(): Promise<Part> {
    if (this.#part !== null) return this.#part;
    const part = this.load().catch(unreachable);
    this.#part = part;
    // Asked for again, it is tried again.
    part.catch(() => {
      this.#part = null;
    });
    return part;
  }

  /** Once it is there; nothing where nobody has asked for it. */
  with(act: (part: Part) => void): void {
    this.#part?.then(act, () => undefined);
  }
}
