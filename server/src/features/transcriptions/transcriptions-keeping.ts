import { limits } from "@parley/protocol/limits";
import type { Tx } from "../../context.ts";
import { tellChange } from "../messages/messages.ts";
import { requeueMessage } from "../search-index/search-index.ts";
import { raiseVersion, setTranscript } from "./transcriptions-rows.ts";

/** SPEECH-4. What was heard stands with the file, and the message is found by it. The room is held. */
export async function putTranscript(
  tx: Tx,
  found: {
    file: number;
    row: Parameters<typeof requeueMessage>[1] & { sender_id: number };
    text: string | null;
  },
): Promise<void> {
  const { file, row, text } = found;
  const said = text?.slice(0, limits.transcript).toWellFormed().replaceAll("\u0000", "") ?? "";
  // First what is in the index, which is taken out by what it was put in with.
  await requeueMessage(tx, row);
  await tx.sql.run(setTranscript({ file, state: text === null ? "failed" : "done", text: said }));
  await tx.sql.run(raiseVersion({ message: row.id }));
  await tellChange(tx, row.id, { kind: "message.transcribed", by: row.sender_id });
}
