import { createHash } from "node:crypto";
import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { machineTiming, type TimingOptions } from "./timing.ts";

export interface BucketOptions extends TimingOptions {
  readonly s3: S3Client;
  readonly bucket: string;
}

/** A value that no item has room for. */
export interface LargeValue {
  readonly key: string;
  readonly sha256: string;
}

const digestOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Values in S3, named for what they hold: storing one again changes nothing. Rejects with the SDK's errors. */
export function largeValues({ s3, bucket: Bucket, timing = machineTiming }: BucketOptions) {
  return {
    async store(prefix: string, Body: Uint8Array, deadline: number): Promise<LargeValue> {
      const sha256 = digestOf(Body);
      const key = `${prefix}/${sha256}`;
      await s3.send(new PutObjectCommand({ Bucket, Key: key, Body }), timing.until(deadline));
      return { key, sha256 };
    },

    async load({ key: Key, sha256 }: LargeValue, deadline: number): Promise<Uint8Array> {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }), timing.until(deadline));
      const bytes = await Body!.transformToByteArray();
      if (digestOf(bytes) !== sha256) throw new Error(`What is at ${Key} is not what was stored there.`);
      return bytes;
    },
  };
}
