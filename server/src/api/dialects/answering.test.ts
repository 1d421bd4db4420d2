import { afterAll, beforeAll, expect, test } from "bun:test";
import { z } from "zod";
import { type TestApp, testApp } from "../../testing/app.ts";
import { answerRoute } from "./answering.ts";
import { route } from "./route.ts";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app?.close());

/** What a route answers whose success is `{name}`. */
async function answerOf(body: unknown) {
  const spec = route({
    method: "GET",
    path: "/made-up",
    summary: "Nothing that anybody has",
    who: "anyone",
    success: z.object({ name: z.string() }),
    answer: async () => body as { name: string },
  });
  const reported: unknown[] = [];
  const scope = {
    requestId: "1",
    address: "192.0.2.1",
    report: (error: unknown) => void reported.push(error),
  };
  const request = new Request(`${app.url}/made-up`);
  const { context, live } = app.app;
  const response = await answerRoute({ context, live }, spec, { request, path: {}, scope });
  return { status: response.status, body: await response.json(), reported };
}

test("DIALECT-2 what the schema does not name never leaves", async () => {
  const { status, body } = await answerOf({ name: "alice", email: "alice@example.org" });
  expect([status, body]).toEqual([200, { name: "alice" }]);
});

test("DIALECT-2 an answer that breaks its own schema is an error of ours, and tells nothing", async () => {
  const { status, body, reported } = await answerOf({ name: 5 });
  expect([status, body]).toEqual([500, { detail: "something went wrong on the server" }]);
  expect(reported).toHaveLength(1);
});
