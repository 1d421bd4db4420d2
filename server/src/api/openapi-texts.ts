import { livePath, liveSubprotocol } from "@parley/protocol/frames";
import { limits } from "@parley/protocol/limits";

/** What schemas cannot say, in Markdown. */
export const aboutRest = `
Ids are integers below 2^53, times are ISO 8601 in UTC with milliseconds. Send JSON; unknown fields are refused.

**Sign in** with \`POST /api/v2/session\` and send the access token as \`Authorization: Bearer …\`. It is short-lived: a
refresh token gives the next one. In a browser ask for \`"cookie": true\`: then no script ever sees the refresh token.

**Lists** answer an opaque \`next\`: give it back as \`cursor\`, until it is null. Lists in a query are separated by commas.

**Errors** are problem details (RFC 9457). \`code\` is one of a closed list; \`fields\` names what is wrong with the input.
What you may not see is \`not_found\`. With \`rate_limited\` and \`unavailable\`, \`Retry-After\` says when to come again.
After \`internal\` the outcome is unknown: repeat the call with the same \`Idempotency-Key\`.

**Live**: everything that happens arrives over one websocket, and every operation here can be carried out over it too.
`.trim();

export const aboutLive = `
A websocket at \`${livePath}\`, subprotocol \`${liveSubprotocol}\`, with JSON text frames of at most ${limits.frameBytes} bytes.

1. Send \`hello\` with the access token within 5 seconds (schema \`Hello\`). It may name the positions you hold.
2. \`ready\` answers with your rooms and their heads. With \`mode: "fresh"\` drop what you hold.
3. \`event\` and \`events\` bring a room's log, each number once and in order. After a \`gap\`, fetch a page.
4. Carry out any operation with \`{"type": "do", "id": "…", "op": "message.send", "input": {…}}\`. \`done\` comes after the
   change is on the disk, \`failed\` says whether and when to repeat it. The id is its idempotency key.

Frames from you have the schema \`ClientFrame\`, frames to you \`ServerFrame\`.
`.trim();

/** By noun, in the order in which one meets them. */
export const tags = [
  { name: "server", description: "What anyone may know, and the first admin" },
  { name: "session", description: "Signing in and out, on each device" },
  { name: "invite", description: "Links that let somebody make an account" },
  { name: "user", description: "People and their profiles" },
  { name: "account", description: "Everybody's accounts, for admins" },
  { name: "avatar", description: "Profile pictures" },
  { name: "password", description: "One's own password" },
  { name: "room", description: "Direct rooms, groups and channels" },
  { name: "member", description: "Who is in a room, and as what" },
  { name: "message", description: "Sending, reading, editing and deleting" },
  { name: "file", description: "What messages carry, and uploads by tus 1.0.0" },
  { name: "preview", description: "What pages say of themselves that messages link to" },
  { name: "transcription", description: "What is said in sounds and films, written down" },
  { name: "translation", description: "Messages in other languages" },
  { name: "reaction", description: "Emoji on messages" },
  { name: "poll", description: "Questions that messages ask" },
  { name: "emoji", description: "The server's own emoji" },
  { name: "sticker", description: "Pictures that are sent by themselves" },
  { name: "pack", description: "Packs of stickers" },
  { name: "pin", description: "Messages kept in sight of a room" },
  { name: "receipt", description: "How far people have got and read" },
  { name: "notification", description: "Of what in each room one wishes to be told" },
  { name: "push", description: "Devices that are told while no page is open" },
  { name: "presence", description: "Who is here" },
  { name: "block", description: "Whom one wants to hear nothing of" },
  { name: "saved", description: "Messages kept at hand" },
  { name: "draft", description: "What one has begun to write, on all devices" },
  { name: "scheduled", description: "Messages that are to be sent at a time" },
  { name: "thread", description: "Answers to a message, and who follows them" },
  { name: "mention", description: "Messages that name the person, or hold a word of theirs" },
  { name: "reminder", description: "Messages of which one is reminded at a time" },
  { name: "report", description: "What the admins should look at" },
  { name: "live", description: "The websocket" },
  { name: "health", description: "For load balancers and operators" },
];
