import type { RoomEvent } from "./events.ts";
import type { Message } from "./messages.ts";

/** POLL-7. The message that an event about its poll speaks of; a deleted one has no poll. */
export function afterPoll(message: Message, event: RoomEvent): Message {
  if (!("message" in event) || event.message !== message.id) return message;
  switch (event.kind) {
    case "poll.voted":
      return withVote(message, event.by, event.options);
    case "poll.counted":
      return withCount(message, event);
    case "poll.closed":
      return withClosed(message, event.at);
    default:
      return message;
  }
}

/** An absolute state: applied twice, or to a message that already shows it, it changes nothing. */
function withVote(message: Message, user: number, chosen: readonly number[]): Message {
  const { poll } = message;
  if (!poll) return message;
  const options = poll.options.map((option, place) => {
    const { users = [] } = option;
    if (users.includes(user) === chosen.includes(place)) return option;
    const now = chosen.includes(place) ? [...users, user] : users.filter((other) => other !== user);
    return { ...option, votes: now.length, users: now };
  });
  if (options.every((option, place) => option === poll.options[place])) return message;
  const voters = new Set(options.flatMap(({ users = [] }) => users)).size;
  return { ...message, poll: { ...poll, options, voters } };
}

function withCount(message: Message, counted: { votes: readonly number[]; voters: number }): Message {
  const { poll } = message;
  if (!poll) return message;
  const options = poll.options.map((option, place) => ({ ...option, votes: counted.votes[place] ?? 0 }));
  return { ...message, poll: { ...poll, options, voters: counted.voters } };
}

function withClosed(message: Message, at: string): Message {
  const { poll } = message;
  return poll && !poll.closed_at ? { ...message, poll: { ...poll, closed_at: at } } : message;
}
