import { z } from "zod";
import { id, text, time } from "./fields.ts";
import { limits } from "./limits.ts";

export const pollOption = z.object({
  text: z.string(),
  votes: z.int(),
  /** Who chose it, in the order in which they did; left out where the poll is anonymous, or was forwarded. */
  users: z.array(id).optional(),
});

/** A question that a message asks, and what has been answered. Options are named by their place, from 0. */
export const poll = z.object({
  question: z.string(),
  options: z.array(pollOption),
  /** One person may choose several. */
  several: z.literal(true).optional(),
  /** Nobody is told who chose what. */
  anonymous: z.literal(true).optional(),
  /** How many people have chosen anything. */
  voters: z.int(),
  /** When it closes by itself. */
  closes_at: time.optional(),
  /** Since when nobody votes any more. A forwarded poll was closed as it was forwarded. */
  closed_at: time.optional(),
});
export type Poll = z.infer<typeof poll>;

/** One line that says something. */
function line(most: number) {
  return text(1, most).refine((value) => value.trim() !== "", "must not be blank");
}

export const newPoll = z.strictObject({
  question: line(limits.pollQuestion),
  options: z
    .array(line(limits.pollOption))
    .min(limits.pollOptionsMin)
    .max(limits.pollOptions)
    .refine(
      (options) => new Set(options.map((option) => option.trim())).size === options.length,
      "must be different",
    ),
  several: z.boolean().default(false),
  anonymous: z.boolean().default(false),
  /** Seconds after which it closes by itself: from a minute to a year. */
  close_after: z.int().min(limits.pollCloseMin).max(limits.pollCloseMax).optional(),
});
export type NewPoll = z.output<typeof newPoll>;

/** Places of the options that somebody has chosen: all of them, in order; none takes the vote back. */
export const choice = z
  .array(
    z
      .int()
      .min(0)
      .max(limits.pollOptions - 1),
  )
  .max(limits.pollOptions);
