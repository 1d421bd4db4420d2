import { ChatError } from "@parley/protocol/errors";
import { S3Client } from "bun";
import type { Logger } from "./logger.ts";

/** An S3-compatible store, and the bucket in it that is ours alone. */
export interface BucketPlace {
  /** `https://s3.example.org`, without the bucket. */
  endpoint: string;
  bucket: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

export interface BucketEntry {
  /** What follows the folder in its key. */
  name: string;
  /** In bytes. */
  size: number;
  /** Milliseconds since 1970 UTC, when it was put there. */
  at: number;
}

export interface BucketOptions extends BucketPlace {
  logger: Logger;
}

/** Milliseconds after which a store that does not answer is taken for one that cannot be reached. */
const patience = 30_000;
const entriesAPage = 1_000;

/** What an admin can do about it, by the code of the error. */
const faults: Readonly<Record<string, string>> = {
  NoSuchBucket: "there is no bucket of the name in S3_BUCKET",
  InvalidAccessKeyId: "it does not know S3_ACCESS_KEY_ID",
  SignatureDoesNotMatch: "S3_SECRET_ACCESS_KEY is not the one of S3_ACCESS_KEY_ID",
  AccessDenied: "S3_ACCESS_KEY_ID may not write to the bucket",
  AuthorizationHeaderMalformed: "S3_REGION is not the one of the bucket",
  ConnectionRefused: "nothing answers at S3_ENDPOINT",
};

/** Objects of a bucket, by folder and name. What the store refuses is told as `unavailable`; the log says why. */
export class Bucket {
  private readonly client: S3Client;

  constructor(private readonly options: BucketOptions) {
    const { endpoint, bucket, region, accessKeyId, secretAccessKey } = options;
    this.client = new S3Client({ endpoint, bucket, region, accessKeyId, secretAccessKey });
  }

  /** Tells what is wrong with the settings, or with the store, before anything depends on it. */
  async check(): Promise<void> {
    const key = "parley-check";
    try {
      await this.client.write(key, "", { retry: 1 });
      await this.client.delete(key);
    } catch (error) {
      const { code = "" } = error as { code?: string };
      throw new Error(`the S3 store cannot be used: ${faults[code] ?? `it answered ${code || error}`}`, {
        cause: error,
      });
    }
  }

  put(key: string, bytes: Uint8Array): Promise<unknown> {
    return this.asked(this.client.write(key, bytes));
  }

  /** In bytes; null where there is none. */
  size(key: string): Promise<number | null> {
    return this.asked(this.client.stat(key).then(({ size }) => size));
  }

  read(key: string, from: number, to: number): Promise<Uint8Array | null> {
    return this.asked(this.client.file(key).slice(from, to).bytes());
  }

  /** The bytes from one place up to, and without, another. */
  stream(key: string, from: number, to: number): ReadableStream<Uint8Array> {
    // There is no range of no bytes.
    if (to <= from) return new Blob().stream();
    return this.client.file(key).slice(from, to).stream();
  }

  /** Whole once `bytes` has ended, and not there before. Held in memory: a few parts of it. */
  async putAll(key: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const writer = this.client.file(key).writer({ partSize: 8 * 2 ** 20, queueSize: 2, retry: 2 });
    for await (const piece of bytes) {
      writer.write(piece);
      await this.asked(Promise.resolve(writer.flush()));
    }
    await this.asked(Promise.resolve(writer.end()));
  }

  /** Deleting what is not there changes nothing. */
  async delete(key: string): Promise<void> {
    await this.asked(this.client.delete(key));
  }

  /** By name. */
  async *list(folder: string, begin = ""): AsyncIterable<BucketEntry> {
    const prefix = `${folder}/${begin}`;
    for (let continuationToken: string | undefined; ; ) {
      const page = await this.asked(
        this.client.list({ prefix, maxKeys: entriesAPage, ...(continuationToken && { continuationToken }) }),
      );
      for (const { key, size = 0, lastModified = "" } of page?.contents ?? []) {
        yield { name: key.slice(folder.length + 1), size, at: Date.parse(lastModified) || 0 };
      }
      continuationToken = page?.isTruncated ? page.nextContinuationToken : undefined;
      if (continuationToken === undefined) return;
    }
  }

  private async asked<Answer>(answer: Promise<Answer>): Promise<Answer | null> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error("the store does not answer")), patience);
    try {
      return await Promise.race([answer, late]);
    } catch (error) {
      if ((error as { code?: unknown }).code === "NoSuchKey") return null;
      this.options.logger.error("bucket.failed", { error });
      throw new ChatError("unavailable", "files cannot be reached at the moment", { after: 5 });
    } finally {
      clearTimeout(timer);
    }
  }
}
