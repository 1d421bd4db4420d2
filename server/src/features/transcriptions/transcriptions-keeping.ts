import { limits } from "@parley/protocol/limits";
import type { Tx } from "../../context.ts";
import { filesOf } from "../files/files.ts";
import { tellChange } from "../messages/messages.ts";
import { requeueMessage } from "../search-index/search-index.ts";
import { setHeard, setTranscript } from "./transcriptions-rows.ts";

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
  await tx.sql.run(setTranscript({ file, state: text === null ? "failed" : "done", text: said }));
  await requeueMessage(tx, row);
  const files = await filesOf(tx.sql, [row.id]);
  const heard = files.map(({ transcript }) => transcript).filter((each) => each !== "");
  await tx.sql.run(setHeard({ message: row.id, heard: heard.join("\n") }));
  await tellChange(tx, row.id, { kind: "message.transcribed", by: row.sender_id });
}
