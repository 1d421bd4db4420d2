import type { ClientSignal, ServerFrame, ServerSignal } from "@parley/protocol/frames";
import type { Message } from "@parley/protocol/messages";
import type { Environment } from "./environment.ts";
import { People } from "./people.ts";
import type { Rpc } from "./rpc.ts";
import { Typing } from "./typing.ts";
import type { ViewStore } from "./view.ts";

export interface SignalsOptions {
  environment: Pick<Environment, "now" | "after" | "random">;
  call: Rpc["call"];
  /** False without a connection. */
  send: (signal: ClientSignal) => boolean;
  view: ViewStore;
}

/** What passes and is not kept: typing, presence, marks and changed profiles. */
export class Signals {
  readonly typing: Typing;
  readonly people: People;

  constructor(private readonly options: SignalsOptions) {
    const { environment, call, send, view } = options;
    this.typing = new Typing({
      environment,
      send: (room, on) => send({ kind: "typing", room, on }),
      changed: (typing) => view.setState({ typing }),
    });
    this.people = new People({
      environment,
      call,
      watch: (users) => send({ kind: "watch", users }),
      changed: (people) => view.setState({ people }),
      presencesChanged: (presences) => view.setState({ presences }),
    });
  }

  hear(signal: ServerSignal): void {
    switch (signal.kind) {
      case "typing":
        return this.typing.hear(signal.room, signal.user, signal.on);
      case "presence":
        return this.people.hear(signal.presence);
      case "user":
        return this.people.changed(signal.user);
      case "marks": {
        const { view } = this.options;
        const room = new Map(view.getState().marks.get(signal.room));
        for (const mark of signal.marks) room.set(mark.user, mark);
        view.setState(({ marks }) => ({ marks: new Map(marks).set(signal.room, room) }));
      }
    }
  }

  /** Whoever was taken out of a room may have no account any more. */
  follow(frame: ServerFrame): void {
    if (frame.type !== "event" && frame.type !== "events") return;
    for (const event of frame.type === "event" ? [frame.event] : frame.events) {
      if (event.kind === "member.left" && event.by !== event.user) this.people.changed(event.user);
    }
  }

  /** Whoever has said it has stopped typing it. */
  said(room: number, messages: readonly Message[]): void {
    for (const { sender } of messages) this.typing.hear(room, sender, false);
  }

  clear(): void {
    this.typing.clear();
    this.people.clear();
  }
}
