import type { Segment } from "../functions/persister/segments/cutter.ts";

/**
 * Yields segments, each while the next one is already read, so that a streamer doesn't wait for the
 * destination. The source's bodies must be valid until its next segment but one is requested; these are until
 * the next one is. The source is aborted when no more segments are requested. Its error is thrown after all
 * segments before it.
 */
export async function* readAhead(
  source: AsyncGenerator<Segment>,
  aborted: AbortController,
): AsyncGenerator<Segment> {
  let coming = source.next();
  try {
    for (let got = await coming; got.done !== true; got = await coming) {
      coming = source.next();
      // The error is thrown in its turn.
      coming.catch(() => {});
      yield got.value;
    }
  } finally {
    aborted.abort();
    await source.return(undefined);
  }
}
