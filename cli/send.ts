import { randomUUID } from "node:crypto";
import { type Segment, segments, wholeLineOf } from "../functions/persister/segment.ts";
import { idleClock } from "../functions/system-clock.ts";
import { ask, type Endpoint } from "./endpoint.ts";
import { standing } from "./look.ts";
import { Told } from "./told.ts";
import { wireForm } from "./wire.ts";

/** Hears how a run goes on. */
export interface Watcher {
  /** A segment is accepted; `bookmark` is the committed one's line, empty where there is none yet. */
  committed(sent: Sent): void;
  /** A part of a segment is accepted, up to this bookmark; the rest is not. */
  safe(bookmark: string): void;
  retrying(reason: string): void;
}

export interface Sent {
  readonly records: number;
  readonly hasBookmark: boolean;
  readonly bytes: number;
  /** Gzipped, where they are. */
  readonly wireBytes?: number;
  readonly bookmark: string;
}

/**
 * Sends a stitchstream segment by segment, each upon the revision that the one before it made, so that none is lost and none
 * comes twice. `revision` is an ETag. `givenUp` is aborted once no more of the stream is wanted. Rejects with Told, whose lines are
 * the whole stream's.
 */
export async function send(
  stream: AsyncIterable<Uint8Array>,
  endpoint: Endpoint,
  revision: string,
  { watcher, givenUp }: { readonly watcher: Watcher; readonly givenUp: AbortController },
): Promise<void> {
  let tag = revision;
  const source = segments(stream, { clock: idleClock, givenUp });
  for await (const { segment, bytes, body } of packed(source, givenUp)) {
    const { records, hasBookmark } = segment;
    const { headers, text } = await ask(endpoint, {
      method: "POST",
      body,
      headers: {
        accept: "text/plain",
        "content-type": "application/octet-stream",
        "content-encoding": "gzip",
        "if-match": tag,
        "idempotency-key": randomUUID(),
      },
      lineOf: line => wholeLineOf(segment, line),
      onRetry: reason => watcher.retrying(reason),
    }).catch(async (error: unknown) => {
      await tellSafe(endpoint, tag, watcher);
      throw error;
    });
    tag = headers.etag ?? tag;
    watcher.committed({ records, hasBookmark, bytes, wireBytes: body.length, bookmark: text.trimEnd() });
  }
}

/** A segment that was refused may have been taken in part: what is committed of it is told, if the endpoint still answers. */
async function tellSafe(endpoint: Endpoint, tag: string, watcher: Watcher): Promise<void> {
  try {
    const { etag, bookmark } = await standing(endpoint, { once: true });
    if (etag !== tag && bookmark !== undefined) watcher.safe(bookmark.trimEnd());
  } catch (error) {
    // The refusal itself is what the caller hears of.
    if (!(error instanceof Told)) throw error;
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

/** Compressed segments that wait for their turn, together: several of ordinary text, one of what does not shrink. */
const aheadBytesMax = 2_000_000;

/** Each segment compressed, several ahead of the one that is on its way. */
async function* packed(source: AsyncGenerator<Segment>, givenUp: AbortController): AsyncGenerator<Packed> {
  const ahead = new ReadableStream<Packed | Broken>(
    {
      async pull(queue) {
        try {
          const { done, value } = await source.next();
          if (done === true) return queue.close();
          const { body, ...segment } = value;
          queue.enqueue({ segment, bytes: body.length, body: await wireForm(value) });
        } catch (error) {
          queue.enqueue({ error });
          queue.close();
        }
      },
      async cancel() {
        givenUp.abort();
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
