import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { memoize } from "../memoize.ts";
import { PersisterError } from "../persister/errors.ts";
import type { Objects } from "./s3-client.ts";
import { machineTiming, type TimingOptions } from "./timing.ts";

export interface BucketOptions extends TimingOptions {
  readonly s3: Objects;
  readonly bucket: string;
}

/**
 * The timeout of one attempt: S3 answers a PUT or GET of this size in a tenth of it, and the commit has three
 * seconds (`commitMillisecondsMin`).
 */
const requestMillisecondsMax = 1_000;

/** The pointer to a value that is too large for an item. */
interface LargeValue {
  /** Where it was stored. The table may have moved to another archive since. */
  readonly bucket?: string | undefined;
  readonly key: string;
  readonly sha256: string;
}

/** The pointer as attributes. Earlier versions stored no bucket. */
export const largeValue = memoize(() => ({
  bucket: z.optional(z.string()),
  key: z.string(),
  sha256: z.string(),
}));

const digestOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

class ChangedValue extends Error {
  override readonly name = "ChangedValue";
}

/**
 * Returns a store of values in S3 by their digests: storing one again changes nothing. Rejects with the
 * SDK's errors, and with `bookmark-lost` if a value is missing.
 */
export function largeValues({ s3, bucket: Bucket, timing = machineTiming }: BucketOptions) {
  const until = (deadline: number) => ({ ...timing.until(deadline), requestTimeout: requestMillisecondsMax });

  async function read(Bucket: string, { key: Key, sha256 }: LargeValue, deadline: number) {
    const bytes = await s3.get({ Bucket, Key }, until(deadline));
    if (digestOf(bytes) !== sha256)
      throw new ChangedValue(`The object ${Key} has changed since it was stored.`);
    return bytes;
  }

  return {
    async store(prefix: string, Body: Uint8Array, deadline: number): Promise<LargeValue> {
      const sha256 = digestOf(Body);
      const key = `${prefix}/${sha256}`;
      await s3.put({ Bucket, Key: key, Body }, until(deadline));
      return { bucket: Bucket, key, sha256 };
    },

    /** Reads the value from the current archive, else from the archive where it was stored. */
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

/** S3 answers AccessDenied for a missing object if the caller may not list the bucket, as no function may. */
const isLost = (error: unknown) =>
  error instanceof Error && /^(NoSuchKey|NoSuchBucket|AccessDenied|ChangedValue)$/.test(error.name);
