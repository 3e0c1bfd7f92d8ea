import { ByteWriter } from "../stitchstream/byte-writer.ts";
import { readerOf } from "../stitchstream/decode.ts";
import { JsonWriter } from "../stitchstream/json-writer.ts";
import type { ValueReader } from "../stitchstream/reader.ts";
import type { StreamSchema } from "../stitchstream/stream-schema.ts";
import type { Table } from "../stitchstream/tables.ts";
import type { Contents } from "./contents.ts";
import type { Faults } from "./faults.ts";
import * as limits from "./limits.ts";
import { checkOf, NotASchema, type SchemaCheck } from "./schema-check.ts";

const utf8 = new TextDecoder();

/** Holds a body's records against their streams' schemas. */
export class SchemaChecks {
  readonly #contents: Contents;
  readonly #faults: Faults;
  /** By the schema's id; null for one that is none, which is said once. */
  readonly #checks: (SchemaCheck | null)[] = [];
  /** Reads transit's lines once more, as JSON. */
  #reader: ValueReader | undefined;

  constructor(contents: Contents, faults: Faults) {
    this.#contents = contents;
    this.#faults = faults;
  }

  /** The check of a schema, which `line` brings; null, and said, if it is none. */
  of(schema: StreamSchema, line: number, stream: string): SchemaCheck | null {
    const known = this.#checks[schema.id];
    if (known !== undefined) return known;
    let check: SchemaCheck | null = null;
    try {
      check = checkOf(schema);
    } catch (error) {
      if (!(error instanceof NotASchema)) throw error;
      this.#faults.add("malformed", { line, stream, message: `no JSON Schema: ${error.message}` });
    }
    this.#checks[schema.id] = check;
    return check;
  }

  /** Checks the record that `reader` has just read. */
  checkRecord(line: number, { stream }: Table, schema: StreamSchema, reader: ValueReader): void {
    const check = this.of(schema, line, stream);
    if (check === null) return;
    for (const fault of check.faults(this.#textOf(reader)))
      this.#faults.add("unfit-records", { line, stream, ...fault });
  }

  #textOf({ isJson, bytes, envelope: { record }, lineStart }: ValueReader): string {
    if (isJson) return utf8.decode(bytes.subarray(record.textStart, record.textEnd));
    const out = new ByteWriter(2 * (record.textEnd - record.textStart));
    this.#reader ??= readerOf({ encoding: "transit" }, this.#contents.bytes, limits);
    this.#reader.readField(lineStart, "record", new JsonWriter(out));
    return utf8.decode(out.view());
  }
}
