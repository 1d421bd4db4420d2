import type { Context } from "../../context.ts";
import { putJob } from "../../platform/jobs.ts";
import { previewJob } from "../links/links.ts";
import { type Look, LookAgain, lookAt } from "./link-previews-look.ts";
import {
  deletePage,
  finishPage,
  leaseNext,
  nextWanted,
  type PageRow,
  putOffPage,
  waitingFor,
} from "./link-previews-rows.ts";

/** Pages looked at at once; of one host one after the other. */
const atOnce = 4;
/** Milliseconds after which it is looked whether a page is wanted. */
const lookEvery = 500;
/** Milliseconds for which one node alone deals with a page: far longer than one takes. */
const lease = 60_000;
/** Milliseconds until a page is looked at again where nobody answered, by how often it was looked at. */
const again = [10_000, 120_000];
/** Messages that are told of one page. */
const mostWaiting = 1_000;
/** Bytes of randomness in a picture's name: who knows it may see the picture, and nobody guesses it. */
const nameBytes = 16;

const nothing: Look = { title: "", description: "", site: "", picture: null };

/**
 * PREVIEW-1, PREVIEW-3. Looks at the pages that messages link to. What is wanted stands in the database: it goes on where
 * it was when the server starts again, and of several nodes one looks at each.
 */
export class LinkPreviewMaker {
  private timer: Timer | null = null;
  private working: Promise<unknown> = Promise.resolve();
  private readonly underWay = new Map<string, Promise<void>>();
  private stopped = false;

  constructor(private readonly context: Context) {}

  start(): void {
    this.wakeIn(lookEvery);
  }

  /** Resolves when nothing is left that is due now. */
  async settled(): Promise<void> {
    for (;;) {
      const begun = await this.begin();
      await Promise.all(this.underWay.values());
      if (begun === 0) return;
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.working;
    await Promise.all(this.underWay.values());
  }

  private wakeIn(milliseconds: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.working = this.begin()
        // What is wanted still is.
        .catch((error: unknown) => this.context.logger.warn("previews.not_made", { error }))
        .finally(() => this.wakeIn(lookEvery));
    }, milliseconds);
    this.timer.unref();
  }

  private async begin(): Promise<number> {
    let begun = 0;
    while (!this.stopped && this.underWay.size < atOnce) {
      const page = await this.take();
      if (!page) break;
      begun++;
      const host = page.host ?? "";
      const work = this.make(page)
        .catch((error: unknown) => this.context.logger.warn("preview.not_made", { page: page.id, error }))
        .finally(() => this.underWay.delete(host));
      this.underWay.set(host, work);
    }
    return begun;
  }

  /** Only looked for in a transaction where there is one: a server at rest writes nothing. */
  private async take(): Promise<PageRow | undefined> {
    const { database, writer, clock } = this.context;
    const not = [...this.underWay.keys()];
    const now = clock.now();
    if (!(await database.first(nextWanted(database, { now, not })))) return undefined;
    return writer.write((tx) => tx.sql.first(leaseNext(tx.sql, { now, until: now + lease, not })));
  }

  private async make(page: PageRow): Promise<void> {
    const { database, writer, clock } = this.context;
    const isWanted = await database.first(waitingFor({ page: page.id, limit: 1 }));
    // Nobody waits for it any longer: the messages were deleted, or say something else.
    if (!isWanted || page.url === null)
      return void (await writer.write((tx) => tx.sql.run(deletePage(page))));
    try {
      await this.finish(page, (await lookAt(this.context, page.url)) ?? nothing);
    } catch (error) {
      if (!(error instanceof LookAgain)) {
        await this.finish(page, nothing);
        throw error;
      }
      const wait = again[page.tries - 1];
      if (wait === undefined) return this.finish(page, nothing);
      await writer.write((tx) => tx.sql.run(putOffPage({ id: page.id, at: clock.now() + wait })));
    }
  }

  /** The picture is kept before anything names it; one that nothing names goes with the next sweep. */
  private async finish(page: PageRow, look: Look): Promise<void> {
    const { writer, previewPictures, randomBytes } = this.context;
    const name = look.picture && Buffer.from(randomBytes(nameBytes)).toString("base64url");
    if (name && look.picture) await previewPictures.put(name, look.picture.bytes);
    await writer.write(async (tx) => {
      const { title, description, site } = look;
      const finished = await tx.sql.first(
        finishPage({
          ...{ id: page.id, state: look === nothing ? "nothing" : "made", at: tx.now },
          ...{ title, description, site, picture: name },
          ...{ width: look.picture?.width ?? null, height: look.picture?.height ?? null },
        }),
      );
      if (!finished || look === nothing) return;
      for (const { message_id: subject, room_id } of await tx.sql.rows(
        waitingFor({ page: page.id, limit: mostWaiting }),
      )) {
        await putJob(tx.sql, { kind: previewJob, subject, lane: room_id, at: tx.now, inBulk: true });
      }
    });
  }
}
