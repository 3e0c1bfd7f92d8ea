/** The port of a destination. ports.ts says what its deadlines and times mean. */

import type { SchemaCompiler } from "../json-schema/index.ts";
import type { Table } from "../stitchstream/tables.ts";
import type { ByteWriter } from "../values/byte-writer.ts";
import type { Activation, Contents } from "./body/contents.ts";
import type { Inferences } from "./body/inference.ts";
import type { DestinationIdentity } from "./store.ts";

/** The outcome of a batch: one of four. */
export type Outcome =
  | { readonly kind: "accepted"; readonly attempts: number }
  /** Permanent: the same records are never accepted. */
  | Rejection
  /** Transient, and out of retries or time. */
  | {
      readonly kind: "failed";
      readonly reason: "unavailable" | "out-of-time";
      readonly message: string;
      readonly attempts: number;
    }
  /** Several records that are too large for one batch. Nothing was written: its halves may be accepted. */
  | { readonly kind: "too-large"; readonly attempts: number };

interface Rejection {
  readonly kind: "rejected";
  /** The HTTP status, if the destination answers with one. */
  readonly status?: number;
  /** The destination's own words, at most 1,000 characters, without a record's contents of ours. */
  readonly message: string;
  /** The index within the batch of the record that it is about, and its field, if they are known. */
  readonly record?: number;
  readonly field?: string;
  readonly attempts: number;
}

/** Indexes of records in a delivery. A batch has them in a typed array, which takes half the memory. */
export type RecordIndexes = readonly number[] | Int32Array;

/** The records, or the activation, of one request or transaction. */
export interface Batch {
  /**
   * `upsert`: records of tables with keys and no schema. `append`: one table with neither. `typed`: one table
   * with a schema. `activate`: a table's version replaces earlier ones; it holds no records and is sent
   * alone.
   */
  readonly kind: "upsert" | "append" | "typed" | "activate";
  /** The records' indexes in the delivery, ascending. */
  readonly records: RecordIndexes;
  /** The most bytes that it takes. */
  readonly bytes: number;
  readonly activation?: Activation;
}

/** How much room records take in a batch. */
export interface BatchSizes {
  /** Returns the most bytes that surround a record's own value. */
  bytesAround(table: Table): number;
  /**
   * Returns the size of the schema and key names that each batch of the table repeats; 0 without a schema.
   */
  schemaBytes(table: Table): number;
}

/** A delivery whose records are about to be written. */
export interface Outgoing {
  readonly contents: Contents;
  readonly delivery: string;
  /** Each record's sequence is this plus its index in the delivery. */
  readonly firstSequence: bigint;
  /** When the delivery was first received, ms since the epoch. */
  readonly receivedAt: number;
  /** When the last attempt to write a batch gives up, ms since the epoch. */
  readonly deadline: number;
}

/** Writes the batches of one delivery. */
export interface BatchWriter {
  /**
   * Writes a batch, with retries, until the delivery's deadline. Never rejects because of the network or the
   * destination. `out` is memory to write to. It is free again only if the first attempt was accepted.
   */
  write(batch: Batch, out: ByteWriter): Promise<Outcome>;
  /** Returns what was written to each table so far, where the destination reports that. */
  tables?(): readonly TableResult[];
}

/** The effect of a delivery on one table. */
export interface TableResult {
  readonly stream: string;
  /** Its name in the destination. */
  readonly table: string;
  readonly inserted: number;
  readonly updated: number;
  /** Records that were not written, as the table had newer or equal ones. */
  readonly stale: number;
  /** The changes of the table itself, in sentences. */
  readonly changes: readonly string[];
}

/**
 * The known refusals of a destination: the core refuses it before anything is forwarded. Everything else is
 * sent, and the answer reported. Core and stitchstream/ learn a destination's rules only from here.
 */
export interface Rules {
  /**
   * Returns whether the destination reserves this name for a column or table of its own. Called for streams,
   * keys and a record's top-level fields that begin with `_`: stitchstream/decode.ts and table-names.ts use
   * it as `NameLimits.isReserved`.
   */
  readonly isReserved: (name: string) => boolean;
  /** The longest text of a key, in UTF-16 units; numbers are not limited: keys.ts. */
  readonly keyCharsMax: number;
  /** Compiles streams' schemas as the destination reads them, and keeps them: json-schema/. */
  readonly schemas: SchemaCompiler;
  /** Called for each body; undefined if the destination needs no schemas. */
  readonly inferences?: () => Inferences;
}

/** Where a streamer's records go: the Import API or a database, with an account. */
export interface Destination {
  /** Its name at the beginning of a sentence. */
  readonly name: string;
  readonly identity: DestinationIdentity;
  readonly rules: Rules;
  readonly sizes: BatchSizes;
  /** How many batches it accepts at once, at least 1. */
  readonly batchesInFlightMax: number;
  /**
   * Decides whether the whole delivery can be written, and makes room for it. Called before its first batch;
   * called again by another attempt of the same delivery. Rejects with a PersisterError, and nothing is
   * written then.
   */
  prepare(outgoing: Outgoing): Promise<BatchWriter>;
}

export interface Destinations {
  /**
   * Resolves to the streamer's own destination or the default. Rejects with PersisterError
   * `account-unavailable`.
   */
  of(streamer: string, traceparent: string | undefined): Promise<Destination>;
}
