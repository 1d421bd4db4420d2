import type { Connection } from "./connection.ts";

/** EMOJI-7. Everybody who is connected hears that the server's emoji or stickers are others now; nobody older news. */
export class LibraryNews {
  private version = 0;

  constructor(private readonly connections: () => Iterable<Connection>) {}

  tell(version: number): void {
    if (version <= this.version) return;
    this.version = version;
    const frame = JSON.stringify({ type: "signal", signal: { kind: "library", version } });
    for (const connection of this.connections()) {
      if (connection.phase === "live") connection.pushLossy(frame);
    }
  }
}
