import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { exits } from "./endpoint.ts";
import { Told } from "./told.ts";

/** What `source` holds, gzipped or not. Rejects with Told, which says `name`, where it is not whole gzip. */
export async function* unzipped(source: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]();
  const first = await chunks.next();
  const whole = restOf(first, chunks);
  if (first.done === true || !isGzip(first.value)) return yield* whole;
  const gunzip = createGunzip();
  // What breaks it is thrown where it is read.
  const ended = pipeline(Readable.from(whole), gunzip).catch(() => {});
  try {
    yield* gunzip as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code?.startsWith("Z_")) throw error;
    throw new Told(`${name} is not whole gzip: it was cut or changed.`, exits.refused);
  } finally {
    gunzip.destroy();
    await ended;
  }
}

/** The two bytes are taken to come together. */
const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;

async function* restOf(
  first: IteratorResult<Uint8Array>,
  chunks: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    for (let got = first; got.done !== true; got = await chunks.next()) yield got.value;
  } finally {
    await chunks.return?.();
  }
}
