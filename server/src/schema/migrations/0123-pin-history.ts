import type { Migration } from "../migrate.ts";

export const pinHistory: Migration = {
  name: "0123-pin-history",
  statements() {
    return ["CREATE INDEX room_events_pins ON room_events (room_id, seq) WHERE kind = 'pin.set'"];
  },
};
