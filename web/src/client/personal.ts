import type { UserEvent } from "@parley/protocol/events";
import type { ServerFrame } from "@parley/protocol/frames";
import type { Choices } from "./choices.ts";
import { DraftSync } from "./draft-sync.ts";
import { Drafts } from "./drafts.ts";
import type { DraftStorage } from "./drafts-storage.ts";
import type { Environment } from "./environment.ts";
import { OwnProfile } from "./own-profile.ts";
import type { Rpc } from "./rpc.ts";
import { unreachable } from "./rpc.ts";
import { Saved } from "./saved.ts";
import type { ScheduledList } from "./scheduled.ts";
import { Sight } from "./sight.ts";
import type { TabWord } from "./tabs.ts";
import type { View, ViewStore } from "./view.ts";
import { Wishes } from "./wishes.ts";

export interface PersonalOptions {
  environment: Pick<Environment, "now" | "after" | "random" | "randomBytes" | "leaving">;
  call: Rpc["call"];
  view: ViewStore;
  drafts: DraftStorage;
  /** Says it to the other tabs. */
  tell: (word: TabWord) => void;
}

/** What is the person's own beside their rooms, on all their devices: it follows the private log. */
export class Personal {
  readonly saved: Saved;
  readonly drafts: Drafts;
  readonly wishes: Wishes;
  readonly sight: Sight;
  #scheduled: Promise<ScheduledList> | null = null;
  #choices: Promise<Choices> | null = null;
  readonly #draftSync: DraftSync;
  readonly #profile: OwnProfile;
  readonly #options: PersonalOptions;
  readonly #tell: PersonalOptions["tell"];
  readonly #view: ViewStore;

  constructor(options: PersonalOptions) {
    const { environment, call, view, drafts, tell } = options;
    this.#profile = new OwnProfile(options);
    this.saved = new Saved({ environment, call, changed: (saved) => view.setState({ saved }) });
    this.#draftSync = new DraftSync({ environment, call, drafts: () => this.drafts });
    this.drafts = new Drafts({
      storage: drafts,
      environment,
      changed: (changed) => view.setState({ drafts: changed }),
      kept: (change) => this.#draftSync.changed(change),
      tell: (change) => tell({ kind: "draft", change }),
    });
    this.wishes = new Wishes({ environment, call, changed: (wishes) => view.setState({ wishes }) });
    this.sight = new Sight({ environment, tell: (sight) => tell({ kind: "sight", sight }) });
    this.#options = options;
    this.#tell = tell;
    this.#view = view;
    environment.leaving(() => {
      this.drafts.flush();
      // What was flushed is told in the next turn.
      queueMicrotask(() => this.#draftSync.hurry());
    });
  }

  /** SCHED-7. What the person has yet to send; its code comes when somebody asks for it. */
  scheduled(): Promise<ScheduledList> {
    const { environment, call, view } = this.#options;
    const changed = (scheduled: View["scheduled"]) => view.setState({ scheduled });
    this.#scheduled ??= import("./scheduled.ts").then(
      ({ ScheduledList }) => new ScheduledList({ environment, call, changed }),
      unreachable,
    );
    // Asked for again, it is tried again.
    this.#scheduled.catch(() => {
      this.#scheduled = null;
    });
    return this.#scheduled;
  }

  /** POLL-12. What the person has chosen in anonymous polls; its code comes when somebody asks for it. */
  choices(): Promise<Choices> {
    const { environment, call, view } = this.#options;
    const changed = (choices: View["choices"]) => view.setState({ choices });
    this.#choices ??= import("./choices.ts").then(
      ({ Choices }) => new Choices({ environment, call, changed }),
      unreachable,
    );
    this.#choices.catch(() => {
      this.#choices = null;
    });
    return this.#choices;
  }

  #withChoices(act: (choices: Choices) => void): void {
    this.#choices?.then(act, () => undefined);
  }

  /** Once it is there. */
  #withScheduled(act: (list: ScheduledList) => void): void {
    this.#scheduled?.then(act, () => undefined);
  }

  /** Somebody has signed in. */
  welcome(user: number): void {
    this.#draftSync.start();
    void this.drafts.load(user);
  }

  /** This tab sends for all of the person's, or does not any more. */
  lead(isLeading: boolean): void {
    this.#view.setState({ isLeading });
    if (isLeading) this.#tell({ kind: "what is in sight?" });
    this.#draftSync.lead(isLeading);
  }

  /** Another tab of the person's says it. */
  hear(word: TabWord): void {
    if (word.kind === "draft") this.drafts.hear(word.change);
    else if (word.kind === "sight") this.sight.hear(word.sight);
    else if (word.kind === "what is in sight?") this.sight.say();
  }

  /** An event of the private log, once it is applied. */
  follow(event: UserEvent): void {
    if (event.kind === "user.updated") this.#profile.changed();
    else if (event.kind === "saved.set") this.saved.hear(event.message, event.on);
    else if (event.kind === "scheduled.set")
      this.#withScheduled((list) => list.hear(event.id, event.scheduled));
    else if (event.kind === "vote.set")
      this.#withChoices((choices) => choices.hear(event.message, event.options));
    else if (event.kind === "draft.set") this.#draftSync.hear(event.draft);
    else if (event.kind === "notification.default_changed") this.wishes.hear(event);
    else if (event.kind === "push.changed")
      this.#view.setState(({ pushChanges }) => ({ pushChanges: pushChanges + 1 }));
    else if (event.kind === "report.changed")
      this.#view.setState(({ reportChanges }) => ({ reportChanges: reportChanges + 1 }));
  }

  /** A connection began; a fresh one is not told what has happened before. */
  greeted({ now, mode }: Extract<ServerFrame, { type: "ready" }>, isAnother: boolean): void {
    const isFresh = isAnother || mode === "fresh";
    this.saved.greeted(isFresh);
    this.#withScheduled((list) => list.greeted(isFresh));
    this.#withChoices((choices) => choices.greeted(isFresh));
    this.#draftSync.greeted(now, isFresh);
    this.wishes.greeted(isFresh);
  }

  /** The person has gone; what they were writing stays on the device only when their session was ended. */
  clear(isEnded: boolean): void {
    this.#draftSync.clear();
    if (isEnded) this.drafts.unload();
    else void this.drafts.clear();
    this.#profile.clear();
    this.saved.clear();
    this.#withScheduled((list) => list.clear());
    this.#withChoices((choices) => choices.clear());
    this.wishes.clear();
    this.sight.clear();
  }
}
