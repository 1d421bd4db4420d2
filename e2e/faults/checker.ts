import type { Entry, History, Observed } from "./history.ts";

/**
 * `lost`: acknowledged and not there. `doubled`: one client id twice. `order`: two who differ on what stands at a
 * place, or a hole. `phantom`: there although it was refused. `overtaken`: a device's messages in another order than it
 * sent them. `leak`: sent to somebody who has no right to it.
 */
export type Fault = "lost" | "doubled" | "order" | "phantom" | "overtaken" | "leak";

export interface Finding {
  fault: Fault;
  what: string;
}

type Of<What extends Entry["what"]> = Extract<Entry, { what: What }>;

/** Everything that the history shows and that must never happen. */
export function findFaults(history: History): Finding[] {
  const told = { ...sort(history), history };
  return [
    ...findLost(told),
    ...findDoubled(told),
    ...findDisorder(told),
    ...findPhantoms(told),
    ...findOvertaken(told),
    ...findLeaks(told),
  ];
}

interface Told {
  history: History;
  invoked: Of<"invoke">[];
  acknowledged: Of<"ok">[];
  refused: Of<"no">[];
  stored: Of<"stored">[];
  /** Where the rooms hold what was sent under a client id. */
  places: Map<string, Of<"stored">[]>;
}

function sort(history: History): Omit<Told, "history"> {
  const of = <What extends Entry["what"]>(what: What) =>
    history.filter((entry): entry is Of<What> => entry.what === what);
  const stored = of("stored");
  const places = new Map<string, Of<"stored">[]>();
  for (const entry of stored) {
    if (entry.event.sent === undefined) continue;
    places.set(entry.event.sent, [...(places.get(entry.event.sent) ?? []), entry]);
  }
  return { invoked: of("invoke"), acknowledged: of("ok"), refused: of("no"), stored, places };
}

function findLost({ acknowledged, places }: Told): Finding[] {
  return acknowledged.flatMap(({ id, room, seq, device }): Finding[] => {
    const isThere = places.get(id)?.some((place) => place.room === room && place.seq === seq);
    if (isThere) return [];
    return [{ fault: "lost", what: `${device} was told that ${id} stands at ${room}/${seq}` }];
  });
}

function findDoubled({ history, places, acknowledged }: Told): Finding[] {
  const findings: Finding[] = [];
  for (const [id, found] of places) {
    if (found.length > 1)
      findings.push({ fault: "doubled", what: `${id} at ${found.map(placeOf).join(" and ")}` });
  }
  const answers = new Map<string, string>();
  for (const entry of acknowledged) {
    const before = answers.get(entry.id) ?? placeOf(entry);
    if (before !== placeOf(entry)) {
      findings.push({
        fault: "doubled",
        what: `${entry.id} acknowledged at ${before} and ${placeOf(entry)}`,
      });
    }
    answers.set(entry.id, before);
  }
  const seen = new Map<string, string>();
  for (const entry of history) {
    if (entry.what !== "observe" || entry.event.sent === undefined) continue;
    const key = `${entry.device} ${entry.event.sent}`;
    const before = seen.get(key);
    if (before !== undefined) {
      findings.push({
        fault: "doubled",
        what: `${entry.device} saw ${entry.event.sent} at ${before} and ${placeOf(entry)}`,
      });
    }
    seen.set(key, placeOf(entry));
  }
  return findings;
}

/** One order: dense in the store, without a hole for each who looks, and the same for all. */
function findDisorder({ history, stored }: Told): Finding[] {
  const findings: Finding[] = [];
  const agreed = new Map<string, Observed>();
  const compare = (who: string, entry: Of<"observe"> | Of<"stored">) => {
    const known = agreed.get(placeOf(entry));
    if (known === undefined) agreed.set(placeOf(entry), entry.event);
    else if (known.identity !== entry.event.identity) {
      const what = `${who} has ${entry.event.identity} at ${placeOf(entry)}, others have ${known.identity}`;
      findings.push({ fault: "order", what });
    }
  };
  const next = new Map<number, number>();
  for (const entry of [...stored].sort((one, other) => one.seq - other.seq)) {
    compare("the store", entry);
    const expected = next.get(entry.room) ?? 1;
    if (entry.seq !== expected)
      findings.push({ fault: "order", what: `the store goes on at ${placeOf(entry)}, not ${expected}` });
    next.set(entry.room, entry.seq + 1);
  }
  const isThere = new Set(stored.map(placeOf));
  const positions = new Map<string, number>();
  for (const entry of history) {
    if (entry.what === "begin") positions.set(`${entry.device} ${entry.room}`, entry.seq);
    if (entry.what !== "observe") continue;
    compare(entry.device, entry);
    if (!isThere.has(placeOf(entry))) {
      findings.push({ fault: "order", what: `${entry.device} saw ${placeOf(entry)}, which is not stored` });
    }
    const key = `${entry.device} ${entry.room}`;
    const position = positions.get(key);
    if (position === undefined || entry.seq !== position + 1) {
      findings.push({ fault: "order", what: `${entry.device} applied ${placeOf(entry)} on ${position}` });
    }
    positions.set(key, entry.seq);
  }
  return findings;
}

function findPhantoms({ history, refused, places }: Told): Finding[] {
  const refusedIds = new Set(refused.map(({ id }) => id));
  const stored = [...places.keys()].filter((id) => refusedIds.has(id));
  const seen = history.flatMap((entry) =>
    entry.what === "observe" && entry.event.sent !== undefined && refusedIds.has(entry.event.sent)
      ? [entry.event.sent]
      : [],
  );
  return [...new Set([...stored, ...seen])].map((id) => ({
    fault: "phantom",
    what: `${id} was refused, and is there`,
  }));
}

function findOvertaken({ invoked, places }: Told): Finding[] {
  const findings: Finding[] = [];
  const last = new Map<string, { id: string; seq: number }>();
  for (const { device, id, room } of invoked) {
    const seq = places.get(id)?.[0]?.seq;
    if (seq === undefined) continue;
    const key = `${device} ${room}`;
    const before = last.get(key);
    if (before && before.id !== id && seq < before.seq) {
      findings.push({
        fault: "overtaken",
        what: `${id} of ${device} stands before ${before.id}, which was sent first`,
      });
    }
    if (!before || seq > before.seq) last.set(key, { id, seq });
  }
  return findings;
}

function findLeaks({ history }: Told): Finding[] {
  const readers = new Map<string, ReadonlySet<string>>();
  for (const entry of history) if (entry.what === "secret") readers.set(entry.token, new Set(entry.readers));
  return history.flatMap((entry): Finding[] => {
    if (entry.what !== "saw" || readers.get(entry.token)?.has(entry.device) !== false) return [];
    return [{ fault: "leak", what: `${entry.device} was sent ${entry.token}` }];
  });
}

function placeOf({ room, seq }: { room: number; seq: number }): string {
  return `${room}/${seq}`;
}
