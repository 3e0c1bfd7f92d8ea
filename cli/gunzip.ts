import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { CliError, exits } from "./cli-error.ts";
import { peek, wholeOf } from "./peek.ts";

/** What `source` holds, gzipped or not. Rejects with CliError, which says `name`, where it is not whole gzip. */
export async function* unzipped(source: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const peeked = await peek(source[Symbol.asyncIterator](), head => head.length >= gzipMagic.length);
  const whole = wholeOf(peeked);
  if (!isGzip(peeked.head)) return yield* whole;
  const gunzip = createGunzip();
  // What breaks it is thrown where it is read.
  const ended = pipeline(Readable.from(whole), gunzip).catch(() => {});
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

/** RFC 1952 section 2.3.1. */
const gzipMagic = [0x1f, 0x8b];
const isGzip = (head: Uint8Array) => gzipMagic.every((byte, at) => head[at] === byte);
