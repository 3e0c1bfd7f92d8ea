import type { IncomingMessage } from "node:http";
import { S3Error } from "./body.ts";

/** docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export interface Target {
  readonly bucket: string;
  /** Empty for the bucket itself. */
  readonly key: string;
  readonly query: URLSearchParams;
}

/**
 * Returns the target of a request. Throws S3Error for an invalid bucket name and an expired presigned URL.
 */
export function targetOf({ url = "/" }: IncomingMessage): Target {
  // `URL` would resolve `..`.
  const [path = "", search = ""] = url.split("?", 2);
  const [bucket = "", ...key] = path.slice(1).split("/");
  const target = {
    bucket: decoded(bucket),
    key: decoded(key.join("/")),
    query: new URLSearchParams(search),
  };
  // Folders that begin with a dot are the store's own.
  if (!bucketName.test(target.bucket))
    throw new S3Error(400, "InvalidBucketName", "The bucket is not valid.");
  refuseExpired(target.query);
  return target;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw new S3Error(400, "InvalidURI", "Couldn't parse the specified URI.");
  }
}

/** A presigned URL: docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
function refuseExpired(query: URLSearchParams): void {
  const [, date, time] = /^(\d{8})T(\d{6})Z$/.exec(query.get("X-Amz-Date") ?? "") ?? [];
  if (date === undefined || time === undefined) return;
  const iso = `${date.replace(/(....)(..)(..)/, "$1-$2-$3")}T${time.replace(/(..)(..)(..)/, "$1:$2:$3")}Z`;
  if (Date.parse(iso) + 1_000 * Number(query.get("X-Amz-Expires")) < Date.now()) {
    throw new S3Error(403, "AccessDenied", "Request has expired");
  }
}
