import { z } from "zod";
import { id } from "./fields.ts";
import { operation } from "./operation.ts";

/** A language by its tag (BCP 47): `de`, `pt-BR`, `zh-Hant`. */
export const languageTag = z.string().regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}$/, "must be like de");

export const translationOperations = {
  "translation.state": operation({
    summary: "Whether this server translates, and into which languages",
    kind: "run",
    who: "user",
    rest: "GET /translation",
    input: z.strictObject({}),
    output: z.object({
      /** `off`: the admin named no service; `unreachable`: it does not answer now. */
      state: z.enum(["off", "ready", "unreachable"]),
      languages: z.array(z.object({ code: z.string(), name: z.string() })),
    }),
  }),
  "message.translate": operation({
    summary: "A message's text in another language, by the service that the admin named",
    kind: "run",
    who: "user",
    rest: "GET /messages/{message}/translation",
    input: z.strictObject({ message: id, to: languageTag }),
    output: z.object({
      text: z.string(),
      /** What it was written in, as the service takes it to be; null where it does not say. */
      from: z.string().nullable(),
      to: z.string(),
      /** Of the message that was translated. */
      version: z.int(),
    }),
  }),
} as const;
