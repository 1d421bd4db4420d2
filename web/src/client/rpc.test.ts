import { describe, expect, test } from "bun:test";
import { ChatError } from "@parley/protocol/errors";
import { createRpc, toRequest } from "./rpc.ts";
import { problem, ScriptedNetwork } from "./scripted-network.ts";

function setUp() {
  const network = new ScriptedNetwork();
  let token = "first";
  const rpc = createRpc({
    url: "http://localhost:8000",
    environment: network,
    token: async () => token,
    refused: () => {
      token = "second";
    },
    newKey: () => "a-key",
  });
  return { network, rpc };
}

async function failureOf(promise: Promise<unknown>): Promise<ChatError> {
  const error = await promise.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (!(error instanceof ChatError)) throw new Error("it did not fail with a ChatError");
  return error;
}

describe("a call over REST", () => {
  test("CLIENT-1 puts fields where the route has them", () => {
    expect(toRequest("http://x", "message.list", { room: 7, before: 3, limit: 50 }, "k")).toMatchObject({
      method: "GET",
      url: "http://x/api/v2/rooms/7/messages?before=3&limit=50",
    });
    expect(toRequest("http://x", "user.list", { ids: [1, 2], search: undefined }, "k").url).toBe(
      "http://x/api/v2/users?ids=1%2C2",
    );
    const send = toRequest("http://x", "message.send", { room: 7, text: "hi" }, "k");
    expect(send).toMatchObject({ method: "POST", url: "http://x/api/v2/rooms/7/messages" });
    expect(JSON.parse(String(send.body))).toEqual({ text: "hi" });
    expect(send.headers).toMatchObject({ "idempotency-key": "k", "content-type": "application/json" });
  });

  test("CLIENT-1 sends bytes as they are, with their type", () => {
    const picture = new Blob(["bytes"], { type: "image/png" });
    const set = toRequest("http://x", "avatar.set", {}, "k", picture);
    expect(set).toMatchObject({ method: "PUT", url: "http://x/api/v2/me/avatar", body: picture });
    expect(set.headers).toMatchObject({ "idempotency-key": "k", "content-type": "image/png" });
  });

  test("CLIENT-1 sends the token, but not where no session is needed", async () => {
    const { network, rpc } = setUp();
    await rpc.call("room.list", {}, { key: "mine" });
    await rpc.call("server.info", {});
    const [listed, info] = network.requests;
    expect(listed?.headers.get("authorization")).toBe("Bearer first");
    expect(info?.headers.get("authorization")).toBeNull();
  });

  test("CLIENT-1 takes an answer without a body", async () => {
    const { network, rpc } = setUp();
    network.answer = () => new Response(null, { status: 204 });
    expect(await rpc.call("room.delete", { room: 7 })).toEqual({});
  });

  test("CLIENT-2 tells what was wrong as the server said it", async () => {
    const { network, rpc } = setUp();
    network.answer = () => problem("rate_limited", { detail: "too often", after: 7 });
    const error = await failureOf(rpc.call("room.list", {}));
    expect(error).toMatchObject({ code: "rate_limited", message: "too often", details: { after: 7 } });
  });

  test("CLIENT-2 understands an answer that is not the server's", async () => {
    const { network, rpc } = setUp();
    const answers = [502, 503, 500, 404, 413].map((status) => ({ status, headers: { "retry-after": "3" } }));
    network.answer = () => new Response("<h1>oops</h1>", answers.shift());
    const codes: string[] = [];
    while (answers.length > 0) {
      const error = await failureOf(rpc.call("room.list", {}));
      codes.push(`${error.code} ${error.details.after}`);
    }
    expect(codes).toEqual(["unavailable 3", "unavailable 3", "internal 3", "not_found 3", "too_large 3"]);
  });

  test("CLIENT-2 fails as unavailable when nobody answers, at once or ever", async () => {
    const { network, rpc } = setUp();
    network.answer = () => Promise.reject(new TypeError("connection refused"));
    expect((await failureOf(rpc.call("room.list", {}))).code).toBe("unavailable");
    network.fetch = (_url, { signal }) =>
      new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    const failure = failureOf(rpc.call("room.list", {}));
    await network.pass(30_000);
    expect((await failure).code).toBe("unavailable");
  });

  test("CLIENT-3 asks for another token once when the server refuses this one", async () => {
    const { network, rpc } = setUp();
    network.answer = ({ headers }) =>
      headers.get("authorization") === "Bearer second"
        ? Response.json({ rooms: [] })
        : problem("unauthenticated");
    expect(await rpc.call("room.list", {})).toEqual({ rooms: [] } as never);
    network.answer = () => problem("unauthenticated");
    network.requests.length = 0;
    expect((await failureOf(rpc.call("room.list", {}))).code).toBe("unauthenticated");
    expect(network.requests.length).toBe(2);
  });
});
