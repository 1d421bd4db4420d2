import { MemoryBroker } from "../platform/bus-memory.ts";
import { type TestApp, type TestAppOptions, testApp } from "./app.ts";
import { eventually } from "./eventually.ts";
import { type HelloSocket, liveSocket } from "./live-socket.ts";
import type { Name } from "./people.ts";
import { freshPostgres } from "./postgres.ts";

/** A key that no README shows. */
export const sharedKey = "q8Zr1xV0bWm3Tn5Lk7Jh9Gf2Ds4Ap6Yc";

export interface TestNodes {
  nodes: TestApp[];
  /** What joins them, where it is not a real one. */
  broker: MemoryBroker;
  people: TestApp["people"];
  rooms: TestApp["rooms"];
  /** The node of this number. */
  at(node: number): TestApp;
  /** One of the cast on one more device, on this node. */
  online(node: number, name: Name, device?: string): Promise<HelloSocket>;
  /** One more node. */
  add(): Promise<TestApp>;
  close(): Promise<void>;
}

export interface TestNodesOptions extends Pick<TestAppOptions, "clock" | "environment"> {
  /** Joins the nodes by what their settings name. */
  realBus?: boolean;
}

/** So many real servers on one database; the first has made the cast and their rooms. */
export async function testNodes(count: number, options: TestNodesOptions = {}): Promise<TestNodes> {
  const broker = new MemoryBroker();
  const { clock = "system", realBus = false } = options;
  const environment = { DATABASE_URL: await freshPostgres(), SECRET_KEY: sharedKey, ...options.environment };
  const start = (unclaimed: boolean) =>
    testApp({ environment, clock, unclaimed, ...(!realBus && { bus: () => broker.connect() }) });
  const first = await start(false);
  const nodes = [first];
  const add = async () => {
    const node = await start(true);
    nodes.push(node);
    return node;
  };
  while (nodes.length < count) await add();
  // Whoever starts looks at everything once: from here on they hear only what they are told.
  await eventually(() => nodes.every(({ app }) => app.nodes?.neighbours === count - 1));
  await Promise.all(nodes.map(({ app }) => app.nodes?.look()));
  const at = (node: number) => nodes[node] as TestApp;
  return {
    ...{ nodes, broker, at, add, people: first.people, rooms: first.rooms },
    online: async (node, name, device = "") => liveSocket(at(node).url, await first.signIn(name, device)),
    async close() {
      broker.fate = () => [0];
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}

/** Numbers from 0 to 1 that look random and are the same in every run. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
