import { decode } from "../../stitchstream/decode.ts";
import { firstVisible, type Header, NotAStitchstream, readHeader } from "../../stitchstream/header.ts";
import { newline } from "../../values/bytes.ts";
import { headerFault } from "../body/faults.ts";
import { PersisterError } from "../errors.ts";
import * as limits from "../limits.ts";
import { type Cut, lastBookmarkEnd, Reading, type SegmentLimits } from "./cut-places.ts";
import { LineBuffer } from "./line-buffer.ts";

/** A self-contained body of bounded size, cut out of a longer stitchstream. */
export interface Segment {
  /** Valid until the next segment but one is requested from the cutter, which uses the same memory. */
  readonly body: Uint8Array;
  readonly records: number;
  readonly hasBookmark: boolean;
  /**
   * All its bookmarks are a Singer tap's STATE of null or `{}`, which never replaces one that holds
   * something.
   */
  readonly hasOnlyEmptyState: boolean;
  /** The 1-based line of the whole stream that is the body's line `headLines + 1`. */
  readonly firstLine: number;
  /** Lines of the header and of repeated schemas. */
  readonly headLines: number;
}

/** Converts a line number of a segment's body to one of the whole stream. */
export const wholeLineOf = ({ firstLine, headLines }: Omit<Segment, "body">, line: number): number =>
  line - headLines - 1 + firstLine;

/**
 * Collects the lines after a stream's header and cuts segments off them. Remembers each stream's latest
 * schema.
 */
export class Cutter {
  readonly #limits: SegmentLimits;
  readonly #bytesWanted: () => number;
  readonly #buffer: LineBuffer;
  /** The end of the last complete line. */
  #linesEnd = 0;
  #header: Header | undefined;
  /** The number of lines after the header that were dropped. */
  #linesBefore = 0;
  #hasCut = false;
  /** The line of each stream's latest SCHEMA. */
  readonly #schemas = new Map<string, Uint8Array>();

  /** `bytesWanted` returns how large the next segment should be: less than `bytesMax`, or it is that. */
  constructor(segmentLimits: SegmentLimits, bytesWanted: () => number = () => segmentLimits.bytesMax) {
    this.#limits = segmentLimits;
    this.#bytesWanted = bytesWanted;
    this.#buffer = new LineBuffer(this.#bytesMax);
  }

  add(chunk: Uint8Array): void {
    const lastNewline = chunk.lastIndexOf(newline);
    if (lastNewline >= 0) this.#linesEnd = this.#buffer.length + lastNewline + 1;
    this.#buffer.add(chunk);
  }

  get #bytesMax(): number {
    return Math.min(this.#limits.bytesMax, this.#bytesWanted());
  }

  /** Whether a segment is complete. Throws `malformed` for a line that is too long for any segment. */
  get isFull(): boolean {
    const bytesMax = this.#bytesMax;
    if (this.#buffer.length <= bytesMax || !this.#hasHead()) return false;
    this.#dropBlankLines();
    if (this.#buffer.length <= bytesMax) return false;
    if (this.#linesEnd > this.#headEnd()) return true;
    if (this.#buffer.length <= limits.lineBytesMax) return false;
    const line = this.#header!.line + this.#linesBefore;
    const message = `has more than ${limits.lineBytesMax} bytes: split it`;
    throw new PersisterError("malformed", `The line was not sent: line ${line} ${message}.`, {
      faults: [{ line, message }],
      faultsTotal: 1,
    });
  }

  /**
   * Cuts the lines that fit into one segment, after a bookmark if that leaves the segment at least half full.
   */
  cut(): Segment {
    const read = this.#read(this.#fullEnd());
    return this.#cutAt(read.preferred, read);
  }

  /** Yields everything up to the last bookmark. */
  *cutToBookmark(): Generator<Segment> {
    if (!this.#hasHead()) return;
    this.#dropBlankLines();
    const lines = this.#buffer.bytes.subarray(0, this.#linesEnd);
    if (lines.length > this.#headEnd())
      yield* this.#cutUpTo(lastBookmarkEnd(sink => decode(lines, cutterLimits, sink)));
  }

  /**
   * Yields everything that is left at the stream's end. A header alone is a segment, too; empty output is
   * not.
   */
  *rest(): Generator<Segment> {
    const { bytes } = this.#buffer;
    if (bytes.length === 0) return;
    if (bytes.at(-1) !== newline) this.add(Uint8Array.of(newline));
    yield* this.#cutUpTo(this.#buffer.length);
    if (this.#hasCut) return;
    const read = this.#read(this.#headEnd());
    yield this.#cutAt(read.whole, read);
  }

  /** Yields all lines up to `end`, in as many segments as they need. */
  *#cutUpTo(end: number): Generator<Segment> {
    // Bytes after `end` stay while lines are dropped.
    const bytesAfter = this.#buffer.length - end;
    for (;;) {
      this.#dropBlankLines();
      const left = this.#buffer.length - bytesAfter;
      if (left <= this.#headEnd()) return;
      const read = this.#read(left);
      yield this.#cutAt(read.isFull ? read.preferred : read.whole, read);
    }
  }

  /** An incomplete header looks like an invalid one until it is too long to be a header. */
  #hasHead(): boolean {
    try {
      return this.#headEnd() > 0 || this.#buffer.length > 0;
    } catch (error) {
      if (!(error instanceof PersisterError) || this.#buffer.length > limits.headerBytesMax) throw error;
      return false;
    }
  }

  #headEnd(): number {
    this.#header ??= this.#readHeader();
    return this.#header.end;
  }

  /** Drops blank lines at the start: a segment without a header is recognized by its first message. */
  #dropBlankLines(): void {
    const start = this.#headEnd();
    const { bytes } = this.#buffer;
    const end = bytes.subarray(start, firstVisible(bytes, start)).lastIndexOf(newline) + 1 + start;
    if (end === start) return;
    this.#countDropped(bytes.subarray(start, end));
    this.#buffer.drop(start, end);
  }

  #countDropped(lines: Uint8Array): void {
    this.#linesBefore += linesIn(lines);
    this.#linesEnd -= lines.length;
  }

  #readHeader(): Header {
    const { bytes } = this.#buffer;
    const header = headerOf(bytes);
    // If its last line is incomplete, the line's newline would later be read as a blank line.
    // The first byte alone does not tell the encoding.
    const isWhole = header.line === 1 ? bytes.length > 1 : bytes[header.end - 1] === newline;
    if (!isWhole) throw new PersisterError("not-a-stitchstream", "The header's last line has no end.");
    return header;
  }

  /** Returns the end of the last line that fits into a segment, or of one line that is too large for any. */
  #fullEnd(): number {
    const start = this.#headEnd();
    const { bytes } = this.#buffer;
    const end = bytes.subarray(0, start + this.#bytesMax).lastIndexOf(newline) + 1;
    return end > start ? end : bytes.indexOf(newline, start) + 1;
  }

  #read(end: number): Reading {
    const schemaBytesOf = (stream: string) => this.#schemas.get(stream)?.length ?? 0;
    const lines = { start: this.#headEnd(), end, schemaBytesOf };
    return new Reading(lines, { ...this.#limits, bytesMax: this.#bytesMax }).of(sink =>
      decode(this.#buffer.bytes.subarray(0, end), cutterLimits, sink),
    );
  }

  #cutAt(cut: Cut, { schemas }: Reading): Segment {
    const { end, records, streams, hasBookmark, hasOnlyEmptyState } = cut;
    const headEnd = this.#headEnd();
    const { bytes } = this.#buffer;
    const repeated = [...streams].flatMap(stream => this.#schemas.get(stream) ?? []);
    const headLines = this.#header!.line - 1;
    const firstLine = headLines + this.#linesBefore + 1;
    for (const { stream, start, end: lineEnd } of schemas)
      if (lineEnd <= end) this.#schemas.set(stream, bytes.slice(start, lineEnd));
    this.#countDropped(bytes.subarray(headEnd, end));
    const body = this.#buffer.take(headEnd, end, repeated);
    this.#hasCut = true;
    const counts = { records, hasBookmark, hasOnlyEmptyState };
    return { body, ...counts, firstLine, headLines: headLines + repeated.length };
  }
}

/**
 * Lines are read for several segments. Each segment is checked on its own, against its destination's rules.
 */
const cutterLimits = {
  ...limits,
  streamsMax: Number.POSITIVE_INFINITY,
  schemasMax: Number.POSITIVE_INFINITY,
  isReserved: () => false,
};

function headerOf(bytes: Uint8Array): Header {
  try {
    return readHeader(bytes, limits.headerLinesMax);
  } catch (error) {
    if (!(error instanceof NotAStitchstream)) throw error;
    throw headerFault(error);
  }
}

function linesIn(bytes: Uint8Array): number {
  // A Buffer searches long lines several times faster than a Uint8Array.
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let lines = 0;
  for (let at = buffer.indexOf(newline); at !== -1; at = buffer.indexOf(newline, at + 1)) lines++;
  return lines;
}
