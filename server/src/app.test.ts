import { describe, expect, test } from "bun:test";
import { livePath, liveSubprotocol } from "@parley/protocol/frames";
import { type TestApp, testApp } from "./testing/app.ts";
import { freshPostgres, postgresMissing } from "./testing/postgres.ts";

const SECRET_KEY = "q8Zr1xV0bWm3Tn5Lk7Jh9Gf2Ds4Ap6Yc";

/** Resolves with the text of the next message that a person's socket hears. */
async function listen(app: TestApp, token: string): Promise<{ heard: Promise<string>; close: () => void }> {
  const socket = new WebSocket(app.url.replace("http", "ws") + livePath, liveSubprotocol);
  const { promise: heard, resolve: hear } = Promise.withResolvers<string>();
  await new Promise<void>((resolve) => {
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", token }));
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(data);
      if (frame.type === "ready") resolve();
      const events = frame.type === "event" ? [frame.event] : (frame.events ?? []);
      for (const event of events) if (event.kind === "message.sent") hear(event.message.text);
    };
  });
  return { heard, close: () => socket.close() };
}

describe.skipIf(postgresMissing)(postgresMissing ? "PostgreSQL (not on this machine)" : "PostgreSQL", () => {
  test("LIVE-3 what is committed on one server is heard on another of the same store", async () => {
    const environment = { DATABASE_URL: await freshPostgres(), SECRET_KEY };
    const one = await testApp({ environment, clock: "system" });
    const other = await testApp({ environment, clock: "system", unclaimed: true });
    expect(other.context.epoch).toBe(one.context.epoch);
    const { alice, bob } = one.people;
    const listening = await listen(other, bob.accessToken);
    const path = `/api/v2/rooms/${one.rooms.design.id}/messages`;
    expect((await one.ask("POST", path, { as: alice, body: { text: "across" } })).status).toBe(201);
    expect(await listening.heard).toBe("across");
    listening.close();
    await other.close();
    await one.close();
  });
});
