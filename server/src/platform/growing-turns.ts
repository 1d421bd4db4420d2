import { ChatError } from "@parley/protocol/errors";

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** What is being put at the end of something now. */
interface Turn {
  reader: Reader;
  isInterrupted: boolean;
  done: Promise<unknown>;
}

/** Of several who add to the same at once, on this node, the later goes on and the earlier is refused. */
export class Turns {
  private readonly underway = new Map<string, Turn>();

  /** Ends whoever adds to it, and waits until what came so far is kept. */
  async interrupt(name: string): Promise<void> {
    const before = this.underway.get(name);
    if (!before) return;
    before.isInterrupted = true;
    await before.reader.cancel().catch(() => undefined);
    await before.done.catch(() => undefined);
  }

  /** Hands a body over piece by piece; `most` is the place where it ends at the latest. */
  async take<Result>(
    name: string,
    body: ReadableStream<Uint8Array>,
    { at, most }: { at: number; most: number },
    work: (pieces: AsyncIterable<Uint8Array>) => Promise<Result>,
  ): Promise<Result> {
    await this.interrupt(name);
    const { promise, resolve } = Promise.withResolvers<void>();
    const turn: Turn = { reader: body.getReader(), isInterrupted: false, done: promise };
    this.underway.set(name, turn);
    try {
      return await work(piecesOf(turn, at, most));
    } finally {
      if (this.underway.get(name) === turn) this.underway.delete(name);
      resolve();
    }
  }
}

async function* piecesOf(turn: Turn, at: number, most: number): AsyncGenerator<Uint8Array> {
  for (let place = at; ; ) {
    const { done, value } = await turn.reader.read();
    if (turn.isInterrupted) throw new ChatError("conflict", "another request goes on with this");
    if (done) return;
    place += value.length;
    if (place > most) {
      turn.reader.cancel().catch(() => undefined);
      throw new ChatError("too_large", "this is more than was announced");
    }
    yield value;
  }
}
