import type { ByteWriter } from "../stitchstream/byte-writer.ts";
import type { Table } from "../stitchstream/tables.ts";
import type { Batch } from "./batch.ts";
import { type Contents, Standing } from "./contents.ts";
import type { Report } from "./journey.ts";

export type { Batch, Contents, Report, Table };
export { Standing };

/**
 * What the core needs of the world. Where there are several implementations, of the archive and the store, a contract suite
 * in test/contracts is run on each.
 * `deadline`, in ms since the epoch, is when a call gives up; times are by the caller's clock.
 */

/** A bookmark's value as the streamer wrote it: UTF-8 text of one JSON or transit-JSON value. */
export interface Bookmark {
  readonly encoding: "json" | "transit";
  readonly value: Uint8Array;
}

/** A bookmark of a delivery, and how many of its records and activations stand before it. */
export interface PlacedBookmark extends Bookmark {
  readonly settled: number;
}

declare const safe: unique symbol;
/** A bookmark whose every earlier record is accepted. Only the tracker makes one. */
export type SafeBookmark = PlacedBookmark & { readonly [safe]: true };

declare const chosen: unique symbol;
/** A bookmark that somebody with the right set by hand. Only `change` makes one. */
export type ChosenBookmark = Bookmark & { readonly [chosen]: true };

declare const stored: unique symbol;
/** Where a bookmark's value is: only `Bookmarks.store` makes one, and only one can be committed. */
export type StoredBookmark = Pick<Bookmark, "encoding"> & {
  readonly [stored]: true;
} & ({ readonly value: Uint8Array } | { readonly key: string; readonly sha256: string });

export interface Archive {
  /**
   * Stores the bytes of a delivery as received, durably, and resolves to where they are (`s3://bucket/key`).
   * Never overwrites. Rejects with a PersisterError `archive-unavailable`.
   */
  put(key: string, bytes: Uint8Array, deadline: number): Promise<string>;
}

/** An item that is only written upon the one that was read. */
export interface Fenced {
  /** Rises by one with every write, 1 with the first: a write upon an older one is refused. */
  readonly fence: number;
  /** The write's own id: it tells a write whose answer was lost from another's. */
  readonly stamp: string;
}

/** A moment at which a streamer's bookmark was settled. */
export interface Commit {
  /** How many there have been, this one included. */
  readonly revision: number;
  /** ms since the epoch. */
  readonly at: number;
  readonly by: "delivery" | "rewind" | "forget";
  /** The delivery's id, or that of the change by hand. */
  readonly delivery: string;
  /**
   * How many of the delivery's records and activations are accepted for good, all or some: another attempt goes on behind
   * them.
   */
  readonly settled?: number;
  /** All of the delivery is accepted: its receipt is good. */
  readonly whole?: boolean;
  /** Absent until a delivery brought one, and once it is forgotten. */
  readonly bookmark?: StoredBookmark;
}

/** A streamer's item. */
export interface Streamer extends Fenced {
  readonly name: string;
  /** The highest sequence that was reserved: 19 digits. */
  readonly lastSequence: bigint;
  /** Who may write until when, ms since the epoch. */
  readonly lease?: { readonly delivery: string; readonly until: number };
  /** The last; absent before the first. */
  readonly commit?: Commit;
}

/** The streamers' items: single-item conditional writes only. All reject with PersisterError `store-unavailable`. */
export interface Streamers {
  /** Reads every write before it. */
  read(name: string, deadline: number): Promise<Streamer | undefined>;
  /** Stores the item if the stored one's fence is one less (none: 0). Resolves to false, nothing written, if it is not. */
  write(next: Streamer, deadline: number): Promise<boolean>;
}

/** Bookmarks' values, of up to 1 MiB. Reject with PersisterError `store-unavailable`. */
export interface Bookmarks {
  store(streamer: string, bookmark: SafeBookmark | ChosenBookmark, deadline: number): Promise<StoredBookmark>;
  load(stored: StoredBookmark, deadline: number): Promise<Bookmark>;
}

/** What a streamer's commits were, but for the last, which is in its item. Rejects with PersisterError `store-unavailable`. */
export interface History {
  /** Keeps a commit; once it is kept, doing so again changes nothing. */
  file(streamer: string, commit: Commit, deadline: number): Promise<void>;
  read(streamer: string, revision: number, deadline: number): Promise<Commit | undefined>;
  /** At most `limit` of the commits below revision `before`, newest first. */
  list(streamer: string, before: number, limit: number, deadline: number): Promise<readonly Commit[]>;
}

/** What is remembered of a delivery that came with an Idempotency-Key. */
export interface KeptDelivery extends Fenced {
  readonly streamer: string;
  /** SHA-256 of the key, hexadecimal. */
  readonly key: string;
  /** SHA-256 of the body, unzipped, hexadecimal. */
  readonly digest: string;
  readonly delivery: string;
  readonly archive: string;
  /** ms since the epoch. */
  readonly createdAt: number;
  /** The streamer's revision when the delivery first began. */
  readonly base: number;
  /** Of the range that every attempt uses. */
  readonly firstSequence: bigint;
  /** Good once the revision it names was committed by this delivery. */
  readonly receipt?: KeptReceipt;
}

interface KeptReceipt {
  readonly revision: number;
  /** JSON. */
  readonly text: string;
}

/** Deliveries by their keys. Reject with PersisterError `store-unavailable`. */
export interface Deliveries {
  /** Reads every write before it. */
  read(streamer: string, key: string, deadline: number): Promise<KeptDelivery | undefined>;
  /** Stores the item if the stored one's fence is one less (none: 0). Resolves to false, nothing written, if it is not. */
  write(next: KeptDelivery, deadline: number): Promise<boolean>;
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

/** Writes the requests' bodies: what a record becomes on the wire. */
export interface BatchEncoder {
  /** At most so many bytes stand around a record's own value. */
  bytesAround(table: Table): number;
  /**
   * The finished request for records of `contents`, each stamped with `firstSequence` plus its place in the delivery: its
   * body is `out`'s, from the beginning.
   */
  encode(contents: Contents, batch: Batch, firstSequence: bigint, out: ByteWriter): ImportRequest;
}

/** Hears of every delivery that was archived, once it is answered. */
export interface Observer {
  delivered(report: Report): void;
}

export interface Clock {
  /** ms since the epoch. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** Where streamers' positions are kept. */
export interface Store {
  readonly streamers: Streamers;
  readonly bookmarks: Bookmarks;
  readonly history: History;
  readonly deliveries: Deliveries;
}
