import { z } from "zod";
import { setting } from "./config-forms.ts";
import type { BucketPlace } from "./platform/bucket.ts";

/** Where files are kept when it is not the folder of the server. */
export const settingsOfBucket = {
  S3_ENDPOINT: setting({
    group: "Storage",
    about:
      "An S3-compatible store that keeps what people send, their pictures and the server's, instead of `DATA_DIR`: its address, without the bucket. Several servers share files by it. `S3_BUCKET`, `S3_ACCESS_KEY_ID` and `S3_SECRET_ACCESS_KEY` must be set too. Files that are in `DATA_DIR` already are not moved.",
    unset: "files are kept in DATA_DIR",
    example: "https://s3.eu-central-1.amazonaws.com",
    schema: z
      .string()
      .transform((value) => value.replace(/\/+$/, ""))
      .refine(
        (value) =>
          /^https?:\/\//.test(value) &&
          URL.canParse(value) &&
          new URL(value).href === `${new URL(value).origin}/`,
        "must be like https://s3.example.org, without a path",
      ),
  }),
  S3_BUCKET: setting({
    group: "Storage",
    about:
      "The bucket in that store. It should be the server's alone, and let old parts of broken-off uploads go.",
    unset: "none",
    example: "parley",
    schema: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "must be 3 to 63 small letters, digits, dots and dashes"),
  }),
  S3_REGION: setting({
    group: "Storage",
    about: "The region of the bucket.",
    unset: "us-east-1",
    example: "eu-central-1",
    schema: z.string().regex(/^[a-z0-9-]{1,64}$/, "must be small letters, digits and dashes"),
  }),
  S3_ACCESS_KEY_ID: setting({
    group: "Storage",
    about: "The key that may read, write, list and delete in the bucket.",
    unset: "none",
    example: "(as the store gave it)",
    schema: z.string().regex(/^[\x21-\x7e]{1,200}$/, "must be at most 200 printable characters"),
  }),
  S3_SECRET_ACCESS_KEY: setting({
    group: "Storage",
    about: "The secret of that key.",
    unset: "none",
    example: "(as the store gave it)",
    secret: true,
    schema: z.string().regex(/^[\x21-\x7e]{1,500}$/, "must be at most 500 printable characters"),
  }),
};

type Values = Partial<Record<keyof typeof settingsOfBucket, string | undefined>>;

const needed = ["S3_ENDPOINT", "S3_BUCKET", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"] as const;

/** Null where files are kept in the folder of the server. */
export function bucketOf(values: Values): BucketPlace | null {
  const [endpoint, bucket, accessKeyId, secretAccessKey] = needed.map((name) => values[name]);
  if (!endpoint || !bucket || !accessKeyId || !secretAccessKey) return null;
  return { endpoint, bucket, region: values.S3_REGION ?? "us-east-1", accessKeyId, secretAccessKey };
}

export function bucketFaults(values: Values): string[] {
  const missing = needed.filter((name) => values[name] === undefined);
  if (missing.length === 0 || (missing.length === needed.length && values.S3_REGION === undefined)) return [];
  return [`${missing.join(" and ")} must be set too, to keep files in a bucket`];
}
