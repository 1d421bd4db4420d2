import type { UserEvent } from "@parley/protocol/events";
import type { Environment } from "./environment.ts";
import { OwnProfile } from "./own-profile.ts";
import type { Rpc } from "./rpc.ts";
import { Saved } from "./saved.ts";
import type { ViewStore } from "./view.ts";

export interface PersonalOptions {
  environment: Pick<Environment, "after" | "random">;
  call: Rpc["call"];
  view: ViewStore;
}

/** What is the person's own beside their rooms, on all their devices: it follows the private log. */
export class Personal {
  readonly saved: Saved;
  readonly #profile: OwnProfile;

  constructor(options: PersonalOptions) {
    const { view } = options;
    this.#profile = new OwnProfile(options);
    this.saved = new Saved({ ...options, changed: (saved) => view.setState({ saved }) });
  }

  /** An event of the private log, once it is applied. */
  follow(event: UserEvent): void {
    if (event.kind === "user.updated") this.#profile.changed();
    else if (event.kind === "saved.set") this.saved.hear(event.message, event.on);
  }

  /** A connection began; a fresh one is not told what has happened before. */
  greeted(isFresh: boolean): void {
    this.saved.greeted(isFresh);
  }

  clear(): void {
    this.#profile.clear();
    this.saved.clear();
  }
}
