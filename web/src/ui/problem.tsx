import { ChatError } from "@parley/protocol/errors";
import { type Translate, useText } from "./text.ts";

/** What went wrong, in a person's words. A bug is not a person's: it is thrown on. */
export function wordsFor(error: unknown, t: Translate): string {
  if (!(error instanceof ChatError)) throw error;
  const { code, details, message } = error;
  if (code === "unavailable" && details.after === undefined) return t("error.unavailable");
  if (details.after !== undefined) return t("error.wait", { message, seconds: details.after });
  const [field] = details.fields ?? [];
  return field ? `${field.path.join(" ")}: ${field.message}` : message;
}

/** Says what went wrong beside what was tried. */
export function Problem({ error }: { error: unknown }) {
  const t = useText();
  return (
    <p role="alert" className="text-sm text-danger empty:hidden">
      {error === undefined ? "" : wordsFor(error, t)}
    </p>
  );
}
