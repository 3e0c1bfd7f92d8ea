import { createHash } from "node:crypto";
import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import * as z from "zod/mini";
import { PersisterError } from "../persister/errors.ts";
import { machineTiming, type TimingOptions } from "./timing.ts";

export interface BucketOptions extends TimingOptions {
  readonly s3: S3Client;
  readonly bucket: string;
}

/** A value that no item has room for. */
interface LargeValue {
  /** Where it was stored: a table may have been brought to another archive since. */
  readonly bucket?: string | undefined;
  readonly key: string;
  readonly sha256: string;
}

/** A large value's pointer as attributes; older ones name no bucket. */
export const largeValue = { bucket: z.optional(z.string()), key: z.string(), sha256: z.string() };

const digestOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

class ChangedValue extends Error {
  override readonly name = "ChangedValue";
}

/**
 * Values in S3, named for what they hold: storing one again changes nothing. Rejects with the SDK's errors, and with
 * `bookmark-lost` for a value that is missing.
 */
export function largeValues({ s3, bucket: Bucket, timing = machineTiming }: BucketOptions) {
  async function read(Bucket: string, { key: Key, sha256 }: LargeValue, deadline: number) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }), timing.until(deadline));
    const bytes = await Body!.transformToByteArray();
    if (digestOf(bytes) !== sha256) throw new ChangedValue(`What is at ${Key} is not what was stored there.`);
    return bytes;
  }

  return {
    async store(prefix: string, Body: Uint8Array, deadline: number): Promise<LargeValue> {
      const sha256 = digestOf(Body);
      const key = `${prefix}/${sha256}`;
      await s3.send(new PutObjectCommand({ Bucket, Key: key, Body }), timing.until(deadline));
      return { bucket: Bucket, key, sha256 };
    },

    /** Looks in the archive first, then in the one that the value was stored in, if that was another. */
    async load(value: LargeValue, deadline: number): Promise<Uint8Array> {
      const { bucket = Bucket, key } = value;
      let cause: unknown;
      for (const each of new Set([Bucket, bucket])) {
        try {
          return await read(each, value, deadline);
        } catch (error) {
          if (!isLost(error)) throw error;
          cause = error;
        }
      }
      throw new PersisterError("bookmark-lost", "A large bookmark or receipt is missing from the archive.", {
        object: `s3://${bucket}/${key}`,
        cause,
      });
    },
  };
}

/** S3 says AccessDenied of a missing object to whoever may not list the bucket, which no function may. */
const isLost = (error: unknown) =>
  error instanceof Error && /^(NoSuchKey|NoSuchBucket|AccessDenied|ChangedValue)$/.test(error.name);
