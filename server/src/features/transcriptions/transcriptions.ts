import type { Checked, Output } from "@parley/protocol/contract";
import { ChatError } from "@parley/protocol/errors";
import { limits } from "@parley/protocol/limits";
import type { Message } from "@parley/protocol/messages";
import type { Actor, Context, Tx } from "../../context.ts";
import { requireOpen } from "../access/access.ts";
import { requireReachableIn } from "../blocks/blocks.ts";
import { noSuchFile } from "../files/files.ts";
import { accessMessageForChange, presentOne, tellChange } from "../messages/messages.ts";
import { actorOf, type From } from "../sessions/sessions.ts";
import { insertTranscription, raiseVersion, recordingOf, setTranscript } from "./transcriptions-rows.ts";

export { TranscriptionMaker } from "./transcriptions-maker.ts";

/** SPEECH-1, SPEECH-5. */
export async function transcriptionState({ transcriber }: Context): Promise<Output<"transcription.state">> {
  if (!transcriber) return { state: "off" };
  return { state: (await transcriber.isThere()) ? "ready" : "unreachable" };
}

/** SPEECH-2, SPEECH-3. Whoever reads a recording may have it written down; that it is wanted stands with it. */
export async function transcribeFile(
  context: Context,
  call: From,
  { file }: Checked<"file.transcribe">,
): Promise<Message> {
  const actor = actorOf(call);
  return context.writer.write((tx) => want(tx, context, actor, file));
}

async function want(
  tx: Tx,
  { transcriber, throttles }: Context,
  actor: Actor,
  file: number,
): Promise<Message> {
  const recording = await tx.sql.first(recordingOf({ file }));
  if (!recording) throw noSuchFile();
  const { row, room } = await accessMessageForChange(tx, actor, recording.message_id).catch((error) => {
    throw error instanceof ChatError ? noSuchFile() : error;
  });
  if (!transcriber) throw new ChatError("forbidden", "this server writes down nothing that is said");
  requireOpen(room);
  await requireReachableIn(tx.sql, actor.user, room);
  if (!/^(?:audio|video)\//.test(recording.type ?? ""))
    throw new ChatError("invalid", "only what is heard in sounds and films is written down");
  if (recording.size > limits.transcribedBytes)
    throw new ChatError("too_large", "this recording is too long to be written down");
  const { transcript_state: state } = recording;
  if (state === "waiting" || state === "done") return presentOne(tx.sql, row);
  throttles.transcriptions.take(String(actor.user));
  await tx.sql.run(insertTranscription({ file, at: tx.now }));
  await tx.sql.run(setTranscript({ file, state: "waiting", text: "" }));
  await tx.sql.run(raiseVersion({ message: row.id }));
  return tellChange(tx, row.id, { kind: "message.transcribed", by: actor.user });
}
