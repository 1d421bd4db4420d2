import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import type { Context, Tx } from "../../context.ts";
import { ServiceError } from "../../platform/endpoints.ts";
import { contentHash } from "../../platform/hashes.ts";
import type { Translator } from "../../platform/translator.ts";
import { fromBody } from "../../schema/bodies.ts";
import { accessMessage, accessMessageForChange } from "../messages/messages.ts";
import { actorOf, type From } from "../sessions/sessions.ts";
import { deleteOld, putTranslation, translationOf } from "./translations-rows.ts";

/** Milliseconds for which a translation is kept at most, and how many of them are. */
const keptFor = 7 * 86_400_000;
const mostKept = 20_000;

/** TRANS-1, TRANS-5. */
export async function translationState(context: Context): Promise<Output<"translation.state">> {
  if (!context.translator) return { state: "off", languages: [] };
  try {
    return { state: "ready", languages: await context.translator.languages() };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { state: "unreachable", languages: [] };
  }
}

/** TRANS-2 to TRANS-4. For whoever may read the message, and asked of the service once for each text and language. */
export async function translateMessage(
  context: Context,
  call: From,
  { message, to }: Checked<"message.translate">,
): Promise<Output<"message.translate">> {
  const actor = actorOf(call);
  const { database, throttles, translator } = context;
  const { row } = await accessMessage(database, actor, message);
  if (!translator) throw new ChatError("forbidden", "this server translates nothing");
  if (row.deleted_at !== null) throw new ChatError("not_found", "this message was deleted");
  const text = fromBody(row.body);
  if (text.trim() === "") throw new ChatError("invalid", "this message has no text");
  const { version } = row;
  const hash = contentHash(text);
  const known = await database.first(translationOf({ message, language: to }));
  if (known?.text_hash === hash) return { text: known.text, from: known.source, to, version };
  throttles.translations.take(String(actor.user));
  const found = await asked(translator, text, to);
  await context.writer.write((tx) => keep(tx, { actor, message, to, hash, ...found }), { lane: row.room_id });
  return { ...found, to, version };
}

async function asked(translator: Translator, text: string, to: string) {
  try {
    return await translator.translate(text, to);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.again)
      throw new ChatError("unavailable", "the translation service cannot be reached now", { after: 30 });
    throw new ChatError("invalid", "the translation service cannot translate this", {
      fields: [{ path: ["to"], message: "must be a language that it knows" }],
    });
  }
}

/** TRANS-4. Only of what the message says still: nothing is kept of a text that was deleted meanwhile. */
async function keep(
  tx: Tx,
  found: {
    actor: ReturnType<typeof actorOf>;
    message: number;
    to: string;
    hash: string;
    text: string;
    from: string | null;
  },
): Promise<void> {
  const { actor, message, to, hash: text_hash, text, from } = found;
  // Whoever was taken out meanwhile is shown nothing.
  const { row } = await accessMessageForChange(tx, actor, message);
  if (contentHash(fromBody(row.body)) !== text_hash) return;
  await tx.sql.run(putTranslation({ message, language: to, text_hash, text, source: from, at: tx.now }));
}

/** TRANS-4 */
export async function forgetOldTranslations(tx: Tx): Promise<void> {
  await tx.sql.run(deleteOld({ before: tx.now - keptFor, kept: mostKept }));
}
