import type { ByteWriter } from "../values/byte-writer.ts";
import { backslash } from "../values/bytes.ts";
import { copyText, type Memory, memoryOf } from "../values/memory.ts";
import { stringOf } from "../values/scanner.ts";
import { writeBigint, writeInstant, writeNumeric, writeUuid } from "./binary.ts";
import type { ColumnType } from "./types.ts";

const utf8 = new TextEncoder();
const lengthBytes = 4;
/** More than a value takes in addition to the length of its text. */
const roomAround = 32;
const letterT = 0x74;
/** `jsonb_recv` in src/backend/utils/adt/jsonb.c */
const jsonbVersion = 1;
const nullLength = -1;

const noMemory = memoryOf(new Uint8Array());

/** A value that waits for its place in the row: records have their fields in any order. */
export class Cell {
  isNull = true;
  start = 0;
  end = 0;
  readonly #type: ColumnType;
  #memory: Memory = noMemory;

  constructor(type: ColumnType) {
    this.#type = type;
  }

  get bytes(): Uint8Array {
    return this.#memory.bytes;
  }

  /** Sets the value to a text of the body, or of other memory. */
  place(memory: Memory, start: number, end: number): void {
    this.isNull = false;
    this.#memory = memory;
    this.start = start;
    this.end = end;
  }

  /** The same for the raw content of a JSON string, which may have escapes. */
  placeEscaped(memory: Memory, start: number, end: number): void {
    if (memory.bytes.subarray(start, end).indexOf(backslash) === -1) return this.place(memory, start, end);
    this.placeText(stringOf(memory.bytes, start, end));
  }

  placeText(text: string): void {
    const memory = memoryOf(utf8.encode(text));
    this.place(memory, 0, memory.bytes.length);
  }

  /** Appends the value to `out`, after its length. */
  write(out: ByteWriter): void {
    const target = out.reserve(this.end - this.start + roomAround);
    const at = out.length;
    out.length += lengthBytes;
    if (this.isNull) return target.view.setInt32(at, nullLength);
    const start = out.length;
    out.length = this.#writeValue(target, start);
    target.view.setInt32(at, out.length - start);
  }

  /** Returns the value's end. */
  #writeValue(target: Memory, to: number): number {
    const { start, end } = this;
    switch (this.#type) {
      case "text":
        return copyText(this.#memory, start, end, target, to);
      case "bigint":
        return writeBigint(this, target.view, to);
      case "numeric":
        return writeNumeric(this, target.view, to);
      case "timestamptz":
        return writeInstant(this, target.view, to);
      case "boolean":
        target.bytes[to] = this.bytes[start] === letterT ? 1 : 0;
        return to + 1;
      case "uuid":
        return writeUuid(this, target.view, to);
      case "jsonb":
        target.bytes[to] = jsonbVersion;
        return copyText(this.#memory, start, end, target, to + 1);
    }
  }
}
