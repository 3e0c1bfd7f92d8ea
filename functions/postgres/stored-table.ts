import type { ColumnType } from "./types.ts";

/** A column, and the field whose values it holds. */
export interface Column {
  readonly field: string;
  readonly name: string;
  readonly type: ColumnType;
  /** The type that somebody has given it, if it is another. Its values are sent as texts then. */
  readonly altered?: string;
}

/** Returns the type as which a column's values are sent. */
export const sentType = ({ type, altered }: Column): ColumnType => (altered === undefined ? type : "text");

/** A stream's table, as `_persister_tables` remembers it and as it is. */
export interface StoredTable {
  readonly stream: string;
  readonly name: string;
  /** Undefined until the first rows: an activation alone is remembered without a table. */
  readonly keyNames: readonly string[] | undefined;
  /** In the order in which they were made. */
  readonly columns: readonly Column[];
  readonly hasVersions: boolean;
  /** The table exists. */
  readonly exists: boolean;
  /** The names of all its columns, including those that others have added. */
  readonly taken: ReadonlySet<string>;
}

/** The columns that Persister adds to each table. */
export const own = {
  sequence: "_sdc_sequence",
  receivedAt: "_sdc_received_at",
  delivery: "_sdc_delivery",
  version: "_sdc_table_version",
} as const;

/** The table that remembers the others. */
export const registry = "_persister_tables";
