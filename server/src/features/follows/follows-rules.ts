/** The message that is answered, as far as it matters who follows its thread. */
export interface Root {
  sender: number;
  seq: number;
  mentions: readonly number[];
}

export interface Answer {
  sender: number;
  seq: number;
  mentions: readonly number[];
  /** Nothing was ever said in this thread. */
  isFirst: boolean;
  /** In a direct room its people: what one says there concerns the other. */
  people: readonly number[];
}

/**
 * THREAD-6. Who else follows a thread when something is said in it, and up to where they have read it: with the first
 * answer whoever wrote the message, is mentioned in it or is alone with its author; with each one whom it mentions.
 */
export function newcomers(root: Root, answer: Answer): Map<number, number> {
  const mentioned = answer.mentions.map((user) => [user, answer.seq - 1] as const);
  const first = answer.isFirst ? [root.sender, ...root.mentions, ...answer.people] : [];
  const found = new Map([...mentioned, ...first.map((user) => [user, root.seq] as const)]);
  found.delete(answer.sender);
  return found;
}
