import type { ByteWriter } from "../values/byte-writer.ts";
import { backslash } from "../values/bytes.ts";
import { stringOf } from "../values/scanner.ts";

/** How a cell's bytes become a column of COPY's text format. */
export const form = {
  /** NULL. */
  absent: 0,
  /** As they are. */
  plain: 1,
  /** The raw content of a JSON string, with its escapes. */
  text: 2,
  /** JSON. */
  json: 3,
} as const;
type Form = (typeof form)[keyof typeof form];

const noBytes = new Uint8Array();

/** A value that waits for its place in the row: records have their fields in any order. */
export class Cell {
  form: Form = form.absent;
  bytes: Uint8Array = noBytes;
  start = 0;
  end = 0;

  place(as: Form, bytes: Uint8Array, start: number, end: number): void {
    this.form = as;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  /** Appends the column to `out`. */
  write(out: ByteWriter): void {
    const { bytes, start, end } = this;
    if (this.form === form.absent) out.ascii("\\N");
    // A string's content has no control characters but escaped ones.
    else if (this.form === form.plain || !holdsBackslash(bytes, start, end)) out.copy(bytes, start, end);
    else if (this.form === form.json) doubleBackslashes(bytes, start, end, out);
    else out.text(stringOf(bytes, start, end).replace(/[\b\t\n\v\f\r\\]/g, escaped));
  }
}

const shortMax = 64;

function holdsBackslash(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > shortMax) return bytes.subarray(start, end).indexOf(backslash) !== -1;
  for (let at = start; at < end; at++) if (bytes[at] === backslash) return true;
  return false;
}

function doubleBackslashes(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  let from = start;
  for (let at = start; at < end; at++) {
    if (bytes[at] !== backslash) continue;
    out.copy(bytes, from, at + 1);
    from = at;
  }
  out.copy(bytes, from, end);
}

/** postgresql.org/docs/current/sql-copy.html, "Text Format" */
const escapes: Readonly<Record<string, string>> = {
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\\": "\\\\",
};
const escaped = (character: string) => escapes[character]!;
