import type { UserEvent } from "@parley/protocol/events";
import type { ServerFrame } from "@parley/protocol/frames";
import type { Choices } from "./choices.ts";
import { DraftSync } from "./draft-sync.ts";
import { Drafts } from "./drafts.ts";
import type { DraftStorage } from "./drafts-storage.ts";
import type { Environment } from "./environment.ts";
import type { FollowedThreadList } from "./followed-threads.ts";
import { Later } from "./later.ts";
import type { Library } from "./library.ts";
import { OwnProfile } from "./own-profile.ts";
import type { ReminderList } from "./reminders.ts";
import type { Rpc } from "./rpc.ts";
import { Saved } from "./saved.ts";
import type { ScheduledList } from "./scheduled.ts";
import { Sight } from "./sight.ts";
import type { TabWord } from "./tabs.ts";
import type { ViewStore } from "./view.ts";
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
  /** SCHED-7. What the person has yet to send. */
  readonly scheduled: Later<ScheduledList>;
  /** REMIND-7. What the person is reminded of. */
  readonly reminders: Later<ReminderList>;
  /** THREAD-12. The threads that the person follows. */
  readonly threads: Later<FollowedThreadList>;
  /** POLL-12. What the person has chosen in anonymous polls. */
  readonly choices: Later<Choices>;
  /** EMOJI-9. The server's own emoji and stickers. */
  readonly library: Later<Library>;
  readonly #draftSync: DraftSync;
  readonly #profile: OwnProfile;
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
    this.scheduled = new Later(async () => {
      const { ScheduledList } = await import("./scheduled.ts");
      return new ScheduledList({ environment, call, changed: (scheduled) => view.setState({ scheduled }) });
    });
    this.reminders = new Later(async () => {
      const { ReminderList } = await import("./reminders.ts");
      return new ReminderList({ environment, call, changed: (reminders) => view.setState({ reminders }) });
    });
    this.threads = new Later(async () => {
      const { FollowedThreadList } = await import("./followed-threads.ts");
      return new FollowedThreadList({ environment, call, view });
    });
    this.choices = new Later(async () => {
      const { Choices } = await import("./choices.ts");
      return new Choices({ environment, call, changed: (choices) => view.setState({ choices }) });
    });
    this.library = new Later(async () => {
      const { Library } = await import("./library.ts");
      return new Library({ environment, call, changed: (library) => view.setState({ library }) });
    });
    this.#tell = tell;
    this.#view = view;
    environment.leaving(() => {
      this.drafts.flush();
      // What was flushed is told in the next turn.
      queueMicrotask(() => this.#draftSync.hurry());
    });
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
    this.threads.whenThere((threads) => threads.hear(event));
    if (event.kind === "user.updated") this.#profile.changed();
    else if (event.kind === "saved.set") this.saved.hear(event.message, event.on);
    else if (event.kind === "scheduled.set")
      this.scheduled.whenThere((list) => list.hear(event.id, event.scheduled));
    else if (event.kind === "reminder.set")
      this.reminders.whenThere((list) => list.hear(event.message, event.reminder));
    else if (event.kind === "vote.set")
      this.choices.whenThere((choices) => choices.hear(event.message, event.options));
    else if (event.kind === "draft.set") this.#draftSync.hear(event.draft);
    else if (event.kind === "notification.default_changed") this.wishes.hear(event);
    else if (event.kind === "push.changed")
      this.#view.setState(({ pushChanges }) => ({ pushChanges: pushChanges + 1 }));
    else if (event.kind === "report.changed")
      this.#view.setState(({ reportChanges }) => ({ reportChanges: reportChanges + 1 }));
  }

  /** What the server tells, once it is applied. */
  heard(frame: ServerFrame): void {
    this.drafts.follow(frame);
    this.threads.whenThere((threads) => threads.follow(frame));
    if (frame.type !== "signal" || frame.signal.kind !== "library") return;
    const { version } = frame.signal;
    this.library.whenThere((library) => library.hear(version));
  }

  /** A connection began; a fresh one is not told what has happened before. */
  greeted({ now, mode }: Extract<ServerFrame, { type: "ready" }>, isAnother: boolean): void {
    const isFresh = isAnother || mode === "fresh";
    this.saved.greeted(isFresh);
    this.scheduled.whenThere((list) => list.greeted(isFresh));
    this.reminders.whenThere((list) => list.greeted(isFresh));
    this.threads.whenThere((threads) => threads.greeted());
    this.choices.whenThere((choices) => choices.greeted(isFresh));
    this.library.whenThere((library) => library.greeted());
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
    this.scheduled.whenThere((list) => list.clear());
    this.reminders.whenThere((list) => list.clear());
    this.threads.whenThere((threads) => threads.clear());
    this.choices.whenThere((choices) => choices.clear());
    this.library.whenThere((library) => library.clear());
    this.wishes.clear();
    this.sight.clear();
  }
}
