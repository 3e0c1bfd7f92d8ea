import type { Dialect } from "../json-schema/dialect.ts";
import type { Table } from "../stitchstream/tables.ts";
import type { ByteWriter } from "../values/byte-writer.ts";
import type { Activation, Contents } from "./body/contents.ts";
import type { ErrorCode } from "./errors.ts";
import type { DestinationIdentity } from "./store.ts";

/**
 * What the core needs of the world. Where there are several implementations, of the archive and the store, a contract suite
 * in test/contracts is run on each.
 * `deadline`, in ms since the epoch, is when a call gives up; times are by the caller's clock.
 */

export interface Archive {
  /**
   * Stores the bytes of a delivery as received, durably, and resolves to where they are (`s3://bucket/key`).
   * Never overwrites. Rejects with a PersisterError `archive-unavailable`.
   */
  put(key: string, bytes: Uint8Array, deadline: number): Promise<string>;
}

/** One request to the Import API: the finished bytes. */
export interface ImportRequest {
  readonly endpoint: "push" | "batch";
  readonly contentType: "application/json" | "application/transit+json";
  readonly body: Uint8Array;
}

/** What became of a batch, and no more than these three. */
export type Outcome =
  | { readonly kind: "accepted"; readonly attempts: number }
  /** Permanent: the same bytes will never be taken. `message` is the Import API's own words, cut to 1,000 characters. */
  | {
      readonly kind: "rejected";
      readonly status: number;
      readonly message: string;
      readonly attempts: number;
    }
  /** Transient, and out of retries or time. */
  | {
      readonly kind: "failed";
      readonly reason: "unavailable" | "out-of-time";
      readonly message: string;
      readonly attempts: number;
    };

declare const accepted: unique symbol;
/** Proof that the Import API took every record of a batch. Only `forward` makes one. */
export interface Accepted {
  readonly [accepted]: true;
}

export interface ImportApi {
  /** Sends a batch, with retries, until `deadline`. Never rejects for what the network or the server does. */
  send(request: ImportRequest, deadline: number): Promise<Outcome>;
}

/** What makes one request. */
export interface Batch {
  /**
   * `upsert`: records of tables with keys and no schema. `append`: one table with neither. `typed`: one table with a schema.
   * `activate`: a table's version takes the place of earlier ones; it holds no records, and is sent alone.
   */
  readonly kind: "upsert" | "append" | "typed" | "activate";
  /** Their places in the delivery, rising. */
  readonly records: readonly number[];
  readonly activation?: Activation;
}

/** Writes the requests' bodies: what a record becomes on the wire. */
export interface BatchEncoder {
  /** At most so many bytes stand around a record's own value. */
  bytesAround(table: Table): number;
  /** So many bytes are the schema of the table's records and the names beside it, as sent with each batch; 0 without one. */
  schemaBytes(table: Table): number;
  /**
   * The finished request for records of `contents`, each stamped with `firstSequence` plus its place in the delivery: its
   * body is `out`'s, from the beginning.
   */
  encode(contents: Contents, batch: Batch, firstSequence: bigint, out: ByteWriter): ImportRequest;
}

/**
 * What a destination is known to refuse. The core refuses it before anything is forwarded; it sends what is not known, and
 * reports the answer. Core and stitchstream/ know no rule of a destination but through this.
 */
export interface Rules {
  /**
   * Whether the destination makes a column or table of this name itself. Asked of streams, of keys and of a record's own
   * fields, if they begin with `_`: stitchstream/decode.ts and table-names.ts get it as `NameLimits.isReserved`.
   */
  readonly isReserved: (name: string) => boolean;
  /** A key's text, in UTF-16 units; a number's digits are not limited: keys.ts. */
  readonly keyCharsMax: number;
  /** How a stream's schema is read: json-schema/. */
  readonly dialect: Dialect;
}

/** Where a streamer's records go: the Import API in the name of its account. */
export interface Destination {
  readonly identity: DestinationIdentity;
  readonly rules: Rules;
  readonly importApi: ImportApi;
  readonly encoder: BatchEncoder;
}

export interface Destinations {
  /** The streamer's own, or that of all, for one delivery. Rejects with PersisterError `account-unavailable`. */
  of(streamer: string, traceparent: string | undefined): Promise<Destination>;
}

/** What a token may do, with one streamer or with all: `*`. */
export interface Permission {
  readonly scope: Scope;
  readonly streamer: string;
}

/** `write` delivers, `read` looks, `admin` moves bookmarks by hand. */
export type Scope = "write" | "read" | "admin";

export interface Tokens {
  /**
   * What the token of this SHA-256 (hexadecimal) grants; undefined unless there is one that lives. Rejects with
   * PersisterError `tokens-unavailable`.
   */
  grantOf(digest: string, deadline: number): Promise<Grant | undefined>;
}

interface Grant {
  readonly permissions: readonly Permission[];
  /** Notes the day of the token's last use, until `signal` is aborted; undefined where it is noted. No request depends on it. */
  readonly noteUse?: (signal: AbortSignal) => Promise<void>;
}

/** What takes time on a delivery's way. */
export type Step = "archive" | "validate" | "begin" | "forward" | "commit";

/** What became of a delivery, for those who run the endpoint. It holds nothing of what was sent. */
export interface Report {
  readonly streamer: string;
  readonly delivery: string;
  readonly outcome: "committed" | "replayed" | "internal" | ErrorCode;
  /** The caller's trace, if it named one. */
  readonly traceparent: string | undefined;
  /** As received, where it could not be unzipped; else unzipped. */
  readonly bytes: number;
  readonly records: number;
  /** Requests that the Import API accepted, and attempts beyond each one's first. */
  readonly batches: number;
  readonly retries: number;
  readonly milliseconds: Milliseconds;
  /** Since the streamer's bookmark was brought, ms; undefined where none stands, and where it is not known. */
  readonly bookmarkAge: number | undefined;
}

export type Milliseconds = Readonly<Partial<Record<Step, number>>>;

/** Tells those who run the endpoint. */
export interface Observer {
  /** Of a delivery that was archived, once what became of it is known. */
  onDelivery(report: Report): void;
  /** How old bookmarks are, ms: of all streamers that have one. */
  onBookmarkAges(ages: ReadonlyMap<string, number>): void;
}

export interface Clock {
  /** ms since the epoch. */
  now(): number;
  sleep(ms: number): Promise<void>;
}
