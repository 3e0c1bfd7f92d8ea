/** The ports that store streamers' positions. ports.ts says what their deadlines and times mean. */

import type { Chains } from "./chains.ts";
import type { Days, Entries, Settings } from "./entries.ts";

/** A bookmark's value as the streamer wrote it: UTF-8 text of one JSON or transit-JSON value. */
export interface Bookmark {
  readonly encoding: "json" | "transit";
  readonly value: Uint8Array;
}

/** A bookmark of a delivery, and how many of the delivery's records and activations precede it. */
export interface PlacedBookmark extends Bookmark {
  readonly acceptedCount: number;
  /** A Singer tap's STATE of null or `{}`, which never replaces a bookmark that holds something. */
  readonly isEmptyState: boolean;
}

declare const safe: unique symbol;
/** A bookmark that is safe to commit: every record before it is accepted. Only the tracker makes one. */
export type SafeBookmark = PlacedBookmark & { readonly [safe]: true };

declare const chosen: unique symbol;
/** A bookmark that an authorized caller set manually. Only `change` makes one. */
export type ChosenBookmark = Bookmark & { readonly [chosen]: true };

declare const stored: unique symbol;
/** A reference to a stored bookmark. Only `Bookmarks.store` makes one, and nothing else can be committed. */
export type StoredBookmark = Pick<Bookmark, "encoding"> & {
  readonly [stored]: true;
} & ({ readonly value: Uint8Array } | { readonly key: string; readonly sha256: string });

/** An item that is only written against the state that was read. */
export interface Fenced {
  /** The fencing token: 1 in the first write, one more in each; a write against an older one is refused. */
  readonly fence: number;
  /** The write's own id: it tells a write whose answer was lost from one by another writer. */
  readonly stamp: string;
}

/** A commit of a streamer's bookmark. */
export interface Commit {
  /** The number of commits so far, this one included. */
  readonly revision: number;
  /** ms since the epoch. */
  readonly at: number;
  readonly by: "delivery" | "rewind" | "forget";
  /** The id of the delivery or of the manual change. */
  readonly delivery: string;
  /**
   * How many of the delivery's records and activations are accepted: another attempt resumes after them.
   */
  readonly acceptedCount?: number;
  /** The whole delivery is accepted: its receipt is valid. */
  readonly whole?: boolean;
  /** Absent before the first bookmark and once it is forgotten. */
  readonly bookmark?: StoredBookmark;
  /** When the bookmark was committed, by this commit or an earlier one, ms since the epoch. */
  readonly bookmarkAt?: number;
}

/** The totals of a streamer's deliveries that were committed whole. */
export interface Totals {
  readonly deliveries: number;
  readonly records: number;
}

/** The right to write, as a streamer's item has it. Times are ms since the epoch. */
export interface StoredLease {
  readonly delivery: string;
  readonly until: number;
  /** When the lease began; leases of earlier versions lack it. */
  readonly since?: number;
  /** Which segment of its run the delivery is, from 1, if its sender says so. */
  readonly segment?: number;
}

/** A streamer's item. */
export interface Streamer extends Fenced {
  readonly name: string;
  /** The highest reserved sequence: 19 digits. */
  readonly lastSequence: bigint;
  /** Which delivery may write. */
  readonly lease?: StoredLease;
  /** The last commit; absent before the first. */
  readonly commit?: Commit;
  readonly totals?: Totals;
  /** When its first delivery began, ms since the epoch; items of earlier versions lack it. */
  readonly since?: number;
  /** The last gaps between bookmarks, oldest first, in seconds: commit/gaps.ts. */
  readonly gaps?: readonly number[];
}

/** The item of a streamer's settings. Its fence is their version. */
export interface StreamerSettings extends Fenced {
  readonly streamer: string;
  readonly settings: Settings;
}

/** A streamer's two items; each may be missing. */
interface StreamerItems {
  readonly streamer: Streamer | undefined;
  readonly settings: StreamerSettings | undefined;
}

/**
 * The streamers' items: single-item conditional writes only. All reject with PersisterError
 * `store-unavailable`.
 */
export interface Streamers {
  /** Reads every write before it. */
  read(name: string, deadline: number): Promise<Streamer | undefined>;
  /** Reads the streamer and its settings in one call; reads every write before it. */
  readWithSettings(name: string, deadline: number): Promise<StreamerItems>;
  /**
   * Stores the item if the stored one's fence is one less (none: 0). Resolves to false, nothing written, if
   * it is not.
   */
  write(next: Streamer, deadline: number): Promise<boolean>;
  /** Stores settings under the same condition. */
  writeSettings(next: StreamerSettings, deadline: number): Promise<boolean>;
}

/** Bookmarks' values, of up to 1 MiB. Reject with PersisterError `store-unavailable`. */
export interface Bookmarks {
  store(streamer: string, bookmark: SafeBookmark | ChosenBookmark, deadline: number): Promise<StoredBookmark>;
  load(stored: StoredBookmark, deadline: number): Promise<Bookmark>;
}

/**
 * A streamer's commits before the last, which is in its item. Rejects with PersisterError
 * `store-unavailable`.
 */
export interface History {
  /** Files a commit. Filing it again changes nothing. */
  file(streamer: string, commit: Commit, deadline: number): Promise<void>;
  read(streamer: string, revision: number, deadline: number): Promise<Commit | undefined>;
  /** Lists at most `limit` of the commits below revision `before`, newest first. */
  list(streamer: string, before: number, limit: number, deadline: number): Promise<readonly Commit[]>;
}

/** Everything needed to send an archived body again, to the same destination with the same sequences. */
export interface ReplayFacts {
  /** The first of the reserved range: 19 digits. */
  readonly firstSequence: bigint;
  readonly records: number;
  /** SHA-256 of the body, unzipped, hexadecimal. */
  readonly digest: string;
  /** The encoding of the messages. The archive's name says whether the bytes are gzipped. */
  readonly encoding: "json" | "transit";
  /** Size of the body, unzipped, in bytes. */
  readonly size: number;
  readonly destination: DestinationIdentity;
}

/** Identifies where records went, without a secret. */
export interface DestinationIdentity {
  /** `import-api` or `postgres` */
  readonly name: string;
  /** The client id of the Import API's account. */
  readonly clientId?: number;
  /** Where the database is, `host:port/name`, and the schema of the account's tables. */
  readonly database?: string;
  readonly schema?: string;
}

/** The idempotency record of a delivery that had an Idempotency-Key; the first version lacked some facts. */
export interface IdempotencyRecord extends Fenced, Partial<ReplayFacts> {
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
  /** The first of the range that every attempt uses. */
  readonly firstSequence: bigint;
  /** Valid once this delivery has committed the revision that it names. */
  readonly receipt?: FiledReceipt;
}

export interface FiledReceipt {
  readonly revision: number;
  /** JSON. */
  readonly text: string;
}

/** Deliveries by their keys. All reject with PersisterError `store-unavailable`. */
export interface Deliveries {
  /** Reads every write before it. */
  read(streamer: string, key: string, deadline: number): Promise<IdempotencyRecord | undefined>;
  /**
   * Stores the item if the stored one's fence is one less (none: 0). Resolves to false, nothing written, if
   * it is not.
   */
  write(next: IdempotencyRecord, deadline: number): Promise<boolean>;
}

/** The filed result of a delivery. It has the replay facts if records may have been forwarded. */
export interface FiledDelivery extends Partial<ReplayFacts> {
  readonly streamer: string;
  readonly delivery: string;
  /** When it arrived, ms since the epoch. */
  readonly at: number;
  readonly archive: string;
  /** Valid once this delivery has committed the revision that it names. */
  readonly receipt?: FiledReceipt;
  /** Why the delivery, or a part of it, was not accepted. `passing`: another attempt may succeed. */
  readonly failure?: { readonly code: string; readonly detail: string; readonly passing?: boolean };
}

/** Deliveries by their ids, which sort by time. All reject with PersisterError `store-unavailable`. */
export interface DeliveryLog {
  /**
   * Files a delivery. A failure never replaces a receipt, and a receipt never replaces one of a later
   * revision. The first failure stays, unless it is a passing one: a permanent one replaces it.
   */
  file(delivery: FiledDelivery, deadline: number): Promise<void>;
  read(streamer: string, delivery: string, deadline: number): Promise<FiledDelivery | undefined>;
  /** Lists at most `limit` of those before `before`, or of all, newest first; fewer if they are large. */
  list(
    streamer: string,
    before: string | undefined,
    limit: number,
    deadline: number,
  ): Promise<readonly FiledDelivery[]>;
}

export interface Store {
  readonly chains: Chains;
  readonly streamers: Streamers;
  readonly entries: Entries;
  readonly days: Days;
  readonly bookmarks: Bookmarks;
  readonly history: History;
  readonly deliveries: Deliveries;
  readonly log: DeliveryLog;
}
