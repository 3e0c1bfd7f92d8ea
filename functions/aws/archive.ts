import { PutObjectCommand, type S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { PersisterError } from "../persister/errors.ts";
import type { Archive } from "../persister/ports.ts";
import { waitingOut } from "./available.ts";
import { machineTiming, type TimingOptions } from "./timing.ts";

const preconditionFailed = 412;
const retryAfterSeconds = 5;

interface ArchiveOptions extends TimingOptions {
  readonly client: S3Client;
  readonly bucket: string;
}

/**
 * Returns an archive in S3. Every delivery has its own key, and `If-None-Match: *` prevents overwriting it.
 */
export function s3Archive(options: ArchiveOptions): Archive {
  const { client, bucket, timing = machineTiming } = options;
  const available = waitingOut(options);
  return {
    async put(key, bytes, deadline) {
      const object = {
        Bucket: bucket,
        Key: key,
        Body: bytes,
        ContentType: "application/octet-stream",
        IfNoneMatch: "*",
      };
      let calls = 0;
      const put = async () => {
        calls++;
        try {
          await client.send(new PutObjectCommand(object), timing.until(deadline));
        } catch (cause) {
          if (!isOwnRetry(cause, calls)) throw cause;
        }
      };
      await available(deadline, put).catch((error: Error) => {
        throw unavailable(error instanceof PersisterError ? error.cause : error);
      });
      return `s3://${bucket}/${key}`;
    },
  };
}

/**
 * Returns whether an earlier attempt of ours created the object and its answer was lost: the key contains
 * an id made for this delivery alone.
 */
const isOwnRetry = (error: unknown, calls: number) =>
  error instanceof S3ServiceException &&
  error.$metadata.httpStatusCode === preconditionFailed &&
  (calls > 1 || (error.$metadata.attempts ?? 1) > 1);

const unavailable = (cause: unknown) =>
  new PersisterError("archive-unavailable", "The body could not be archived. Nothing else was done.", {
    retryAfterSeconds,
    cause,
  });
