import { z } from "zod";

/** One variable of the environment. `docs/configuration.md` is made from these. */
export interface Setting<Schema extends z.ZodType<unknown, string>> {
  group: "Network" | "Storage" | "Accounts" | "Operation";
  about: string;
  /** What holds when it is not set. */
  unset: string;
  example: string;
  /** Taken as it is, with the spaces around it. */
  secret?: true;
  schema: Schema;
}

export function setting<Schema extends z.ZodType<unknown, string>>(spec: Setting<Schema>): Setting<Schema> {
  return spec;
}

export function wholeNumber(least: number, most: number) {
  const words = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^[0-9]{1,9}$/, words)
    .transform(Number)
    .refine((value) => value >= least && value <= most, words);
}

export function oneOf<const Words extends readonly string[]>(...words: Words) {
  return z.string().pipe(z.enum(words, `must be one of ${words.join(", ")}`));
}

export function list(isEntry: (entry: string) => boolean, words: string) {
  return z
    .string()
    .transform((value) => value.split(",").map((entry) => entry.trim()))
    .refine((entries) => entries.length <= 100, "has more than 100 entries")
    .refine((entries) => entries.every(isEntry), words);
}
