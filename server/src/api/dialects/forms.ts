import { Busboy, type BusboyFileStream, type BusboyInstance } from "@fastify/busboy";
import { ChatError } from "@parley/protocol/errors";
import { BadInput } from "./failures.ts";

/** Bytes of a form beside its file, at most: other fields, and what holds the form together. */
const besideBytes = 64 * 1024;
/** Bytes that are parsed before whoever reads the file has taken them. */
const aheadBytes = 256 * 1024;

export interface FormFile {
  /** As the sender calls it: it says nothing about what is inside. */
  name: string;
  /** Its end is the end of a whole form: where something breaks off or is too much, reading it fails. */
  body: ReadableStream<Uint8Array>;
  /** Bytes that the file has at most, as far as that is told beforehand. */
  announced: number | null;
}

/**
 * The file in a form's field (`multipart/form-data`), as it comes: no more of it is in memory than is being read. Other
 * fields are passed over. A file has at most `most` bytes.
 */
export async function readFormFile(
  request: Request,
  { field, most }: { field: string; most: number },
): Promise<FormFile> {
  const contentType = request.headers.get("content-type") ?? "";
  if (!/^multipart\/form-data\s*(;|$)/i.test(contentType)) {
    throw new ChatError("unsupported", "the body must be multipart/form-data");
  }
  const length = request.headers.get("content-length");
  if (Number(length ?? 0) > most + besideBytes) throw tooLarge(most);
  const announced = length === null ? null : Math.min(Number(length), most);
  const form = new Form(parserOf(contentType, most), { field, most });
  const { name, body } = await form.read(request.body ?? new Blob([]).stream());
  return { name, body, announced };
}

function parserOf(contentType: string, most: number): BusboyInstance {
  const limits = { fileSize: most, fieldSize: 1_024, parts: 20, headerPairs: 20, headerSize: 8_192 };
  try {
    return new Busboy({ headers: { "content-type": contentType }, limits, fileHwm: aheadBytes });
  } catch {
    throw unreadable();
  }
}

type Found = Omit<FormFile, "announced">;

/** One form on its way. */
class Form {
  private readonly found = Promise.withResolvers<Found>();
  private readonly ended = Promise.withResolvers<void>();
  private controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  private reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  private isOver = false;

  constructor(
    private readonly parser: BusboyInstance,
    private readonly wanted: { field: string; most: number },
  ) {
    parser.on("file", (field, file, name) => {
      file.on("error", () => this.fail(unreadable()));
      if (field === wanted.field) this.take(file, name);
      else file.resume();
    });
    parser.on("partsLimit", () => this.fail(unreadable()));
    parser.on("error", () => this.fail(unreadable()));
    parser.on("finish", () => this.finish());
  }

  read(body: ReadableStream<Uint8Array>): Promise<Found> {
    this.reader = body.getReader();
    this.pump(this.reader).catch((error) => this.fail(error));
    return this.found.promise;
  }

  /** The parser asks for more when what it has was taken: so the sender waits for the disk. */
  private async pump(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const most = this.wanted.most + besideBytes;
    for (let bytes = 0; !this.isOver; ) {
      const { done, value } = await reader.read().catch(cutOff);
      if (this.isOver) return;
      if (done) return void this.parser.end();
      bytes += value.length;
      if (bytes > most) return this.fail(tooLarge(this.wanted.most));
      const taken = new Promise<void>((resolve) => this.parser.write(value, () => resolve()));
      await Promise.race([taken, this.ended.promise]);
    }
  }

  private take(file: BusboyFileStream, name: string | undefined): void {
    if (this.controller) return this.fail(new ChatError("invalid", "a form has one file here"));
    file.on("limit", () => this.fail(tooLarge(this.wanted.most)));
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.controller = controller;
          file.on("data", (bytes: Uint8Array) => {
            if (this.isOver) return;
            controller.enqueue(bytes);
            if ((controller.desiredSize ?? 0) <= 0) file.pause();
          });
        },
        pull: () => void file.resume(),
        cancel: () => this.stop(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: aheadBytes }),
    );
    this.found.resolve({ name: (name ?? "").slice(0, 1_024).toWellFormed() || "file", body });
  }

  private finish(): void {
    if (this.isOver) return;
    const { field } = this.wanted;
    if (!this.controller) {
      return this.fail(
        new BadInput([{ loc: ["body", field], msg: "is required, as a file", type: "missing" }]),
      );
    }
    this.controller.close();
    this.stop();
  }

  private fail(error: unknown): void {
    if (this.isOver) return;
    if (this.controller) this.controller.error(error);
    else this.found.reject(error);
    this.stop();
  }

  private stop(): void {
    this.isOver = true;
    this.ended.resolve();
    this.reader?.cancel().catch(() => undefined);
  }
}

function unreadable(): ChatError {
  return new ChatError("invalid", "the form breaks off, or is none");
}

function cutOff(): never {
  throw unreadable();
}

function tooLarge(most: number): ChatError {
  return new ChatError("too_large", `a file has at most ${most} bytes here`);
}
