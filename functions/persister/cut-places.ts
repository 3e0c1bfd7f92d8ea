import type { MessageSink } from "../stitchstream/decode.ts";

/** A place to cut at, and what stands before it. */
export interface Cut {
  readonly end: number;
  readonly records: number;
  /** Streams whose records come before a schema of their own in these lines. */
  readonly streams: ReadonlySet<string>;
  readonly hasBookmark: boolean;
}

/** What some lines say: where their bookmarks and schemas stand, and whose records they hold. */
export class Reading {
  readonly schemas: { readonly stream: string; readonly start: number; readonly end: number }[] = [];
  /** Behind the last one. */
  bookmark: Cut | undefined;
  #records = 0;
  readonly #end: number;
  readonly #declared = new Set<string>();
  readonly #streams = new Set<string>();
  #lastTable = -1;

  constructor(end: number) {
    this.#end = end;
  }

  get whole(): Cut {
    return { ...this.#cutAt(this.#end), hasBookmark: this.bookmark !== undefined };
  }

  readonly sink: MessageSink = {
    record: (_line, { id, stream }) => {
      this.#records++;
      if (id === this.#lastTable) return;
      this.#lastTable = id;
      if (!this.#declared.has(stream)) this.#streams.add(stream);
    },
    schema: (_line, stream, _schema, reader) => {
      this.#declared.add(stream);
      this.#lastTable = -1;
      this.schemas.push({ stream, start: reader.lineStart, end: reader.position });
    },
    activation: (_line, { stream }) => {
      if (!this.#declared.has(stream)) this.#streams.add(stream);
    },
    bookmark: (_line, reader) => {
      this.bookmark = this.#cutAt(reader.position);
    },
    ignored: () => {},
    fault: () => true,
  };

  #cutAt(end: number): Cut {
    return { end, records: this.#records, streams: new Set(this.#streams), hasBookmark: true };
  }
}
