import type { Table } from "../stitchstream/tables.ts";
import type { Batch } from "./batch.ts";
import { type Contents, Standing } from "./contents.ts";

export type { Batch, Contents, Table };
export { Standing };

/** What the core needs of the world. Each port has a contract suite in test/contracts, run on every implementation. */

/** A bookmark's value as the streamer wrote it: UTF-8 text of one JSON or transit-JSON value. */
export interface Bookmark {
  readonly encoding: "json" | "transit";
  readonly value: Uint8Array;
}

declare const safe: unique symbol;
/** A bookmark whose every earlier record is accepted. Only the tracker makes one, and only one can be committed. */
export type SafeBookmark = Bookmark & { readonly [safe]: true };

export interface Archive {
  /**
   * Stores the bytes of a delivery as received, durably, and resolves to where they are (`s3://bucket/key`).
   * Never overwrites. Rejects with a PersisterError `archive-unavailable`.
   */
  put(key: string, bytes: Uint8Array): Promise<string>;
}

/** The right to write to a streamer until `until`, and the sequences it may use. */
export interface Lease {
  readonly streamer: string;
  readonly delivery: string;
  /** Rises with every lease of a streamer; a commit with an older one is refused. */
  readonly fence: number;
  /** ms since the epoch. */
  readonly until: number;
  /** The first of the delivery's reserved sequences: 19 digits. */
  readonly firstSequence: bigint;
}

export interface LeaseRequest {
  readonly streamer: string;
  readonly delivery: string;
  /** ms since the epoch. */
  readonly now: number;
  /** ms since the epoch. */
  readonly until: number;
  /** How many sequences to reserve. */
  readonly sequences: number;
}

export interface StreamerState {
  /** How many deliveries have been committed. */
  readonly revision: number;
  /** The last commit, ms since the epoch. */
  readonly committedAt: number;
  /** Absent until a delivery brought one. */
  readonly bookmark?: Bookmark;
}

/** The streamers' items: single-item conditional writes only. All reject with PersisterError `store-unavailable`. */
export interface Streamers {
  /** The last committed state; undefined before the first commit. Reads its own writes. */
  read(streamer: string): Promise<StreamerState | undefined>;
  /**
   * Takes the streamer's lease: fence + 1, and reserves `sequences` from max(now × 10^6, last + 1).
   * Rejects with PersisterError `delivery-in-flight` while another delivery's lease lives (until > now).
   */
  begin(request: LeaseRequest): Promise<Lease>;
  /**
   * The moment of truth: revision + 1, the bookmark if there is one (else the stored one stays), lease gone.
   * Resolves to the state after it. Rejects with PersisterError `lease-lost` on an older fence.
   */
  commit(lease: Lease, bookmark: SafeBookmark | undefined, now: number): Promise<StreamerState>;
  /** Gives the lease back with nothing committed; a lease already lost is left alone. */
  release(lease: Lease): Promise<void>;
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
  /** Sends a batch, with retries, until `deadline` (ms since the epoch). Never rejects for what the network or the server does. */
  send(request: ImportRequest, deadline: number): Promise<Outcome>;
}

/** Writes the requests' bodies: what a record becomes on the wire. */
export interface BatchEncoder {
  /** At most so many bytes stand around a record's own value. */
  bytesAround(table: Table): number;
  /** The finished request for records of `contents`, each stamped with `firstSequence` plus its place in the delivery. */
  encode(contents: Contents, batch: Batch, firstSequence: bigint): ImportRequest;
}

export interface Clock {
  /** ms since the epoch. */
  now(): number;
  sleep(ms: number): Promise<void>;
}
