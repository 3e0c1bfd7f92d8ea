import { wireBytesMax } from "../functions/persister/limits.ts";
import type { Clock } from "../functions/persister/ports.ts";
import { type Segment, wholeLineOf } from "../functions/persister/segments/cutter.ts";
import { segments } from "../functions/persister/segments/segment.ts";
import { firstVisible } from "../functions/stitchstream/header.ts";
import { stillClock } from "../functions/system-clock.ts";
import { newline } from "../functions/values/bytes.ts";
import type { LineOf } from "./fault-lines.ts";
import { gzipBody, lineTooLarge } from "./gzip.ts";
import type { Ports } from "./ports.ts";

/** A segment as it is sent. */
export interface WireSegment extends Pick<Segment, "records" | "hasBookmark"> {
  /** The size of its lines and its head, without gzip. */
  readonly bytes: number;
  /** Gzipped. */
  readonly body: Uint8Array;
  readonly lineOf: LineOf;
}

/**
 * The most lines in a segment, bytes. Their batches are larger, by up to a half where records are small, and
 * 16 MB of them are in flight: a larger segment would wait for a second round trip.
 */
export const segmentBytesMax = 10_500_000;
/** The size on the wire that a segment aims at: its lines may compress worse than those of the last one. */
const wireBytesWanted = 3_500_000;

export interface WireOptions {
  readonly clock: Clock;
  readonly aborted: AbortController;
  readonly gzip: Ports["gzip"];
}

/**
 * Cuts a stitchstream into segments and compresses them. How large one may be is decided by how well the last
 * one's lines compressed; one that turns out to be too large for a request is cut again. Throws as `segments`
 * does, and `body-too-large` for a line that is too large to be sent.
 */
export async function* wireSegments(
  stream: AsyncIterable<Uint8Array>,
  { gzip, ...options }: WireOptions,
): AsyncGenerator<WireSegment> {
  const compressor = new Compressor(gzip);
  const bytesWanted = () => compressor.bytesWanted;
  for await (const segment of segments(stream, { ...options, bytesMax: segmentBytesMax, bytesWanted }))
    yield* compressor.compress(segment, lineOfWhole(segment));
}

class Compressor {
  readonly #gzip: Ports["gzip"];
  /** The size of the next segment: the most until one turns out to be too large. */
  bytesWanted = segmentBytesMax;

  constructor(gzip: Ports["gzip"]) {
    this.#gzip = gzip;
  }

  /** Yields a segment gzipped, in several parts if it is too large for one request. */
  async *compress(segment: Segment, lineOf: LineOf): AsyncGenerator<WireSegment> {
    const { body: lines, records, hasBookmark } = segment;
    const body = await gzipBody(lines, this.#gzip);
    this.bytesWanted = Math.ceil((lines.length / body.length) * wireBytesWanted);
    if (body.length <= wireBytesMax) return yield { records, hasBookmark, bytes: lines.length, body, lineOf };
    if (isOneLine(segment)) throw lineTooLarge(segment, body.length, lineOf);
    const bytesMax = Math.min(this.bytesWanted, lines.length >> 1);
    for await (const part of segments(once(lines), { clock: stillClock, bytesMax })) {
      const lineInPart = lineOfWhole(part);
      yield* this.compress(part, line => lineOf(lineInPart(line)));
    }
  }
}

/** Returns a function that outlives the segment's body. */
function lineOfWhole({ body: _, ...segment }: Segment): LineOf {
  return line => wholeLineOf(segment, line);
}

/** Whether only one line follows the head, and then at most blank ones. */
function isOneLine({ body, headLines }: Segment): boolean {
  let end = 0;
  for (let line = 0; line <= headLines; line++) end = body.indexOf(newline, end) + 1 || body.length;
  return firstVisible(body, end) >= body.length;
}

async function* once(lines: Uint8Array): AsyncGenerator<Uint8Array> {
  yield lines;
}
