import { describe, expect, test } from "bun:test";
import type { SignedIn } from "@parley/protocol/sessions";
import { createRpc } from "./rpc.ts";
import { problem, ScriptedNetwork, type ScriptedRequest, settled } from "./scripted-network.ts";
import { Session, type SessionState } from "./session.ts";

const lifetime = 600;

function signedIn(token: string, refresh?: string): SignedIn {
  return {
    access_token: token,
    token_type: "bearer",
    expires_in: lifetime,
    ...(refresh && { refresh_token: refresh }),
    session: 5,
    user: { id: 1, username: "alice" } as SignedIn["user"],
  };
}

function setUp({ cookie = false } = {}) {
  const network = new ScriptedNetwork();
  const states: SessionState[] = [];
  const renewed: string[] = [];
  const session: Session = new Session({
    environment: network,
    call: (name, input) => rpc.call(name, input),
    cookie,
    device: "a test",
    changed: (state) => states.push(state),
    renewed: (token) => renewed.push(token),
  });
  const rpc = createRpc({
    url: "http://localhost:8000",
    environment: network,
    token: () => session.token(),
    refused: (token) => session.refused(token),
    newKey: () => "key",
  });
  /** Each refresh gives the next token of a row. */
  let given = 0;
  network.answer = ({ path }) => {
    given += 1;
    return path.startsWith("/session")
      ? Response.json(signedIn(`access-${given}`, `refresh-${given}`))
      : Response.json({});
  };
  return { network, session, states, renewed };
}

const refreshes = (network: ScriptedNetwork): ScriptedRequest[] =>
  network.requests.filter(({ path }) => path === "/session/refresh");

describe("a session", () => {
  test("CLIENT-4 signs in, and has a token that is good now", async () => {
    const { network, session, states } = setUp();
    await session.signIn("alice", "a password");
    expect(network.requests[0]?.body).toEqual({
      login: "alice",
      password: "a password",
      cookie: false,
      device: "a test",
    });
    expect(await session.token()).toBe("access-1");
    expect(session.refreshToken).toBe("refresh-1");
    expect(states).toMatchObject([{ status: "signed_in", session: 5 }]);
  });

  test("CLIENT-4 renews the token before it ends and tells the connection", async () => {
    const { network, session, renewed } = setUp();
    await session.signIn("alice", "a password");
    await network.pass((lifetime - 61) * 1000);
    expect(refreshes(network)).toEqual([]);
    await network.pass(1_000);
    expect(refreshes(network).map(({ body }) => body)).toEqual([
      { cookie: false, refresh_token: "refresh-1" },
    ]);
    expect(renewed).toEqual(["access-2"]);
    await network.pass((lifetime - 60) * 1000);
    expect(refreshes(network).at(-1)?.body).toMatchObject({ refresh_token: "refresh-2" });
  });

  test("CLIENT-4 asks once for all who need a token at the same time", async () => {
    const { network, session } = setUp();
    await session.signIn("alice", "a password");
    session.refused("access-1");
    expect(await Promise.all([session.token(), session.token(), session.token()])).toEqual([
      "access-2",
      "access-2",
      "access-2",
    ]);
    expect(refreshes(network).length).toBe(1);
  });

  test("CLIENT-5 a browser's refresh token stays in its cookie", async () => {
    const { network, session } = setUp({ cookie: true });
    network.answer = () => Response.json(signedIn("access"));
    expect(await session.resume()).toBe(true);
    expect(refreshes(network)[0]?.body).toEqual({ cookie: true });
    expect(session.refreshToken).toBeUndefined();
  });

  test("CLIENT-6 is over when its refresh token is refused", async () => {
    const { network, session, states } = setUp();
    await session.signIn("alice", "a password");
    network.answer = () => problem("unauthenticated");
    await network.pass(lifetime * 1000);
    expect(states.at(-1)).toEqual({ status: "signed_out", ended: true });
    await expect(session.token()).rejects.toMatchObject({ code: "unauthenticated" });
    expect(await session.resume("old")).toBe(false);
  });

  test("CLIENT-6 outlives a server that cannot be reached", async () => {
    const { network, session, states } = setUp();
    await session.signIn("alice", "a password");
    const { answer } = network;
    network.answer = () => Promise.reject(new TypeError("connection refused"));
    await network.pass(lifetime * 1000);
    expect(refreshes(network).length).toBeGreaterThan(1);
    expect(states.length).toBe(1);
    network.answer = answer;
    await network.pass(10_000);
    expect(await session.token()).toStartWith("access-");
  });

  test("CLIENT-7 signing out that the server was not told of has not happened", async () => {
    const { network, session, states } = setUp();
    await session.signIn("alice", "a password");
    const { answer } = network;
    network.answer = () => Promise.reject(new TypeError("connection refused"));
    await expect(session.signOut()).rejects.toMatchObject({ code: "unavailable" });
    expect(states.length).toBe(1);
    network.answer = answer;
    await session.signOut();
    expect(states.at(-1)).toEqual({ status: "signed_out", ended: false });
    expect(network.waits).toEqual([]);
  });

  test("CLIENT-7 signing out that the live connection tells of first is still the person's own", async () => {
    const { network, session, states } = setUp();
    await session.signIn("alice", "a password");
    const answer = Promise.withResolvers<Response>();
    network.answer = () => answer.promise;
    const leaving = session.signOut();
    await settled();
    session.ended();
    answer.resolve(new Response(null, { status: 204 }));
    await leaving;
    expect(states.slice(1)).toEqual([{ status: "signed_out", ended: false }]);
  });

  test("CLIENT-7 an answer that comes after signing out signs nobody in", async () => {
    const { network, session, states } = setUp();
    await session.signIn("alice", "a password");
    const { answer } = network;
    const late = Promise.withResolvers<Response>();
    network.answer = (request) => (request.path === "/session/refresh" ? late.promise : answer(request));
    session.refused("access-1");
    const token = session.token();
    await settled();
    session.ended();
    late.resolve(Response.json(signedIn("late")));
    await expect(token).rejects.toMatchObject({ code: "unauthenticated" });
    expect(states.at(-1)).toEqual({ status: "signed_out", ended: true });
    await expect(session.token()).rejects.toMatchObject({ code: "unauthenticated" });
  });
});
