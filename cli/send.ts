import { type Committed, fetchBookmark } from "./bookmark.ts";
import { CliError } from "./cli-error.ts";
import { type Endpoint, sendRequest } from "./endpoint.ts";
import { type WireSegment, wireSegments } from "./wire-segments.ts";

/** Is informed of a run's progress. */
export interface Watcher {
  /** A segment is accepted. */
  committed(sent: Sent): void;
  retrying(reason: string): void;
}

export interface Sent {
  readonly records: number;
  readonly bytes: number;
  /** The gzipped size, if the segment was gzipped. */
  readonly wireBytes?: number;
}

/** The receivers of a run's reports, and the way to abort it. */
export interface Following {
  readonly watcher: Watcher;
  /** Stores a committed bookmark: its line, without the line end. */
  readonly keep: (bookmark: string) => Promise<void>;
  /** Aborted once no more of the stream is needed. */
  readonly aborted: AbortController;
}

/**
 * Sends a stitchstream segment by segment, each with `If-Match` of the revision before it, so that no segment
 * is lost or sent twice. Rejects with CliError, whose lines are the whole stream's.
 */
export async function send(
  stream: AsyncIterable<Uint8Array>,
  endpoint: Endpoint,
  { etag }: Committed,
  { watcher, keep, aborted }: Following,
): Promise<void> {
  const { idleClock: clock, newKey, gzip } = endpoint.ports;
  let [tag, sent] = [etag, 0];
  const source = wireSegments(stream, { clock, aborted, gzip });
  for await (const { records, hasBookmark, bytes, body, lineOf } of compressAhead(source, aborted)) {
    const { headers, text } = await sendRequest(endpoint, {
      method: "POST",
      body,
      headers: {
        accept: "text/plain",
        "content-type": "application/octet-stream",
        "content-encoding": "gzip",
        "if-match": tag,
        "idempotency-key": newKey(),
        "persister-segment": String(++sent),
      },
      lineOf,
      onRetry: reason => watcher.retrying(reason),
    }).catch(async (error: unknown) => {
      await keepCommitted(endpoint, tag, keep);
      throw error;
    });
    tag = headers.etag ?? tag;
    const bookmark = text.trimEnd();
    if (hasBookmark && bookmark !== "") await keep(bookmark);
    watcher.committed({ records, bytes, wireBytes: body.length });
  }
}

/**
 * Stores the bookmark that was committed after the revision `tag`, by a part of a refused segment or by
 * another run, if the endpoint still responds.
 */
export async function keepCommitted(endpoint: Endpoint, tag: string, keep: Following["keep"]): Promise<void> {
  try {
    const { etag, bookmark } = await fetchBookmark(endpoint, { retry: false });
    if (etag !== tag && bookmark !== undefined) await keep(bookmark);
  } catch (error) {
    // The caller reports the original error.
    if (!(error instanceof CliError)) throw error;
  }
}

/** The source's error, which is thrown after all segments before it are sent. */
interface SourceError {
  readonly error: unknown;
}

/**
 * The size of all compressed segments that wait: several of ordinary text, one of text that doesn't shrink.
 */
const aheadBytesMax = 2_000_000;

/** Compresses segments while an earlier one is in flight. */
async function* compressAhead(
  source: AsyncGenerator<WireSegment>,
  aborted: AbortController,
): AsyncGenerator<WireSegment> {
  const ahead = new ReadableStream<WireSegment | SourceError>(
    {
      async pull(queue) {
        try {
          const { done, value } = await source.next();
          if (done === true) return queue.close();
          queue.enqueue(value);
        } catch (error) {
          queue.enqueue({ error });
          queue.close();
        }
      },
      async cancel() {
        aborted.abort();
        await source.return(undefined);
      },
    },
    {
      highWaterMark: aheadBytesMax,
      size: next => (next !== undefined && "body" in next ? next.body.length : 0),
    },
  );
  for await (const next of ahead) {
    if ("error" in next) throw next.error;
    yield next;
  }
}
