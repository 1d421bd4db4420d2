import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Input } from "@parley/protocol/contract";
import { limits } from "@parley/protocol/limits";
import { outcomeOf } from "../../testing/failures.ts";
import { type TestRooms, testRooms } from "../../testing/rooms.ts";
import { onEveryEngine } from "../../testing/store.ts";

type Sent = Omit<Input<"message.send">, "room">;

onEveryEngine((engine) => {
  let fixture: TestRooms;
  let ids: TestRooms["ids"];
  let does: TestRooms["does"];
  let room: number;
  const send = (input: Sent) => does(ids.alice, "message.send", { room, ...input });

  beforeAll(async () => {
    fixture = await testRooms({ engine, spread: true });
    ({ ids, does } = fixture);
    room = fixture.rooms.design.id;
  });
  afterAll(() => fixture.close());

  test("CARD-1 a place is a message, kept to about a metre, and says the same in words", async () => {
    const message = await send({
      location: { latitude: 52.5200066, longitude: 13.404954, accuracy: 12.4, label: "The market" },
    });
    expect(message.type).toBe("location");
    expect(message.location).toEqual({
      ...{ latitude: 52.52001, longitude: 13.40495, accuracy: 12, label: "The market" },
    });
    expect(message.text).toBe("📍 The market (52.52001, 13.40495)");
    expect((await does(ids.bob, "message.get", { message: message.id })).location).toEqual(message.location);
    const plain = await send({ location: { latitude: -0.0000001, longitude: -180 } });
    expect(plain.text).toBe("📍 0, -180");
  });

  test("CARD-1 what is no place on the earth is refused", async () => {
    const wrong: NonNullable<Sent["location"]>[] = [
      { latitude: 90.1, longitude: 0 },
      { latitude: 0, longitude: -180.1 },
      { latitude: 0, longitude: 0, accuracy: -1 },
      { latitude: Number.NaN, longitude: 0 },
      { latitude: 0, longitude: Number.POSITIVE_INFINITY },
      { latitude: 0, longitude: 0, label: "" },
      { latitude: 0, longitude: 0, label: "two\nlines" },
      { latitude: 0, longitude: 0, label: "x".repeat(limits.locationLabel + 1) },
    ];
    for (const location of wrong) expect(await outcomeOf(send({ location }))).toBe("invalid");
    expect(await outcomeOf(send({ location: { latitude: 0, longitude: 0 }, text: "here" }))).toBe("invalid");
  });

  test("CARD-4 a contact is a message, typed in or as a vCard, and is told as a vCard", async () => {
    const contact = {
      name: "Carol Example",
      org: "Example",
      phones: ["+49 30 1234"],
      emails: ["carol@example.org"],
    };
    const message = await send({ contact });
    expect(message.type).toBe("contact");
    expect(message.text).toBe("👤 Carol Example\nExample\n+49 30 1234\ncarol@example.org");
    expect(message.contact).toMatchObject(contact);
    const again = await send({ contact: { vcard: message.contact?.vcard ?? "" } });
    expect(again.contact).toEqual(message.contact as NonNullable<typeof message.contact>);
    expect(await outcomeOf(send({ contact: { vcard: "Carol" } }))).toBe("invalid");
    expect(await outcomeOf(send({ contact: { name: "Carol", emails: ["carol"] } }))).toBe("invalid");
  });

  test("CARD-5 the card of a person of this server names them", async () => {
    const message = await send({ contact: { user: ids.bob } });
    expect(message.contact).toEqual({ user: ids.bob, name: "bob" });
    expect(message.text).toBe("👤 bob");
    expect(await outcomeOf(send({ contact: { user: 2 ** 40 } }))).toBe("not_found");
  });

  test("CARD-6 forwarded they are the same, deleted nothing is left of them, and they are not edited", async () => {
    const message = await send({ location: { latitude: 1, longitude: 2, label: "The well" } });
    expect(await outcomeOf(does(ids.alice, "message.edit", { message: message.id, text: "x" }))).toBe(
      "forbidden",
    );
    const to = fixture.rooms.aliceBob.id;
    const { messages } = await does(ids.bob, "message.forward", { room: to, messages: [message.id] });
    const [forwarded] = messages;
    expect(forwarded?.type).toBe("location");
    expect(forwarded?.location).toEqual(message.location);
    await does(ids.alice, "message.delete", { message: message.id });
    const gone = await does(ids.bob, "message.get", { message: message.id });
    expect([gone.text, gone.location]).toEqual(["", undefined]);
    const { hits } = await does(ids.bob, "message.search", { text: "well" });
    expect(hits.map((hit) => hit.message.id)).toEqual([forwarded?.id ?? 0]);
  });
});
