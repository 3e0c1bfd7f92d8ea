import { gunzip as gunzipWithCallback, type ZlibOptions } from "node:zlib";
import { PersisterError } from "../errors.ts";
import { inflatedBytesMax, inflationRatioBytesMin, inflationRatioMax } from "../limits.ts";

/** With `info`, zlib reports how much of the input it used. */
const gunzipBytes = (bytes: Uint8Array, options: ZlibOptions) =>
  new Promise<{ buffer: Uint8Array; engine: { bytesWritten: number } }>((resolve, reject) =>
    gunzipWithCallback(bytes, options, (error, inflated: unknown) =>
      error === null ? resolve(inflated as never) : reject(error),
    ),
  );

/**
 * Returns the bytes of all members of a gzip body. Throws `broken-gzip`, or `inflated-too-large` before
 * memory holds more than the limit.
 */
export async function gunzip(gzipped: Uint8Array): Promise<Uint8Array> {
  const limit = Math.min(
    inflatedBytesMax,
    Math.max(inflationRatioBytesMin, gzipped.length * inflationRatioMax),
  );
  let inflated: Awaited<ReturnType<typeof gunzipBytes>>;
  try {
    const chunkSize = Math.min(sizeSaid(gzipped) + 1, limit);
    inflated = await gunzipBytes(gzipped, { maxOutputLength: limit, chunkSize, info: true });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(limit, cause);
    throw new PersisterError(
      "broken-gzip",
      "The body is not whole gzip: it was cut or changed on its way. Send it again.",
      {
        cause,
      },
    );
  }
  // zlib silently ignores what follows the last member: those bytes would be lost.
  if (inflated.engine.bytesWritten < gzipped.length) {
    throw new PersisterError("broken-gzip", "Bytes follow the end of the gzip body. Send the gzip alone.");
  }
  return inflated.buffer;
}

const chunkBytesMin = 16_384;

/**
 * Returns the size that the last member's trailer says: RFC 1952 section 2.3.1. With room for all of it, zlib
 * writes to one piece of memory, not to thousands that are joined then; one byte more shows it the end. A
 * trailer that lies costs address space or further pieces.
 */
function sizeSaid(gzipped: Uint8Array): number {
  const { buffer, byteOffset, byteLength } = gzipped;
  if (byteLength < trailerBytes) return chunkBytesMin;
  return Math.max(chunkBytesMin, new DataView(buffer, byteOffset).getUint32(byteLength - sizeBytes, true));
}

const sizeBytes = 4;
/** The checksum and the size. */
const trailerBytes = 8;

const tooLarge = (limit: number, cause: unknown) =>
  new PersisterError(
    "inflated-too-large",
    limit === inflatedBytesMax
      ? `The gzip body holds more than ${limit} bytes. Send it in several bodies, cut after a bookmark.`
      : `The gzip body expands more than ${inflationRatioMax} times, beyond ${limit} bytes. ` +
          "Send it in several bodies or unzipped.",
    { limit, cause },
  );
