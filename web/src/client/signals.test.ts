import { expect, test } from "bun:test";
import type { ServerFrame } from "@parley/protocol/frames";
import type { User } from "@parley/protocol/users";
import type { Rpc } from "./rpc.ts";
import { ScriptedNetwork } from "./scripted-network.ts";
import { Signals } from "./signals.ts";
import { createView } from "./view.ts";

const bob: User = {
  ...{ id: 3, username: "bob", display_name: "Bob", given_name: null, family_name: null, status_message: "" },
  ...{ avatar: null, role: "user", active: true },
};

function left(by: number): ServerFrame {
  const at = "2030-01-01T00:00:00.000Z";
  return { type: "event", room: 1, seq: 9, event: { kind: "member.left", at, by, user: bob.id } };
}

test("ACC-39 whoever was taken out of a room is looked up again, whatever node told of it; who left is not", async () => {
  const network = new ScriptedNetwork();
  const view = createView();
  const gone: User = { ...bob, display_name: "", active: false, deleted: true };
  const asked: unknown[] = [];
  const call = (async (_name: string, input: unknown) => {
    asked.push(input);
    return { users: [gone] };
  }) as unknown as Rpc["call"];
  const signals = new Signals({
    environment: network,
    call,
    send: () => true,
    view,
  });
  signals.people.know([bob]);
  signals.follow(left(bob.id));
  await network.pass(100);
  expect(asked).toEqual([]);
  signals.follow(left(1));
  await network.pass(100);
  expect(asked).toHaveLength(1);
  expect(view.getState().people.get(bob.id)).toEqual(gone);
});
