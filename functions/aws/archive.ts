import { PersisterError } from "../persister/errors.ts";
import type { Archive } from "../persister/ports.ts";
import { waitingOut } from "./available.ts";
import type { BucketOptions } from "./large-values.ts";
import { machineTiming } from "./timing.ts";

const preconditionFailed = 412;
const retryAfterSeconds = 5;

/**
 * Returns an archive in S3. Every delivery has its own key, and `If-None-Match: *` prevents overwriting it.
 */
export function s3Archive(options: BucketOptions): Archive {
  const { s3, bucket, timing = machineTiming } = options;
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
          await s3.put(object, timing.until(deadline));
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

interface ServiceError {
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

/**
 * Returns whether an earlier attempt of ours created the object and its answer was lost: the key contains
 * an id made for this delivery alone.
 */
function isOwnRetry(error: unknown, calls: number): boolean {
  const { httpStatusCode, attempts = 1 } = (error as ServiceError).$metadata ?? {};
  return httpStatusCode === preconditionFailed && (calls > 1 || attempts > 1);
}

const unavailable = (cause: unknown) =>
  new PersisterError("archive-unavailable", "The body could not be archived. Nothing else was done.", {
    retryAfterSeconds,
    cause,
  });
