import type { Input, OperationName, Output } from "@parley/protocol/contract";
import type { Membership } from "@parley/protocol/rooms";
import { carriedOut } from "../api/call.ts";
import type { Actor, Context } from "../context.ts";
import { joinRoom } from "../features/members/members.ts";
import { createRoom, directRoom } from "../features/rooms/rooms.ts";
import { type TestContext, type TestContextOptions, testContext } from "./context.ts";
import { addCast, addressOf, type Name } from "./people.ts";

export interface Rooms {
  /** A public channel of admin's, with alice and bob in it. */
  lobby: Membership;
  /** A private channel of alice's, with bob in it. */
  design: Membership;
  /** The direct room of alice and bob. */
  aliceBob: Membership;
}

/** The cast's rooms. Carol is in none. */
export async function makeRooms({ writer }: Context, actors: Record<Name, Actor>): Promise<Rooms> {
  const { admin, alice, bob } = actors;
  const channel = { kind: "channel" as const, topic: "", members: [] };
  const lobby = await writer.write((tx) =>
    createRoom(tx, admin, { ...channel, name: "lobby", public: true }),
  );
  for (const actor of [alice, bob]) await writer.write((tx) => joinRoom(tx, actor, { room: lobby.id }));
  const design = await writer.write((tx) =>
    createRoom(tx, alice, { ...channel, name: "design", public: false, members: [bob.user] }),
  );
  const aliceBob = await writer.write((tx) => directRoom(tx, alice, { user: bob.user }));
  return { lobby, design, aliceBob };
}

export interface TestRooms extends TestContext {
  ids: Record<Name, number>;
  rooms: Rooms;
  /** Carries out one operation for a person, as a call over REST or a socket would. */
  does<Operation extends OperationName>(
    person: number,
    name: Operation,
    input: Input<Operation>,
    key?: string,
  ): Promise<Output<Operation>>;
}

/** The cast in their rooms, on a store of its own; without sockets and HTTP. */
export async function testRooms(options: TestContextOptions = {}): Promise<TestRooms> {
  const fixture = await testContext(options);
  const { context } = fixture;
  const ids = await addCast(context);
  const by = (user: number): Actor => ({ user, session: 1 });
  const { admin, alice, bob, carol } = ids;
  const actors = { admin: by(admin), alice: by(alice), bob: by(bob), carol: by(carol) };
  const rooms = await makeRooms(context, actors);
  return {
    ...fixture,
    ...{ ids, rooms },
    async does<Operation extends OperationName>(
      person: number,
      name: Operation,
      input: Input<Operation>,
      key?: string,
    ) {
      const caller = { actor: by(person), restricted: false, address: addressOf.home };
      const { result } = await carriedOut(context, name, input, { caller, key: key ?? null });
      return result as Output<Operation>;
    },
  };
}
