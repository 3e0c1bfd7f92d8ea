import { decode, endingInNewline, type MessageSink } from "../stitchstream/decode.ts";
import { NotAStitchstream } from "../stitchstream/header.ts";
import type { ValueReader } from "../stitchstream/reader.ts";
import type { Table } from "../stitchstream/tables.ts";
import { Contents } from "./contents.ts";
import { type ErrorCode, type Fault, PersisterError } from "./errors.ts";
import { keyFaults } from "./keys.ts";
import * as limits from "./limits.ts";
import type { BatchEncoder } from "./ports.ts";

/**
 * Reads and checks a whole body before anything of it is forwarded. All its faults are said together: throws
 * `not-a-stitchstream`, `malformed`, `bookmark-too-large` or `unfit-records`, whichever comes first in the catalogue.
 */
export function validate(body: Uint8Array, encoder: BatchEncoder): Contents {
  const contents = new Contents(endingInNewline(body));
  const faults = new Faults();
  try {
    contents.header = decode(contents.bytes, limits, sinkOf(contents, faults, encoder));
  } catch (error) {
    if (!(error instanceof NotAStitchstream)) throw error;
    throw new PersisterError("not-a-stitchstream", `Line ${error.line}: ${error.message}.`, {
      faults: [{ line: error.line, message: error.message }],
      faultsTotal: 1,
      cause: error,
    });
  }
  faults.throwIfAny();
  return contents;
}

function sinkOf(contents: Contents, faults: Faults, encoder: BatchEncoder): MessageSink {
  return {
    record(line, table, reader) {
      checkKeys(line, table, reader, faults);
      const { textStart, textEnd } = reader.envelope.record;
      const bytes = textEnd - textStart + reader.growth + encoder.bytesAround(table);
      if (bytes >= limits.loneRecordBatchBytesMax)
        faults.add("unfit-records", { line, stream: table.stream, ...tooLarge(bytes) });
      contents.addRecord(table, reader);
    },
    bookmark(line, reader) {
      const { textStart: start, textEnd: end } = reader.envelope.value;
      const { lineStart, standsAlone } = reader;
      const bytes = end - start + (standsAlone ? 0 : reader.growth);
      if (bytes > limits.bookmarkBytesMax) faults.addLargeBookmark(line, bytes);
      contents.addBookmark({ lineStart, start, end, standsAlone, recordsBefore: contents.records });
    },
    ignored() {
      contents.ignored++;
    },
    fault({ uncarriable, ...fault }) {
      return faults.add(uncarriable ? "unfit-records" : "malformed", fault);
    },
  };
}

function checkKeys(line: number, table: Table, reader: ValueReader, faults: Faults): void {
  for (const { field, message } of keyFaults(table, reader)) {
    faults.add("unfit-records", { line, stream: table.stream, field, message });
  }
}

const tooLarge = (bytes: number) => ({
  message: `a record of ${bytes} bytes on the wire; the Import API takes less than ${limits.loneRecordBatchBytesMax}: split it`,
});

/** What a body does wrong, in its own order. */
class Faults {
  readonly #named: Fault[] = [];
  readonly #codes = new Set<ErrorCode>();
  #total = 0;
  #largestBookmarkBytes = 0;

  /** False once so many faults are counted that reading on helps nobody. */
  add(code: ErrorCode, fault: Fault): boolean {
    this.#codes.add(code);
    if (this.#named.length < limits.faultsNamedMax) this.#named.push(fault);
    return ++this.#total < limits.faultsCountedMax;
  }

  addLargeBookmark(line: number, bytes: number): void {
    this.#largestBookmarkBytes = Math.max(this.#largestBookmarkBytes, bytes);
    this.add("bookmark-too-large", {
      line,
      message: `a bookmark of ${bytes} bytes, more than ${limits.bookmarkBytesMax}`,
    });
  }

  throwIfAny(): void {
    if (this.#total === 0) return;
    const code = (["malformed", "bookmark-too-large", "unfit-records"] as const).find(each =>
      this.#codes.has(each),
    )!;
    const first = this.#named[0]!;
    const rest =
      this.#total === 1
        ? ""
        : ` There are ${this.#total} faults; \`errors\` names the first ${this.#named.length}.`;
    throw new PersisterError(code, `Nothing was forwarded: ${sentence(first)}.${rest}`, {
      faults: this.#named,
      faultsTotal: this.#total,
      ...(code === "bookmark-too-large"
        ? { limit: limits.bookmarkBytesMax, actual: this.#largestBookmarkBytes }
        : {}),
    });
  }
}

function sentence({ line, stream, field, message }: Fault): string {
  const place = [
    `line ${line}`,
    stream && `stream ${JSON.stringify(stream)}`,
    field && `field ${JSON.stringify(field)}`,
  ];
  return `${place.filter(Boolean).join(", ")}: ${message}`;
}
