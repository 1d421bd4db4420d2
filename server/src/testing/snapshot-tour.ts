import fc from "fast-check";

const actions = [
  ...([
    "send",
    "send",
    "send",
    "mention",
    "mention all",
    "reply",
    "forward",
    "edit",
    "edit mentions",
    "delete",
  ] as const),
  ...([
    "react",
    "react",
    "unreact",
    "pin",
    "pin",
    "unpin",
    "read",
    "read",
    "unread",
    "notify",
    "notify of all",
    "deliver",
    "rename",
    "permit",
    "archive",
    "open",
  ] as const),
  ...(["add", "add", "remove", "role", "join", "leave", "create", "direct", "profile", "sign in"] as const),
  ...([
    "sign out",
    "delete room",
    "block",
    "unblock",
    "report",
    "handle",
    "draft",
    "push text",
    "save",
    "send file",
    "schedule",
    "let expire",
    "ask",
    "ask in secret",
    "vote",
    "vote",
    "unvote",
    "close poll",
    "keep for a while",
    "due",
    "delete account",
  ] as const),
];

export interface Step {
  action: (typeof actions)[number];
  by: number;
  target: number;
  room: number;
  message: number;
  pick: number;
}

export const step: fc.Arbitrary<Step> = fc.record({
  action: fc.constantFrom(...actions),
  by: fc.nat({ max: 2 }),
  target: fc.nat({ max: 2 }),
  room: fc.nat({ max: 3 }),
  message: fc.nat({ max: 20 }),
  pick: fc.nat({ max: 30 }),
});

/**
 * Steps that bring about every kind of event there is, whatever chance adds.
 * Room 1 is made by person 1, the first message sent by person 0.
 */
export const tour: Step[] = (
  [
    { action: "send" },
    { action: "forward", message: 0, pick: 2 },
    { action: "send file" },
    // The newest message of its room, with its file.
    { action: "delete", message: 2 },
    { action: "send file" },
    { action: "reply" },
    { action: "reply" },
    // The first of the two replies.
    { action: "delete", message: 7 },
    { action: "edit" },
    { action: "react" },
    { action: "unreact" },
    { action: "ask" },
    { action: "vote", message: 9, pick: 1 },
    { action: "vote", message: 9, pick: 5 },
    { action: "unvote", message: 9 },
    { action: "vote", message: 9, pick: 5 },
    { action: "ask in secret" },
    { action: "vote", message: 10, pick: 1 },
    { action: "vote", message: 10, pick: 2 },
    { action: "forward", message: 10, pick: 2 },
    { action: "close poll", message: 9 },
    { action: "delete", message: 10 },
    { action: "pin" },
    { action: "unpin" },
    { action: "pin", message: 3 },
    { action: "delete", message: 3 },
    // The newest message of its room.
    { action: "delete", message: 1, by: 1 },
    { action: "rename", by: 1, room: 1 },
    { action: "archive", by: 1, room: 1 },
    { action: "open", by: 1, room: 1 },
    { action: "role", by: 1, target: 2, room: 1, pick: 1 },
    { action: "remove", by: 1, target: 2, room: 1 },
    { action: "add", by: 1, target: 2, room: 1 },
    { action: "join", by: 1 },
    { action: "leave", by: 1 },
    { action: "read", room: 2, pick: 30 },
    { action: "unread", room: 2, pick: 1 },
    { action: "notify", pick: 2 },
    { action: "notify of all", pick: 2 },
    { action: "create", target: 1 },
    { action: "profile" },
    { action: "block", target: 1 },
    { action: "unblock", target: 1 },
    { action: "draft" },
    { action: "push text", pick: 1 },
    { action: "save" },
    { action: "schedule", pick: 1 },
    { action: "schedule", room: 1, pick: 2 },
    { action: "remove", by: 1, room: 1 },
    { action: "let expire" },
    { action: "keep for a while", by: 1, room: 1 },
    { action: "due" },
    { action: "add", by: 1, room: 1 },
    { action: "report", target: 1 },
    { action: "handle", pick: 1 },
    { action: "sign in" },
    { action: "sign out", pick: 1 },
    { action: "delete room", by: 1, room: 1 },
    // Of whom others are in a channel and a direct room with them.
    { action: "send", by: 2, room: 2 },
    { action: "delete account", target: 0 },
    { action: "send", by: 2, room: 2 },
    { action: "join", by: 0 },
    { action: "sign in", by: 0 },
  ] as const
).map((part) => ({ by: 0, target: 0, room: 0, message: 0, pick: 0, ...part }));
