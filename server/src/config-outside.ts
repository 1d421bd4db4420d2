import { z } from "zod";
import { oneOf, setting } from "./config-forms.ts";

const service = z
  .string()
  .transform((value) => value.replace(/\/+$/, ""))
  .refine((value) => {
    if (!/^https?:\/\//.test(value) || value.length > 500 || !URL.canParse(value)) return false;
    const { username, password, search, hash } = new URL(value);
    return username + password + search + hash === "";
  }, "must be like https://service.example.org/path, without a password or a query");
const serviceKey = z.string().regex(/^[\x21-\x7e]{1,500}$/, "must be at most 500 printable characters");

/** What the server may ask of others for the people who write here. */
export const settingsOfServices = {
  LINK_PREVIEWS: setting({
    group: "Network",
    about:
      "Whether the server looks at the pages that messages link to, and shows their titles and pictures under the messages: `on` or `off`. Whoever runs such a page then learns that somebody here wrote of it, and when.",
    unset: "off",
    example: "on",
    schema: oneOf("on", "off"),
  }),
  TRANSLATION_URL: setting({
    group: "Network",
    about:
      "A service that speaks as LibreTranslate does, by which people have messages translated: its address, up to what stands before `/translate`. It may be inside your network. It is sent what they ask it to translate.",
    unset: "none: nothing is translated",
    example: "http://127.0.0.1:5000",
    schema: service,
  }),
  TRANSLATION_KEY: setting({
    group: "Network",
    about: "The key of that service, where it wants one.",
    unset: "none",
    example: "(as the service gave it)",
    secret: true,
    schema: serviceKey,
  }),
  TRANSCRIPTION_URL: setting({
    group: "Network",
    about:
      "A service that speaks as OpenAI's does, by which people have sounds and films written down: its address, up to what stands before `/audio/transcriptions`. It may be inside your network. It is sent what they ask it to write down.",
    unset: "none: nothing is written down",
    example: "http://127.0.0.1:9000/v1",
    schema: service,
  }),
  TRANSCRIPTION_KEY: setting({
    group: "Network",
    about: "The key of that service, where it wants one.",
    unset: "none",
    example: "(as the service gave it)",
    secret: true,
    schema: serviceKey,
  }),
  TRANSCRIPTION_MODEL: setting({
    group: "Network",
    about: "The model that service is to use.",
    unset: "whisper-1",
    example: "whisper-1",
    schema: z.string().regex(/^[\w./:-]{1,100}$/, "must be a name of at most 100 letters"),
  }),
} as const;
