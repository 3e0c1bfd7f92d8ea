import type { Segment } from "../functions/persister/segments/cutter.ts";

/**
 * Yields segments, each while the next one is already read, so that a streamer doesn't wait for the
 * destination. A body is a copy, valid until the next segment is requested. The source is aborted when no
 * more segments are requested. Its error is thrown after all segments before it.
 */
export async function* readAhead(
  source: AsyncGenerator<Segment>,
  aborted: AbortController,
): AsyncGenerator<Segment> {
  let memory = new Uint8Array();
  let coming = source.next();
  try {
    for (let got = await coming; got.done !== true; got = await coming) {
      const { body } = got.value;
      if (memory.length < body.length) memory = new Uint8Array(body.length);
      memory.set(body);
      coming = source.next();
      // The error is thrown in its turn.
      coming.catch(() => {});
      yield { ...got.value, body: memory.subarray(0, body.length) };
    }
  } finally {
    aborted.abort();
    await source.return(undefined);
  }
}
