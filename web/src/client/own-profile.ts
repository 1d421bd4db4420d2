import type { Environment } from "./environment.ts";
import { Repairs } from "./repairs.ts";
import type { Rpc } from "./rpc.ts";
import type { ViewStore } from "./view.ts";

export interface OwnProfileOptions {
  environment: Pick<Environment, "after" | "random">;
  call: Rpc["call"];
  view: ViewStore;
}

/** The signed-in person's own profile, read again when it was changed elsewhere. */
export class OwnProfile {
  readonly #repairs: Repairs;

  constructor(private readonly options: OwnProfileOptions) {
    this.#repairs = new Repairs(options.environment);
  }

  changed(): void {
    this.#repairs.need("profile", () => this.#read());
  }

  clear(): void {
    this.#repairs.clear();
  }

  async #read(): Promise<void> {
    const { call, view } = this.options;
    const user = await call("user.me", {});
    const { session } = view.getState();
    if (session.status === "signed_in") view.setState({ session: { ...session, user } });
  }
}
