import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type Segment, segments } from "../functions/persister/segment.ts";
import { systemClock } from "../functions/system-clock.ts";
import { ask, type Endpoint } from "./endpoint.ts";
import { standing } from "./look.ts";
import { Told } from "./told.ts";

const gzipped = promisify(gzip);
/** Fast: the wire is not what a run waits for. */
const level = 1;
/** Segments that are cut and compressed while one is on its way. */
const aheadMax = 2;

/** Hears how a run goes on. */
export interface Watcher {
  /** A segment is accepted; `bookmark` is the committed one's line, empty where there is none yet. */
  committed(sent: Sent): void;
  /** A part of a segment is accepted, up to this bookmark; the rest is not. */
  safe(bookmark: string): void;
  retrying(reason: string): void;
}

export interface Sent {
  readonly segment: Segment;
  readonly wireBytes: number;
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
  const source = segments(stream, { clock: systemClock, givenUp });
  for await (const { segment, body } of packed(source, givenUp)) {
    const { headLines, firstLine } = segment;
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
      lineOf: line => line - headLines - 1 + firstLine,
      onRetry: reason => watcher.retrying(reason),
    }).catch(async (error: unknown) => {
      await tellSafe(endpoint, tag, watcher);
      throw error;
    });
    tag = headers.get("etag") ?? tag;
    watcher.committed({ segment, wireBytes: body.length, bookmark: text.trimEnd() });
  }
}

/** A segment that was refused may have been taken in part: what is committed of it is told, if the endpoint still answers. */
async function tellSafe(endpoint: Endpoint, tag: string, watcher: Watcher): Promise<void> {
  try {
    const { etag, bookmark } = await standing(endpoint);
    if (etag !== tag && bookmark !== undefined) watcher.safe(bookmark.trimEnd());
  } catch (error) {
    // The refusal itself is what the caller hears of.
    if (!(error instanceof Told)) throw error;
  }
}

interface Packed {
  readonly segment: Segment;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Each segment compressed, some of them before they are asked for. */
async function* packed(source: AsyncGenerator<Segment>, givenUp: AbortController): AsyncGenerator<Packed> {
  const coming: Promise<Packed | undefined>[] = [];
  const pack = async (): Promise<Packed | undefined> => {
    const { done, value: segment } = await source.next();
    return done === true
      ? undefined
      : { segment, body: new Uint8Array(await gzipped(segment.body, { level })) };
  };
  const fill = () => {
    while (coming.length < aheadMax) {
      const next = pack();
      // What fails is looked at once its turn has come.
      next.catch(() => {});
      coming.push(next);
    }
  };
  try {
    for (fill(); ; fill()) {
      const next = await coming.shift();
      if (next === undefined) return;
      yield next;
    }
  } finally {
    givenUp.abort();
    await source.return(undefined);
  }
}
