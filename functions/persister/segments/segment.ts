import { schemasMax, streamsMax } from "../limits.ts";
import type { Clock } from "../ports.ts";
import type { SegmentLimits } from "./cut-places.ts";
import { Cutter, type Segment } from "./cutter.ts";

export interface SegmentOptions extends Partial<SegmentLimits> {
  readonly clock: Clock;
  /** For how long a bookmark may wait for what comes behind it. */
  readonly waitMilliseconds?: number;
  /** Aborted once no more of the source is wanted, so that one which is silent ends, too. */
  readonly aborted?: AbortController;
}

/** Below the endpoint's limit of the wire, though it were not gzipped. */
const limitsDefault: SegmentLimits = { bytesMax: 4_000_000, streamsMax, schemasMax };
const waitMillisecondsDefault = 500;
/** A segment is cut once it is full, and not the less if a source gives all at once. */
const pieceBytesMax = 65_536;

/**
 * Cuts a stitchstream of any length into segments, behind bookmarks where it can be, the header and the schemas that its records
 * are held to repeated at each one's head. Holds two times `bytesMax`, the streams' schemas and
 * one line, whatever the length. Where the source fails, what it gave up to its last
 * bookmark is a segment, and then its error is thrown. Throws `not-a-stitchstream` and, for a
 * line beyond 20 MB, `malformed`; any other faulty line is passed on to whoever checks the segment.
 */
export async function* segments(
  source: AsyncIterable<Uint8Array>,
  { clock, waitMilliseconds = waitMillisecondsDefault, aborted, ...limits }: SegmentOptions,
): AsyncGenerator<Segment> {
  const cutter = new Cutter({ ...limitsDefault, ...limits });
  const chunks = source[Symbol.asyncIterator]();
  let coming = chunks.next();
  /** Until a bookmark has waited for long enough. */
  let wait: Promise<void> | undefined;
  try {
    for (;;) {
      let got: IteratorResult<Uint8Array> | undefined;
      try {
        got = await firstOf(coming, wait);
      } catch (error) {
        yield* cutter.cutBehindBookmark();
        throw error;
      }
      if (got === undefined) {
        wait = undefined;
        yield* cutter.cutBehindBookmark();
        continue;
      }
      if (got.done === true) break;
      wait ??= clock.sleep(waitMilliseconds);
      for (const piece of piecesOf(got.value)) {
        cutter.add(piece);
        while (cutter.isFull) {
          yield cutter.cut();
          // A slow taker is no reason to cut off the little that is there.
          wait = clock.sleep(waitMilliseconds);
        }
      }
      coming = chunks.next();
    }
    yield* cutter.rest();
  } finally {
    aborted?.abort();
    // What a source says of being given up is no news.
    coming.catch(() => {});
    await chunks.return?.().catch((error: unknown) => {
      if (aborted === undefined) throw error;
    });
  }
}

/** The chunk, or undefined where the wait ends first. */
async function firstOf<T>(coming: Promise<T>, wait: Promise<void> | undefined): Promise<T | undefined> {
  // What a race ended with is held by its losers: each chunk would be, to the end of the wait.
  const hasCome =
    wait === undefined || (await Promise.race([coming.then(() => true), wait.then(() => false)]));
  return hasCome ? await coming : undefined;
}

function* piecesOf(chunk: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < chunk.length; at += pieceBytesMax) yield chunk.subarray(at, at + pieceBytesMax);
}
