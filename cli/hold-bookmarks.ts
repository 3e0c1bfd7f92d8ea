import * as limits from "../functions/persister/limits.ts";
import { decode, type MessageSink } from "../functions/stitchstream/decode.ts";
import { NotAStitchstream, readHeader } from "../functions/stitchstream/header.ts";
import { endingInNewline } from "../functions/stitchstream/readers.ts";
import { newline } from "../functions/values/bytes.ts";

/** Lines are read in blocks of about this size. */
const blockBytes = 262_144;
const decodeLimits = {
  ...limits,
  streamsMax: Number.POSITIVE_INFINITY,
  schemasMax: Number.POSITIVE_INFINITY,
  isReserved: () => false,
};

export interface HoldOptions {
  readonly onlyWhile: AbortSignal;
  /** A stream's rows have no keys: is called once for each. */
  keyless(stream: string): void;
  /** The stream has ended without a bookmark. */
  withoutBookmark(): void;
}

/**
 * Yields a stitchstream with a blank line instead of each bookmark, so that lines keep their numbers, and its
 * last bookmark at its end. A stream that fails, or ends once `onlyWhile` is aborted, has no bookmark. What
 * is not a stitchstream is yielded unchanged. The source's chunks must stay valid.
 */
export async function* holdBookmarks(
  source: AsyncIterable<Uint8Array>,
  options: HoldOptions,
): AsyncGenerator<Uint8Array> {
  const holder = new Holder(options);
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source) {
    waiting.push(chunk);
    length += chunk.length;
    const isPart = length < blockBytes || (length <= limits.lineBytesMax && !chunk.includes(newline));
    if (isPart && holder.hasHeader) continue;
    const bytes = Buffer.concat(waiting);
    const end = holder.endOf(bytes);
    if (end > 0) yield holder.held(bytes.subarray(0, end));
    length = bytes.length - end;
    waiting = [bytes.subarray(end)];
    if (length <= limits.lineBytesMax) continue;
    // Such a line is refused: its end may never come.
    yield bytes.subarray(end);
    waiting = [];
    length = 0;
  }
  const rest = Buffer.concat(waiting);
  if (rest.length > 0) yield holder.held(endingInNewline(rest));
  if (options.onlyWhile.aborted) return;
  if (holder.bookmark !== undefined) yield holder.bookmark;
  else if (holder.hasHeader) options.withoutBookmark();
}

/** Begins each later block of a Singer tap's output, so that its first line may be anything. */
const singerPrefix = new TextEncoder().encode('{"type":"NEXT"}\n');

class Holder {
  readonly #options: HoldOptions;
  /** Each later block is read after these lines: the stream's header. */
  #prefix: Uint8Array | undefined;
  #isForeign = false;
  #hasBegun = false;
  #hasFilledBookmark = false;
  bookmark: Uint8Array | undefined;
  readonly #declared = new Set<string>();
  readonly #keyless = new Set<string>();

  constructor(options: HoldOptions) {
    this.#options = options;
  }

  get hasHeader(): boolean {
    return this.#prefix !== undefined || this.#isForeign;
  }

  /** Returns where the lines end that can be read; 0 if there are none yet. */
  endOf(bytes: Uint8Array): number {
    const end = bytes.lastIndexOf(newline) + 1;
    return this.hasHeader || this.#findHeader(bytes.subarray(0, end)) ? end : 0;
  }

  /** Returns whole lines with a blank line instead of each bookmark. */
  held(bytes: Uint8Array): Uint8Array {
    if (!this.hasHeader) this.#findHeader(bytes);
    if (this.#prefix === undefined) return bytes;
    const begin = this.#hasBegun ? this.#prefix.length : 0;
    const text = this.#hasBegun ? Buffer.concat([this.#prefix, bytes]) : bytes;
    this.#hasBegun = true;
    const places: { readonly start: number; readonly end: number }[] = [];
    decode(text, decodeLimits, this.#sink(places));
    let at = begin;
    const parts: Uint8Array[] = [];
    for (const { start, end } of places) {
      parts.push(text.subarray(at, start), Uint8Array.of(newline));
      at = end;
    }
    return places.length === 0 ? bytes : Buffer.concat([...parts, text.subarray(at)]);
  }

  #findHeader(bytes: Uint8Array): boolean {
    try {
      const { isSinger, end } = readHeader(bytes, limits.headerLinesMax);
      this.#prefix = isSinger ? singerPrefix : bytes.slice(0, end);
      return true;
    } catch (error) {
      if (!(error instanceof NotAStitchstream)) throw error;
      // An incomplete header looks like an invalid one until it is too long to be a header.
      this.#isForeign = bytes.length > limits.headerBytesMax;
      return this.#isForeign;
    }
  }

  #sink(places: { start: number; end: number }[]): MessageSink {
    return {
      record: (_line, { stream, keyNames }) => {
        if (keyNames.length === 0 && !this.#declared.has(stream)) this.#report(stream);
      },
      schema: (_line, stream, { keyNames }) => {
        this.#declared.add(stream);
        if (keyNames.length === 0) this.#report(stream);
      },
      activation: () => {},
      bookmark: (_line, reader, isEmptyState) => {
        const { lineStart: start, position: end } = reader;
        places.push({ start, end });
        // An empty STATE never replaces a bookmark that holds something.
        if (isEmptyState && this.#hasFilledBookmark) return;
        this.#hasFilledBookmark = !isEmptyState;
        this.bookmark = reader.bytes.slice(start, end);
      },
      ignored: () => {},
      fault: () => true,
    };
  }

  #report(stream: string): void {
    if (this.#keyless.has(stream)) return;
    this.#keyless.add(stream);
    this.#options.keyless(stream);
  }
}
