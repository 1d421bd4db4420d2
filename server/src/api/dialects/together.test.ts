import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Person, type TestApp, testApp } from "../../testing/app.ts";
import { type DialectFrame, dialectSocket } from "../../testing/dialect-socket.ts";
import { eventually } from "../../testing/eventually.ts";
import { liveSocket, textsIn } from "../../testing/live-socket.ts";
import { dialectNames } from "./mount.ts";

let app: TestApp;
beforeAll(async () => {
  app = await testApp({ environment: { OPERATIONS_PER_SECOND: "0" } });
});
afterAll(() => app?.close());

/** How a client of each system speaks in one direct chat: the only kind of room that all of them know. */
interface Language {
  path: (me: Person, room: number) => string;
  /** Frames to begin with, and the type of the answer that tells that it listens. */
  greeting?: (room: number) => { frame: object; answer: string };
  say: (of: { content: string; room: number; other: number }) => object | string;
  /** What a frame says, if it is somebody's message. */
  heard: (frame: DialectFrame) => string | undefined;
}

const room = (frame: DialectFrame) => (frame.type === "message" ? frame.content : undefined);

const languages: Readonly<Record<string, Language>> = {
  "chat-video": {
    path: (me) => `/api/messages/ws/${me.id}`,
    say: ({ content, other }) => ({ type: "message", receiver_id: other, content }),
    heard: room,
  },
  community: {
    path: () => "/chat/ws",
    greeting: (room_id) => ({ frame: { type: "join_room", data: { room_id } }, answer: "joined_room" }),
    say: ({ content, room: room_id }) => ({ type: "send_message", data: { room_id, content } }),
    heard: (frame) => (frame.type === "new_message" ? frame.data.content : undefined),
  },
  // Any text that is no object is what is said.
  rooms: { path: (_, id) => `/ws/${id}`, say: ({ content }) => content, heard: room },
  backend: { path: (_, id) => `/ws/${id}`, say: ({ content }) => ({ content }), heard: room },
  "chat-service": {
    path: (_, id) => `/api/v1/ws/${id}`,
    say: ({ content, room: chat_id }) => ({ type: "message", chat_id, content }),
    heard: (frame) => (frame.type === "new_message" ? frame.message.content : undefined),
  },
};

interface Voice {
  name: string;
  say: (content: string) => void;
  /** What it has heard, in the order in which it came. */
  heard: () => string[];
}

async function voiceOf(name: string, me: Person, other: Person): Promise<Voice> {
  const { path, greeting, say, heard } = languages[name] as Language;
  const { id } = app.rooms.aliceBob;
  const socket = await dialectSocket(app, path(me, id), me.accessToken);
  if (greeting) {
    const { frame, answer } = greeting(id);
    socket.send(frame);
    await socket.until(answer);
  }
  return {
    name,
    say: (content) => socket.send(say({ content, room: id, other: other.id })),
    heard: () => socket.frames.flatMap((frame) => heard(frame) ?? []),
  };
}

test("DIALECT-8 clients of all systems are in one conversation, each in its own frames, in one order", async () => {
  const { alice, bob } = app.people;
  const { id } = app.rooms.aliceBob;
  const voices: Voice[] = [];
  for (const [index, name] of dialectNames.entries()) {
    voices.push(await (index % 2 ? voiceOf(name, alice, bob) : voiceOf(name, bob, alice)));
  }
  const own = await liveSocket(app.url, alice);
  voices.push({
    name: "v2",
    say: (text) => void own.done("message.send", { room: id, text }),
    heard: () => textsIn(own.frames, id),
  });
  // Whoever is not live yet would miss what is said: each has heard the first word of each before they all speak at once.
  for (const voice of voices) {
    await eventually(async () => {
      if (!voices.every((each) => each.heard().includes(`${voice.name} is here`)))
        voice.say(`${voice.name} is here`);
      await Bun.sleep(50);
      return voices.every((each) => each.heard().includes(`${voice.name} is here`));
    });
  }
  const rounds = 20;
  for (let count = 0; count < rounds; count++) {
    for (const { name, say } of voices) say(`${name} says ${count}`);
  }
  const conversations = () => voices.map(({ heard }) => heard().filter((text) => text.includes(" says ")));
  await eventually(() => conversations().every((texts) => texts.length >= rounds * voices.length));
  const { body } = await app.ask("GET", `/api/v2/rooms/${id}/messages?limit=200`, { as: alice });
  const logged = body.messages
    .map(({ text }: { text: string }) => text)
    .filter((text: string) => text.includes(" says "));
  expect(logged).toHaveLength(rounds * voices.length);
  for (const [index, texts] of conversations().entries()) {
    expect([voices[index]?.name, texts]).toEqual([voices[index]?.name, logged]);
  }
  for (const { name } of voices) {
    const own = logged.filter((text: string) => text.startsWith(`${name} says`));
    expect(own).toEqual(Array.from({ length: rounds }, (_, count) => `${name} says ${count}`));
  }
});
