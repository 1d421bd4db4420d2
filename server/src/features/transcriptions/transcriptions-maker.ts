import type { Context } from "../../context.ts";
import { ServiceError } from "../../platform/endpoints.ts";
import type { Transcriber } from "../../platform/transcriber.ts";
import { holdRoom } from "../access/access.ts";
import { messageById } from "../messages/messages.ts";
import { putTranscript } from "./transcriptions-keeping.ts";
import {
  dueTranscription,
  endTranscription,
  leaseTranscription,
  putOffTranscription,
  recordingOf,
  type TakenRow,
} from "./transcriptions-rows.ts";

/** Recordings listened to at once. */
const atOnce = 2;
/** Milliseconds after which it is looked whether something is wanted. */
const lookEvery = 1_000;
/** Milliseconds for which one node alone deals with a recording: longer than one may take. */
const lease = 360_000;
/** Milliseconds until it is tried again where the service did not answer, by how often it was. */
const again = [10_000, 120_000];

/**
 * SPEECH-3. Has written down what is wanted. What is to be done stands in the database: it goes on where it was when the
 * server starts again, and of several nodes one does each thing.
 */
export class TranscriptionMaker {
  private timer: Timer | null = null;
  private working: Promise<unknown> = Promise.resolve();
  private readonly underWay = new Set<Promise<void>>();
  private stopped = false;

  constructor(
    private readonly context: Context,
    private readonly transcriber: Transcriber,
  ) {}

  start(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.working = this.begin()
        // What is wanted still is.
        .catch((error: unknown) => this.context.logger.warn("transcriptions.not_made", { error }))
        .finally(() => this.start());
    }, lookEvery);
    this.timer.unref();
  }

  /** Resolves when nothing is left that is due now. */
  async settled(): Promise<void> {
    while ((await this.begin()) > 0) await Promise.all(this.underWay);
  }

  /** What is under way is begun anew by whoever starts next: nobody waits minutes for it. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.working;
  }

  private async begin(): Promise<number> {
    let begun = 0;
    while (!this.stopped && this.underWay.size < atOnce) {
      const taken = await this.take();
      if (!taken) break;
      begun++;
      const work = this.make(taken)
        .catch((error: unknown) => this.context.logger.warn("transcription.not_made", { error }))
        .finally(() => this.underWay.delete(work));
      this.underWay.add(work);
    }
    return begun;
  }

  private async take(): Promise<TakenRow | undefined> {
    const { database, writer, clock } = this.context;
    const now = clock.now();
    if (!(await database.first(dueTranscription({ now })))) return undefined;
    return writer.write((tx) => tx.sql.first(leaseTranscription({ now, until: now + lease })));
  }

  private async make({ file_id: file, tries }: TakenRow): Promise<void> {
    const { database, writer, clock } = this.context;
    const recording = await database.first(recordingOf({ file }));
    const bytes = recording && (await this.bytesOf(recording.key));
    if (!recording || !bytes)
      return void (await writer.write((tx) => tx.sql.run(endTranscription({ file }))));
    let text: string | null = null;
    try {
      text = await this.transcriber.transcribe({ bytes, type: recording.type ?? "" });
    } catch (error) {
      if (this.stopped) return;
      if (!(error instanceof ServiceError)) throw error;
      const wait = error.again ? again[tries - 1] : undefined;
      if (wait !== undefined) {
        await writer.write((tx) => tx.sql.run(putOffTranscription({ file, at: clock.now() + wait })));
        return;
      }
    }
    await this.finish(file, recording.room_id, text);
  }

  private async finish(file: number, room: number, text: string | null): Promise<void> {
    await this.context.writer.write(
      async (tx) => {
        holdRoom(tx, room);
        await tx.sql.run(endTranscription({ file }));
        // Deleted meanwhile: nothing is kept of what was said.
        const recording = await tx.sql.first(recordingOf({ file }));
        const row = recording && (await tx.sql.first(messageById({ id: recording.message_id })));
        if (row) await putTranscript(tx, { file, row, text });
      },
      { lane: room },
    );
  }

  private async bytesOf(key: string): Promise<Uint8Array<ArrayBuffer> | null> {
    const kept = await this.context.files.get(key);
    return kept && new Uint8Array(await new Response(kept.stream()).arrayBuffer());
  }
}
