import type { Table } from "../../stitchstream/tables.ts";
import type { ByteWriter } from "../../values/byte-writer.ts";
import type { MapCheck } from "../../values/slot-check.ts";
import type { Visitor } from "../../values/visitor.ts";

/** Follows a body's records of tables with neither keys nor a schema. */
export interface Inferences {
  of(table: Table): Inference;
}

/** Follows one table's records: the check accepts a record, which is then settled, or it is visited. */
export interface Inference extends Visitor {
  readonly check: MapCheck;
  /** Takes note of the record `[start, end)` of the body, which the check has accepted. */
  settle(start: number, end: number): void;
  /** Writes what a request says of the table. */
  write(out: ByteWriter): void;
}
