import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { CliError, exits } from "./cli-error.ts";
import { peek, wholeSource } from "./peek.ts";

/**
 * Yields `source`, decompressed if it is gzip. Its chunks need to be valid only until the next one is
 * requested. Rejects with CliError, which names `name`, for damaged gzip.
 */
export async function* gunzipIfZipped(
  source: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array> {
  const peeked = await peek(source[Symbol.asyncIterator](), head => head.length >= gzipMagic.length);
  const whole = wholeSource(peeked);
  if (!isGzip(peeked.head)) return yield* whole;
  const gunzip = createGunzip();
  // Its errors are thrown to the reader below.
  const ended = pipeline(Readable.from(copies(whole)), gunzip).catch(() => {});
  try {
    yield* gunzip as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code?.startsWith("Z_")) throw error;
    throw new CliError(`${name} is not whole gzip: it was cut or changed.`, exits.refused);
  } finally {
    gunzip.destroy();
    await ended;
  }
}

/** A stream holds several chunks, and a source may use a chunk's memory again. */
async function* copies(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) yield Buffer.from(chunk);
}

/** RFC 1952 section 2.3.1. */
const gzipMagic = [0x1f, 0x8b];
const isGzip = (head: Uint8Array) => gzipMagic.every((byte, at) => head[at] === byte);
