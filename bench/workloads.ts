import { type Ask, atLeast, atMost, growth, shareOf, worst } from "./asks.ts";
import {
  besideSlowReaders,
  type Measure,
  memoryOfSockets,
  pages,
  searches,
  storm,
  throughput,
} from "./measures.ts";
import { beside } from "./measures-due.ts";
import { expiry } from "./measures-expiry.ts";
import {
  endedHistory,
  fewPeople,
  fiveThousand,
  history,
  oneRoom,
  type Question,
  questions,
  type Scene,
  SLOW_READERS,
  searched,
  smallRooms,
  someSlow,
  tenThousand,
} from "./scenes.ts";
import type { TargetName } from "./targets.ts";

/** One scene and one measure; the parts of a workload are run in turns, so that they see the same machine. */
export interface Part {
  name: string;
  scene: Scene;
  targets: readonly TargetName[];
  measure: Measure;
}

export interface Column {
  figure: string;
  heading: string;
  digits: number;
}

export interface Workload {
  name: string;
  about: string;
  parts: readonly Part[];
  columns: readonly Column[];
  asks: readonly Ask[];
}

const everyTarget: readonly TargetName[] = ["floor", "floor-batch", "floor-durable", "parley"];

const deliveries: readonly Column[] = [
  { figure: "deliveries_per_second", heading: "deliveries/s", digits: 0 },
  { figure: "acks_per_second", heading: "acks/s", digits: 0 },
  { figure: "ack_p50_ms", heading: "ack p50 ms", digits: 2 },
  { figure: "ack_p99_ms", heading: "ack p99 ms", digits: 2 },
  { figure: "delivery_p50_ms", heading: "delivery p50 ms", digits: 2 },
  { figure: "delivery_p99_ms", heading: "delivery p99 ms", digits: 2 },
  { figure: "generator_cpu", heading: "generator cpu", digits: 2 },
];

const readings: readonly Column[] = [
  { figure: "page_p50_ms", heading: "p50 ms", digits: 3 },
  { figure: "page_p99_ms", heading: "p99 ms", digits: 3 },
  { figure: "pages_per_second", heading: "pages/s with 16", digits: 0 },
  { figure: "generator_cpu", heading: "generator cpu", digits: 2 },
];

const DUE = 10_000;
const ENDED = 100_000;
const duePart = (count: number) => `due ${count.toLocaleString("en-US")}`;

const lengths = [1_000, 100_000, 1_000_000] as const;
const pagesOf = (messages: number) => `w5 ${messages.toLocaleString("en-US")}`;
const searchPart = ({ name }: Question) => `search: ${name}`;
const slowPart = (slow: number) => `slow ${slow}`;
const [shortest, , longest] = lengths;

export const workloads: readonly Workload[] = [
  {
    name: "w1",
    about:
      "1 room, 500 members connected, 1 sender, next message when all 500 have it and the sender has its acknowledgement",
    parts: [{ name: "w1", scene: oneRoom, targets: everyTarget, measure: throughput("w1") }],
    columns: deliveries,
    asks: [shareOf("w1", "floor", 0.85)],
  },
  {
    name: "w2",
    about: "as W1, but 8 senders with 8 in flight each",
    parts: [{ name: "w2", scene: oneRoom, targets: everyTarget, measure: throughput("w2") }],
    columns: deliveries,
    asks: [shareOf("w2", "floor-durable", 0.5)],
  },
  {
    name: "w3",
    about: "500 connections in 100 rooms of 5; each sends, waits for its acknowledgement, sends again",
    parts: [{ name: "w3", scene: smallRooms, targets: everyTarget, measure: throughput("w3") }],
    columns: deliveries,
    asks: [
      { ...atLeast("w3", "acks_per_second", 15_000, "durable sends/s"), engine: "sqlite" },
      { ...atLeast("w3", "acks_per_second", 3_000, "durable sends/s"), engine: "postgres" },
    ],
  },
  {
    name: "w4",
    about:
      "resident memory of the server (all its processes) per connection, 5,000 signed-in sockets in rooms of 50, 8 s after the last",
    parts: [
      { name: "w4", scene: fiveThousand, targets: ["floor-batch", "parley"], measure: memoryOfSockets },
    ],
    columns: [
      { figure: "kb_per_socket", heading: "KB a socket", digits: 2 },
      { figure: "before_mb", heading: "MB before", digits: 1 },
      { figure: "after_mb", heading: "MB after", digits: 1 },
    ],
    asks: [atMost("w4", "kb_per_socket", 6, "KB a socket")],
  },
  {
    name: "w5",
    about:
      "last 50 messages of a room with 1,000, 100,000 and 1,000,000 messages: p50 and p99 with one reader, pages a second with 16",
    parts: lengths.map((messages) => ({
      name: pagesOf(messages),
      scene: history(messages),
      targets: ["parley"] as const,
      measure: pages,
    })),
    columns: readings,
    asks: [
      atMost(pagesOf(longest), "page_p99_ms", 5, "ms at p99 with 1,000,000 messages"),
      growth({
        what: "p99 above the 1,000-message room",
        figure: "page_p99_ms",
        from: pagesOf(shortest),
        to: pagesOf(longest),
        most: 0.25,
      }),
    ],
  },
  {
    name: "search",
    about:
      "the newest 50 of what is found in 1,000,000 messages, one kind of question after the other: p50 and p99 with one reader, pages a second with 16",
    parts: questions.map((question) => ({
      name: searchPart(question),
      scene: searched(longest),
      targets: ["parley"] as const,
      measure: searches(question),
    })),
    columns: readings,
    asks: [
      { ...worst(questions.map(searchPart), "page_p99_ms", 50, "ms at p99"), engine: "sqlite" },
      { ...worst(questions.map(searchPart), "page_p99_ms", 60, "ms at p99"), engine: "postgres" },
    ],
  },
  {
    name: "slow",
    about: `1 room of 5,000, 10 messages a second, ${SLOW_READERS} of the readers at 1 KiB/s and full to the brim, and none of them`,
    parts: [0, SLOW_READERS].map((slow) => ({
      name: slowPart(slow),
      scene: someSlow,
      targets: ["floor-batch", "parley"] as const,
      measure: besideSlowReaders(slow),
    })),
    columns: [
      { figure: "delivery_p50_ms", heading: "others' delivery p50 ms", digits: 2 },
      { figure: "delivery_p99_ms", heading: "others' delivery p99 ms", digits: 2 },
      { figure: "acks_per_second", heading: "messages/s", digits: 1 },
      { figure: "growth_mib", heading: "MiB grown", digits: 0 },
      { figure: "generator_cpu", heading: "generator cpu", digits: 2 },
    ],
    asks: [
      growth({
        what: "the others' delivery p99 grows by",
        figure: "delivery_p99_ms",
        from: slowPart(0),
        to: slowPart(SLOW_READERS),
        most: 0.1,
        floor: "floor-batch",
      }),
      atMost(slowPart(SLOW_READERS), "growth_per_slow_mib", 1.2, "MiB a slow reader"),
    ],
  },
  {
    name: "storm",
    about: "10,000 signed-in sockets cut at once, all of which come back at once: the time to `ready`",
    parts: [{ name: "storm", scene: tenThousand, targets: ["floor-batch", "parley"], measure: storm }],
    columns: [
      { figure: "ready_p50_ms", heading: "ready p50 ms", digits: 0 },
      { figure: "ready_p99_ms", heading: "ready p99 ms", digits: 0 },
      { figure: "ready_max_ms", heading: "ready max ms", digits: 0 },
      { figure: "retries", heading: "retries", digits: 0 },
      { figure: "generator_cpu", heading: "generator cpu", digits: 2 },
    ],
    asks: [atMost("storm", "ready_p99_ms", 8_000, "ms at p99")],
  },
  {
    name: "due",
    about: `100 messages a second by 100 people in rooms of 5 for a minute, in which ${DUE.toLocaleString("en-US")} scheduled messages are due, and in which none is; how late these are is taken where they are heard`,
    parts: [0, DUE].map((count) => ({
      name: duePart(count),
      scene: fewPeople,
      targets: ["parley"] as const,
      measure: beside(count),
    })),
    columns: [
      { figure: "late_p50_ms", heading: "late p50 ms", digits: 0 },
      { figure: "late_p99_ms", heading: "late p99 ms", digits: 0 },
      { figure: "late_max_ms", heading: "late max ms", digits: 0 },
      { figure: "ack_p50_ms", heading: "ack p50 ms", digits: 2 },
      { figure: "ack_p99_ms", heading: "ack p99 ms", digits: 2 },
      { figure: "acks_per_second", heading: "acks/s", digits: 0 },
    ],
    asks: [
      atMost(duePart(DUE), "late_p99_ms", 1_000, "ms late at p99"),
      growth({
        what: "the acknowledgements' p99 grows by",
        figure: "ack_p99_ms",
        from: duePart(0),
        to: duePart(DUE),
        most: 0.5,
      }),
    ],
  },
  {
    name: "expiry",
    about: `${ENDED.toLocaleString("en-US")} messages of one room are deleted by themselves, all due at the start, while 16 people who have it open send 100 a second`,
    parts: [{ name: "expiry", scene: endedHistory(ENDED), targets: ["parley"], measure: expiry }],
    columns: [
      { figure: "ack_p50_ms", heading: "ack p50 ms", digits: 2 },
      { figure: "ack_p99_ms", heading: "ack p99 ms", digits: 2 },
      { figure: "acks_per_second", heading: "acks/s", digits: 0 },
      { figure: "gone_s", heading: "all gone after s", digits: 0 },
      { figure: "before_mb", heading: "MB before", digits: 1 },
      { figure: "after_mb", heading: "MB after", digits: 1 },
    ],
    asks: [atMost("expiry", "ack_p99_ms", 50, "ms at p99")],
  },
];
