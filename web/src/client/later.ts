import { unreachable } from "./rpc.ts";

/** Something whose code comes when it is first asked for. */
export class Later<Thing> {
  #thing: Promise<Thing> | null = null;
  #loaded: Thing | undefined;

  constructor(private readonly load: () => Promise<Thing>) {}

  get(): Promise<Thing> {
    const thing = this.#thing ?? this.load().catch(unreachable);
    this.#thing = thing;
    thing.then(
      (loaded) => {
        this.#loaded = loaded;
      },
      // Asked for again, it is tried again.
      () => {
        this.#thing = null;
      },
    );
    return thing;
  }

  /** Does something with it if it is there, or once it is: whatever it is told first, it is told first. */
  whenThere(act: (thing: Thing) => void): void {
    if (this.#loaded !== undefined) act(this.#loaded);
    else this.#thing?.then(act, () => undefined);
  }
}
