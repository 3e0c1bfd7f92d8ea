import type { MessageSink } from "../../stitchstream/decode.ts";
import type { ValueReader } from "../../stitchstream/reader.ts";
import type { StreamSchema } from "../../stitchstream/stream-schema.ts";
import { type Table, tablesMax } from "../../stitchstream/tables.ts";

/** A place to cut at, and a summary of the lines before it. */
export interface Cut {
  readonly end: number;
  readonly records: number;
  /** Streams with records before any schema of theirs in these lines. */
  readonly streams: ReadonlySet<string>;
  readonly hasBookmark: boolean;
  /** All its bookmarks are a Singer tap's STATE of null or `{}`. */
  readonly hasOnlyEmptyState: boolean;
}

/** The limits of one segment with its head: no more than a body may hold. */
export interface SegmentLimits {
  /** A single message may be larger. */
  readonly bytesMax: number;
  readonly streamsMax: number;
  readonly schemasMax: number;
}

/** Lines after a stream's header. */
export interface Lines {
  readonly start: number;
  readonly end: number;
  /** Bytes of a stream's latest SCHEMA before these lines; 0 where it has none. */
  readonly schemaBytesOf: (stream: string) => number;
}

/** Thrown out of the reader where a segment must end. */
class SegmentFull extends Error {}

/**
 * Finds how many lines fit into one segment, where their bookmarks and schemas are, and which streams'
 * records they hold. Ends before the message that takes the segment beyond its limits, or its head beyond
 * half of them.
 */
export class Reading {
  readonly schemas: { readonly stream: string; readonly start: number; readonly end: number }[] = [];
  /** The message at the end does not fit. */
  isFull = false;
  #bookmark: Cut | undefined;
  #hasBookmark = false;
  #hasOnlyEmptyState = true;
  #records = 0;
  #end: number;
  readonly #start: number;
  readonly #limits: SegmentLimits;
  readonly #schemaBytesOf: Lines["schemaBytesOf"];
  /** Size of the header and of the schemas that must be repeated. */
  #headBytes: number;
  #headSchemas = 0;
  #lineSchemas = 0;
  readonly #all = new Set<string>();
  readonly #declared = new Set<string>();
  /** Those that a cut lists. */
  readonly #streams = new Set<string>();
  #lastTable = -1;

  constructor({ start, end, schemaBytesOf }: Lines, limits: SegmentLimits) {
    this.#start = start;
    this.#end = end;
    this.#headBytes = start;
    this.#limits = limits;
    this.#schemaBytesOf = schemaBytesOf;
  }

  /** Calls `read` with a sink, to the end of the lines or until the segment is full. */
  of(read: (sink: MessageSink) => void): this {
    try {
      read(this.#sink);
    } catch (error) {
      if (!(error instanceof SegmentFull)) throw error;
    }
    return this;
  }

  /** Everything that fits. */
  get whole(): Cut {
    return this.#cutAt(this.#end);
  }

  /**
   * After the last bookmark, if no more than half of the lines are left for the next segment; otherwise
   * `whole`.
   */
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

  /** Counts a message of a table, whose schema may have to be repeated. */
  #enterTable({ id, stream, schema }: Table, reader: ValueReader): void {
    if (schema !== undefined) this.#countSchema(schema);
    if (id >= tablesMax(this.#limits)) this.#enter(reader, false);
    const isKnown = this.#declared.has(stream) || this.#streams.has(stream);
    this.#enterStream(stream, reader, isKnown ? 0 : this.#schemaBytesOf(stream));
    if (!isKnown) this.#streams.add(stream);
  }

  /** Ids are assigned in order. A schema that is repeated at the head may be counted twice. */
  #countSchema({ id }: StreamSchema): void {
    this.#lineSchemas = Math.max(this.#lineSchemas, id + 1);
  }

  /** Counts a message of a stream; the head grows by `bytes` of schema for it. */
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

  /**
   * Ends the segment before a message that does not fit, unless it is the first, which is a segment however
   * large.
   */
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

/** Returns the end of the last bookmark's line; 0 if there is no bookmark. */
export function lastBookmarkEnd(read: (sink: MessageSink) => void): number {
  let end = 0;
  const other = () => {};
  const bookmark: MessageSink["bookmark"] = (_line, { position }) => {
    end = position;
  };
  read({ bookmark, record: other, schema: other, activation: other, ignored: other, fault: () => true });
  return end;
}
