import { schemasMax, streamsMax } from "../limits.ts";
import type { Clock } from "../ports.ts";
import type { SegmentLimits } from "./cut-places.ts";
import { Cutter, type Segment } from "./cutter.ts";

export interface SegmentOptions extends Partial<SegmentLimits> {
  readonly clock: Clock;
  /** For how long a bookmark may wait for the lines after it. */
  readonly waitMilliseconds?: number;
  /** Returns how large the next segment should be, as its lines are read; at most `bytesMax`, the default. */
  readonly bytesWanted?: () => number;
  /** Aborted once the source is no longer needed, so that a silent one ends, too. */
  readonly aborted?: AbortController;
}

/** Below the endpoint's limit for a body on the wire, even without gzip. */
const limitsDefault: SegmentLimits = { bytesMax: 4_000_000, streamsMax, schemasMax };
const waitMillisecondsDefault = 500;
/** Larger chunks are added in pieces, so that a segment is cut as soon as it is full. */
const pieceBytesMax = 65_536;

/**
 * Cuts a stitchstream of any length into segments, after bookmarks where possible. Each segment begins with
 * the header and the schemas that its records need. Memory holds two times `bytesMax`, the streams' schemas
 * and one line, whatever the length. If the source fails, yields everything up to its last bookmark and then
 * throws its error. Throws `not-a-stitchstream`, and `malformed` for a line of more than 20 MB; other invalid
 * lines are left to `validate`.
 */
export async function* segments(
  source: AsyncIterable<Uint8Array>,
  { clock, waitMilliseconds = waitMillisecondsDefault, aborted, bytesWanted, ...limits }: SegmentOptions,
): AsyncGenerator<Segment> {
  const cutter = new Cutter({ ...limitsDefault, ...limits }, bytesWanted);
  const chunks = source[Symbol.asyncIterator]();
  let coming = chunks.next();
  /** Ends when a bookmark has waited long enough. */
  let wait: Promise<void> | undefined;
  try {
    for (;;) {
      let got: IteratorResult<Uint8Array> | undefined;
      try {
        got = await firstOf(coming, wait);
      } catch (error) {
        yield* cutter.cutToBookmark();
        throw error;
      }
      if (got === undefined) {
        wait = undefined;
        yield* cutter.cutToBookmark();
        continue;
      }
      if (got.done === true) break;
      wait ??= clock.sleep(waitMilliseconds);
      for (const piece of piecesOf(got.value)) {
        cutter.add(piece);
        while (cutter.isFull) {
          yield cutter.cut();
          // A slow consumer is no reason to cut a short segment.
          wait = clock.sleep(waitMilliseconds);
        }
      }
      coming = chunks.next();
    }
    yield* cutter.rest();
  } finally {
    aborted?.abort();
    // A source that is aborted fails; that error is expected.
    coming.catch(() => {});
    await chunks.return?.().catch((error: unknown) => {
      if (aborted === undefined) throw error;
    });
  }
}

/** Resolves to the chunk, or to undefined if the wait ends first. */
async function firstOf<T>(coming: Promise<T>, wait: Promise<void> | undefined): Promise<T | undefined> {
  // A race's losers keep its result alive: racing for the chunk itself would hold every chunk until the
  // wait ends.
  const hasCome =
    wait === undefined || (await Promise.race([coming.then(() => true), wait.then(() => false)]));
  return hasCome ? await coming : undefined;
}

function* piecesOf(chunk: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < chunk.length; at += pieceBytesMax) yield chunk.subarray(at, at + pieceBytesMax);
}
