import type { MessageSink } from "../../stitchstream/decode.ts";
import type { ValueReader } from "../../stitchstream/reader.ts";
import type { StreamSchema } from "../../stitchstream/stream-schema.ts";
import { type Table, tablesMax } from "../../stitchstream/tables.ts";

/** A place to cut at, and what is before it. */
export interface Cut {
  readonly end: number;
  readonly records: number;
  /** Streams whose records come before a schema of their own in these lines. */
  readonly streams: ReadonlySet<string>;
  readonly hasBookmark: boolean;
  /** All its bookmarks are a Singer tap's STATE of null or `{}`. */
  readonly hasOnlyEmptyState: boolean;
}

/** What one segment may hold, its head included: no more than a body may. */
export interface SegmentLimits {
  /** A message may be larger alone. */
  readonly bytesMax: number;
  readonly streamsMax: number;
  readonly schemasMax: number;
}

/** Lines behind a stream's header. */
export interface Lines {
  readonly start: number;
  readonly end: number;
  /** Bytes of a stream's latest SCHEMA before these lines; 0 where it has none. */
  readonly schemaBytesOf: (stream: string) => number;
}

/** Thrown out of the reader where a segment has to end. */
class SegmentFull extends Error {}

/**
 * What lines hold that one segment has room for: where their bookmarks and schemas are, and whose records they hold. Ends before
 * the message that takes the segment beyond its limits, or its head beyond half of it.
 */
export class Reading {
  readonly schemas: { readonly stream: string; readonly start: number; readonly end: number }[] = [];
  /** There is no room for the message at the end. */
  isFull = false;
  #bookmark: Cut | undefined;
  #hasBookmark = false;
  #hasOnlyEmptyState = true;
  #records = 0;
  #end: number;
  readonly #start: number;
  readonly #limits: SegmentLimits;
  readonly #schemaBytesOf: Lines["schemaBytesOf"];
  /** The stream's header, and the schemas that have to be repeated. */
  #headBytes: number;
  #headSchemas = 0;
  #lineSchemas = 0;
  readonly #all = new Set<string>();
  readonly #declared = new Set<string>();
  /** Those that a cut tells. */
  readonly #streams = new Set<string>();
  #lastTable = -1;

  constructor({ start, end, schemaBytesOf }: Lines, limits: SegmentLimits) {
    this.#start = start;
    this.#end = end;
    this.#headBytes = start;
    this.#limits = limits;
    this.#schemaBytesOf = schemaBytesOf;
  }

  /** Runs what reads the lines into `sink`, to their end or until there is no more room. */
  of(read: (sink: MessageSink) => void): this {
    try {
      read(this.#sink);
    } catch (error) {
      if (!(error instanceof SegmentFull)) throw error;
    }
    return this;
  }

  /** Everything that there is room for. */
  get whole(): Cut {
    return this.#cutAt(this.#end);
  }

  /** Behind the last bookmark, if that leaves no more than half for the next segment, or else `whole`. */
  get preferred(): Cut {
    const bookmark = this.#bookmark;
    const isFar = bookmark !== undefined && 2 * (bookmark.end - this.#start) >= this.#end - this.#start;
    return isFar ? bookmark : this.whole;
  }

  readonly #sink: MessageSink = {
    record: (_line, table, reader) => {
      if (table.id === this.#lastTable) this.#enter(reader);
      else this.#enterTable(table, reader);
      this.#lastTable = table.id;
      this.#records++;
    },
    schema: (_line, stream, schema, reader) => {
      this.#countSchema(schema);
      this.#enterStream(stream, reader, 0);
      this.#declared.add(stream);
      this.#lastTable = -1;
      this.schemas.push({ stream, start: reader.lineStart, end: reader.position });
    },
    activation: (_line, table, reader) => this.#enterTable(table, reader),
    bookmark: (_line, reader, isEmptyState) => {
      this.#enter(reader);
      this.#hasBookmark = true;
      this.#hasOnlyEmptyState &&= isEmptyState;
      this.#bookmark = this.#cutAt(reader.position);
    },
    ignored: (_line, reader) => this.#enter(reader),
    fault: () => true,
  };

  /** A message of a table whose schema may have to be repeated. */
  #enterTable({ id, stream, schema }: Table, reader: ValueReader): void {
    if (schema !== undefined) this.#countSchema(schema);
    if (id >= tablesMax(this.#limits)) this.#enter(reader, false);
    const isKnown = this.#declared.has(stream) || this.#streams.has(stream);
    this.#enterStream(stream, reader, isKnown ? 0 : this.#schemaBytesOf(stream));
    if (!isKnown) this.#streams.add(stream);
  }

  /** Ids are given in order, and one that is repeated at the head may be counted twice. */
  #countSchema({ id }: StreamSchema): void {
    this.#lineSchemas = Math.max(this.#lineSchemas, id + 1);
  }

  /** A message of a stream; `bytes` of schema come to the head for it. */
  #enterStream(stream: string, reader: ValueReader, bytes: number): void {
    const headBytes = this.#headBytes + bytes;
    const headSchemas = this.#headSchemas + Math.sign(bytes);
    const { bytesMax, streamsMax, schemasMax } = this.#limits;
    this.#enter(
      reader,
      (this.#all.has(stream) || this.#all.size < streamsMax) &&
        headSchemas + this.#lineSchemas <= schemasMax &&
        (bytes === 0 || 2 * headBytes <= bytesMax) &&
        this.#isWithin(reader, headBytes),
    );
    this.#headBytes = headBytes;
    this.#headSchemas = headSchemas;
    this.#all.add(stream);
  }

  #isWithin(reader: ValueReader, headBytes: number): boolean {
    return headBytes + reader.position - this.#start <= this.#limits.bytesMax;
  }

  /** Ends the segment before a message that has no room, unless it is the first: that one is a segment however large. */
  #enter(reader: ValueReader, hasRoom = this.#isWithin(reader, this.#headBytes)): void {
    if (hasRoom || reader.lineStart <= this.#start) return;
    this.#end = reader.lineStart;
    this.isFull = true;
    throw new SegmentFull();
  }

  #cutAt(end: number): Cut {
    return {
      end,
      records: this.#records,
      streams: new Set(this.#streams),
      hasBookmark: this.#hasBookmark,
      hasOnlyEmptyState: this.#hasBookmark && this.#hasOnlyEmptyState,
    };
  }
}

/** Where the last bookmark that a reader of lines meets ends; 0 where there is none. */
export function lastBookmarkEnd(read: (sink: MessageSink) => void): number {
  let end = 0;
  const other = () => {};
  const bookmark: MessageSink["bookmark"] = (_line, { position }) => {
    end = position;
  };
  read({ bookmark, record: other, schema: other, activation: other, ignored: other, fault: () => true });
  return end;
}
