import { unreachable } from "./rpc.ts";

/** A part whose code comes when somebody asks for it. What concerns it before that concerns nobody. */
export class Later<Part> {
  #part: Promise<Part> | null = null;

  constructor(private readonly load: () => Promise<Part>) {}

  /** Asked for again after it did not come, it is tried again. */
  get(): Promise<Part> {
    this.#part ??= this.load().catch((error: unknown) => {
      this.#part = null;
      return unreachable(error);
    });
    return this.#part;
  }

  /** Once it is there. */
  whenThere(act: (part: Part) => void): void {
    this.#part?.then(act, () => undefined);
  }
}
