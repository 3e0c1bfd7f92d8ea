import { decode } from "../../stitchstream/decode.ts";
import { firstVisible, type Header, NotAStitchstream, readHeader } from "../../stitchstream/header.ts";
import { newline } from "../../values/bytes.ts";
import { headerFault } from "../body/faults.ts";
import { PersisterError } from "../errors.ts";
import * as limits from "../limits.ts";
import { type Cut, lastBookmarkEnd, Reading, type SegmentLimits } from "./cut-places.ts";

/** A self-contained body of bounded size, cut out of a longer stitchstream. */
export interface Segment {
  /** Good until the next segment is asked for, which is written in the same memory. */
  readonly body: Uint8Array;
  readonly records: number;
  readonly hasBookmark: boolean;
  /** All its bookmarks are a Singer tap's STATE of null or `{}`, which replaces none that holds something. */
  readonly hasOnlyEmptyState: boolean;
  /** Of the whole stream, 1-based: which line the body's line `headLines + 1` is. */
  readonly firstLine: number;
  /** Lines of the header, and of schemas that are repeated. */
  readonly headLines: number;
}

/** Which line of the whole stream a line of a segment's body is. */
export const wholeLineOf = ({ firstLine, headLines }: Omit<Segment, "body">, line: number): number =>
  line - headLines - 1 + firstLine;

/** A header that is longer is none. */
const headBytesMax = 65_536;
/** Room for what comes with a segment's lines: the chunk that makes it full, or the head. */
const besideBytes = 131_072;

/** Lines that have come, behind the stream's header, and what the lines before them have said. */
export class Cutter {
  readonly #limits: SegmentLimits;
  #bytes: Uint8Array;
  #length = 0;
  /** Behind the last whole line. */
  #linesEnd = 0;
  /** The latest segment's: new ones would wait for the garbage collector, 4 MB each. */
  #body: Uint8Array;
  #header: Header | undefined;
  /** Lines behind the header that were taken away before. */
  #linesBefore = 0;
  #hasCut = false;
  /** Each stream's latest SCHEMA, as its line. */
  readonly #schemas = new Map<string, Uint8Array>();

  constructor(segmentLimits: SegmentLimits) {
    this.#limits = segmentLimits;
    const { bytesMax } = segmentLimits;
    // Made at once, as what is outgrown waits for the collector, too; what is not written to costs nothing.
    this.#bytes = new Uint8Array(bytesMax + besideBytes);
    this.#body = new Uint8Array(bytesMax + besideBytes);
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

  /** A whole segment has come. Throws for a line that is too long to be one of any. */
  get isFull(): boolean {
    const { bytesMax } = this.#limits;
    if (this.#length <= bytesMax || !this.#hasHead()) return false;
    this.#dropBlankLines();
    if (this.#length <= bytesMax) return false;
    if (this.#linesEnd > this.#headEnd()) return true;
    if (this.#length <= limits.lineBytesMax) return false;
    const line = this.#header!.line + this.#linesBefore;
    const message = `has more than ${limits.lineBytesMax} bytes: split it`;
    throw new PersisterError("malformed", `Nothing of the line is sent: line ${line} ${message}.`, {
      faults: [{ line, message }],
      faultsTotal: 1,
    });
  }

  /** Cuts what one segment has room for, behind a bookmark where that leaves it no less than half full. */
  cut(): Segment {
    const read = this.#read(this.#fullEnd());
    return this.#cutAt(read.preferred, read);
  }

  /** All up to the last bookmark. */
  *cutBehindBookmark(): Generator<Segment> {
    if (!this.#hasHead()) return;
    this.#dropBlankLines();
    const lines = this.#bytes.subarray(0, this.#linesEnd);
    if (lines.length > this.#headEnd())
      yield* this.#cutUpTo(lastBookmarkEnd(sink => decode(lines, cutterLimits, sink)));
  }

  /** All that is left, at the stream's end. A header alone is a segment, too; who prints nothing at all has nothing new. */
  *rest(): Generator<Segment> {
    if (this.#length === 0) return;
    if (this.#bytes[this.#length - 1] !== newline) this.add(Uint8Array.of(newline));
    yield* this.#cutUpTo(this.#length);
    if (this.#hasCut) return;
    const read = this.#read(this.#headEnd());
    yield this.#cutAt(read.whole, read);
  }

  /** All lines up to `end`, in as many segments as they take. */
  *#cutUpTo(end: number): Generator<Segment> {
    // What is behind it stays while lines are taken away.
    const behind = this.#length - end;
    for (;;) {
      this.#dropBlankLines();
      if (this.#length - behind <= this.#headEnd()) return;
      const read = this.#read(this.#length - behind);
      yield this.#cutAt(read.isFull ? read.preferred : read.whole, read);
    }
  }

  /** A header that has not come whole can't be told from one that is wrong, until it is too long to be any. */
  #hasHead(): boolean {
    try {
      return this.#headEnd() > 0 || this.#length > 0;
    } catch (error) {
      if (!(error instanceof PersisterError) || this.#length > headBytesMax) throw error;
      return false;
    }
  }

  #headEnd(): number {
    this.#header ??= this.#readHeader();
    return this.#header.end;
  }

  /** A segment begins with a message: one that has no header is known by it. */
  #dropBlankLines(): void {
    const start = this.#headEnd();
    const visible = firstVisible(this.#bytes.subarray(0, this.#length), start);
    const end = this.#bytes.subarray(start, visible).lastIndexOf(newline) + 1 + start;
    if (end > start) this.#drop(end);
  }

  /** Takes away the lines up to `end`. */
  #drop(end: number): void {
    const start = this.#headEnd();
    this.#linesBefore += linesIn(this.#bytes.subarray(start, end));
    this.#bytes.copyWithin(start, end, this.#length);
    this.#length -= end - start;
    this.#linesEnd -= end - start;
  }

  #readHeader(): Header {
    const header = headerOf(this.#bytes.subarray(0, this.#length));
    // Its last line may not have come whole: what ends it would be taken for a blank line.
    // A first byte alone says nothing of the encoding.
    const isWhole = header.line === 1 ? this.#length > 1 : this.#bytes[header.end - 1] === newline;
    if (!isWhole) throw new PersisterError("not-a-stitchstream", "The header's last line has no end.");
    return header;
  }

  /** Behind the last line that a segment has room for, or behind one line that is too large for any. */
  #fullEnd(): number {
    const start = this.#headEnd();
    const room = Math.min(this.#length, start + this.#limits.bytesMax);
    const end = this.#bytes.subarray(0, room).lastIndexOf(newline) + 1;
    return end > start ? end : this.#bytes.indexOf(newline, start) + 1;
  }

  #read(end: number): Reading {
    const schemaBytesOf = (stream: string) => this.#schemas.get(stream)?.length ?? 0;
    const lines = { start: this.#headEnd(), end, schemaBytesOf };
    return new Reading(lines, this.#limits).of(sink =>
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

/** Lines are read for several segments: each of these is held to the limits by itself, whatever the destination. */
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
