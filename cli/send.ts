import { type Segment, wholeLineOf } from "../functions/persister/segments/cutter.ts";
import { segments } from "../functions/persister/segments/segment.ts";
import { type Committed, fetchBookmark } from "./bookmark.ts";
import { CliError } from "./cli-error.ts";
import { ask, type Endpoint } from "./endpoint.ts";
import { wireForm } from "./gzip.ts";
import type { Ports } from "./ports.ts";

/** Hears how a run goes on. */
export interface Watcher {
  /** A segment is accepted. */
  committed(sent: Sent): void;
  retrying(reason: string): void;
}

export interface Sent {
  readonly records: number;
  readonly bytes: number;
  /** Gzipped, where they are. */
  readonly wireBytes?: number;
}

/** How a run is followed, and ended. */
export interface Following {
  readonly watcher: Watcher;
  /** Keeps a bookmark that is committed: its line, without its end. */
  readonly keep: (bookmark: string) => Promise<void>;
  /** Aborted once no more of the stream is needed. */
  readonly aborted: AbortController;
}

/**
 * Sends a stitchstream segment by segment, each against the revision that the one before it made, so that
 * none is lost and none comes twice. Rejects with CliError, whose lines are the whole stream's.
 */
export async function send(
  stream: AsyncIterable<Uint8Array>,
  endpoint: Endpoint,
  { etag }: Committed,
  { watcher, keep, aborted }: Following,
): Promise<void> {
  const { idleClock: clock, newKey, gzip } = endpoint.ports;
  let tag = etag;
  const source = segments(stream, { clock, aborted });
  for await (const { segment, bytes, body } of packed(source, aborted, gzip)) {
    const { records, hasBookmark } = segment;
    const { headers, text } = await ask(endpoint, {
      method: "POST",
      body,
      headers: {
        accept: "text/plain",
        "content-type": "application/octet-stream",
        "content-encoding": "gzip",
        "if-match": tag,
        "idempotency-key": newKey(),
      },
      lineOf: line => wholeLineOf(segment, line),
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
 * Keeps what is committed since the revision `tag`, if the endpoint still answers: a part of a segment that
 * was refused, or what another run has sent.
 */
export async function keepCommitted(endpoint: Endpoint, tag: string, keep: Following["keep"]): Promise<void> {
  try {
    const { etag, bookmark } = await fetchBookmark(endpoint, { once: true });
    if (etag !== tag && bookmark !== undefined) await keep(bookmark);
  } catch (error) {
    // The refusal itself is what the caller hears of.
    if (!(error instanceof CliError)) throw error;
  }
}

/** A segment, compressed. */
interface Packed {
  readonly segment: Omit<Segment, "body">;
  readonly bytes: number;
  readonly body: Uint8Array;
}

/** Why there are no more segments: told once all before it are sent. */
interface Broken {
  readonly error: unknown;
}

/**
 * Compressed segments that wait for their turn, together: several of ordinary text, one of what does not
 * shrink.
 */
const aheadBytesMax = 2_000_000;

/** Each segment compressed, several ahead of the one that is on its way. */
async function* packed(
  source: AsyncGenerator<Segment>,
  aborted: AbortController,
  gzip: Ports["gzip"],
): AsyncGenerator<Packed> {
  const ahead = new ReadableStream<Packed | Broken>(
    {
      async pull(queue) {
        try {
          const { done, value } = await source.next();
          if (done === true) return queue.close();
          const { body, ...segment } = value;
          queue.enqueue({ segment, bytes: body.length, body: await wireForm(value, gzip) });
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
