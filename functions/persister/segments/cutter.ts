import { decode } from "../../stitchstream/decode.ts";
import { firstVisible, type Header, NotAStitchstream, readHeader } from "../../stitchstream/header.ts";
import { newline } from "../../values/bytes.ts";
import { headerFault } from "../body/faults.ts";
import { PersisterError } from "../errors.ts";
import * as limits from "../limits.ts";
import { type Cut, lastBookmarkEnd, Reading, type SegmentLimits } from "./cut-places.ts";

/** A self-contained body of bounded size, cut out of a longer stitchstream. */
export interface Segment {
  /** Valid until the next segment is requested, which uses the same memory. */
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

/** Room next to a segment's lines: for the chunk that makes it full, or for the head. */
const spareBytes = 131_072;

/**
 * Collects the lines after a stream's header and cuts segments off them. Remembers each stream's latest
 * schema.
 */
export class Cutter {
  readonly #limits: SegmentLimits;
  readonly #bytesWanted: () => number;
  #bytes: Uint8Array;
  #length = 0;
  /** The end of the last complete line. */
  #linesEnd = 0;
  /** The memory of every segment's body: new large arrays would wait for the garbage collector. */
  #body: Uint8Array;
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
    // Allocated in full: outgrown arrays would wait for the collector, and untouched memory costs nothing.
    const bytesExpected = this.#bytesMax + spareBytes;
    this.#bytes = new Uint8Array(bytesExpected);
    this.#body = new Uint8Array(bytesExpected);
  }

  add(chunk: Uint8Array): void {
    const wanted = this.#length + chunk.length;
    if (wanted > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(wanted, 2 * this.#bytes.length));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(chunk, this.#length);
    const lastNewline = chunk.lastIndexOf(newline);
    if (lastNewline >= 0) this.#linesEnd = this.#length + lastNewline + 1;
    this.#length = wanted;
  }

  get #bytesMax(): number {
    return Math.min(this.#limits.bytesMax, this.#bytesWanted());
  }

  /** Whether a segment is complete. Throws `malformed` for a line that is too long for any segment. */
  get isFull(): boolean {
    const bytesMax = this.#bytesMax;
    if (this.#length <= bytesMax || !this.#hasHead()) return false;
    this.#dropBlankLines();
    if (this.#length <= bytesMax) return false;
    if (this.#linesEnd > this.#headEnd()) return true;
    if (this.#length <= limits.lineBytesMax) return false;
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
    const lines = this.#bytes.subarray(0, this.#linesEnd);
    if (lines.length > this.#headEnd())
      yield* this.#cutUpTo(lastBookmarkEnd(sink => decode(lines, cutterLimits, sink)));
  }

  /**
   * Yields everything that is left at the stream's end. A header alone is a segment, too; empty output is
   * not.
   */
  *rest(): Generator<Segment> {
    if (this.#length === 0) return;
    if (this.#bytes[this.#length - 1] !== newline) this.add(Uint8Array.of(newline));
    yield* this.#cutUpTo(this.#length);
    if (this.#hasCut) return;
    const read = this.#read(this.#headEnd());
    yield this.#cutAt(read.whole, read);
  }

  /** Yields all lines up to `end`, in as many segments as they need. */
  *#cutUpTo(end: number): Generator<Segment> {
    // Bytes after `end` stay while lines are dropped.
    const bytesAfter = this.#length - end;
    for (;;) {
      this.#dropBlankLines();
      if (this.#length - bytesAfter <= this.#headEnd()) return;
      const read = this.#read(this.#length - bytesAfter);
      yield this.#cutAt(read.isFull ? read.preferred : read.whole, read);
    }
  }

  /** An incomplete header looks like an invalid one until it is too long to be a header. */
  #hasHead(): boolean {
    try {
      return this.#headEnd() > 0 || this.#length > 0;
    } catch (error) {
      if (!(error instanceof PersisterError) || this.#length > limits.headerBytesMax) throw error;
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
    const visible = firstVisible(this.#bytes.subarray(0, this.#length), start);
    const end = this.#bytes.subarray(start, visible).lastIndexOf(newline) + 1 + start;
    if (end > start) this.#drop(end);
  }

  /** Drops the lines up to `end`. */
  #drop(end: number): void {
    const start = this.#headEnd();
    this.#linesBefore += linesIn(this.#bytes.subarray(start, end));
    this.#bytes.copyWithin(start, end, this.#length);
    this.#length -= end - start;
    this.#linesEnd -= end - start;
  }

  #readHeader(): Header {
    const header = headerOf(this.#bytes.subarray(0, this.#length));
    // If its last line is incomplete, the line's newline would later be read as a blank line.
    // The first byte alone does not tell the encoding.
    const isWhole = header.line === 1 ? this.#length > 1 : this.#bytes[header.end - 1] === newline;
    if (!isWhole) throw new PersisterError("not-a-stitchstream", "The header's last line has no end.");
    return header;
  }

  /** Returns the end of the last line that fits into a segment, or of one line that is too large for any. */
  #fullEnd(): number {
    const start = this.#headEnd();
    const room = Math.min(this.#length, start + this.#bytesMax);
    const end = this.#bytes.subarray(0, room).lastIndexOf(newline) + 1;
    return end > start ? end : this.#bytes.indexOf(newline, start) + 1;
  }

  #read(end: number): Reading {
    const schemaBytesOf = (stream: string) => this.#schemas.get(stream)?.length ?? 0;
    const lines = { start: this.#headEnd(), end, schemaBytesOf };
    return new Reading(lines, { ...this.#limits, bytesMax: this.#bytesMax }).of(sink =>
      decode(this.#bytes.subarray(0, end), cutterLimits, sink),
    );
  }

  #cutAt(cut: Cut, { schemas }: Reading): Segment {
    const { end, records, streams, hasBookmark, hasOnlyEmptyState } = cut;
    const headEnd = this.#headEnd();
    const repeated = [...streams].flatMap(stream => this.#schemas.get(stream) ?? []);
    const body = this.#bodyOf([
      this.#bytes.subarray(0, headEnd),
      ...repeated,
      this.#bytes.subarray(headEnd, end),
    ]);
    const headLines = this.#header!.line - 1;
    const firstLine = headLines + this.#linesBefore + 1;
    for (const { stream, start, end: lineEnd } of schemas)
      if (lineEnd <= end) this.#schemas.set(stream, this.#bytes.slice(start, lineEnd));
    this.#drop(end);
    this.#hasCut = true;
    const counts = { records, hasBookmark, hasOnlyEmptyState };
    return { body, ...counts, firstLine, headLines: headLines + repeated.length };
  }

  #bodyOf(parts: readonly Uint8Array[]): Uint8Array {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (this.#body.length < length) this.#body = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      this.#body.set(part, at);
      at += part.length;
    }
    return this.#body.subarray(0, length);
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
  let lines = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) lines++;
  return lines;
}
