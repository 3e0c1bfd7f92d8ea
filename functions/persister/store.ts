/** Where streamers' positions are kept: a part of ports.ts, which says what deadlines and times are. */

/** A bookmark's value as the streamer wrote it: UTF-8 text of one JSON or transit-JSON value. */
export interface Bookmark {
  readonly encoding: "json" | "transit";
  readonly value: Uint8Array;
}

/** A bookmark of a delivery, and how many of its records and activations stand before it. */
export interface PlacedBookmark extends Bookmark {
  readonly acceptedCount: number;
  /** A Singer tap's STATE of null or `{}`, which does not replace a bookmark that holds something. */
  readonly isEmptyState: boolean;
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
  readonly acceptedCount?: number;
  /** All of the delivery is accepted: its receipt is good. */
  readonly whole?: boolean;
  /** Absent until a delivery brought one, and once it is forgotten. */
  readonly bookmark?: StoredBookmark;
  /** When the bookmark was brought, by this commit or an earlier one, ms since the epoch. */
  readonly bookmarkAt?: number;
}

/** What a streamer's deliveries brought, of those that were committed whole. */
export interface Totals {
  readonly deliveries: number;
  readonly records: number;
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
  readonly totals?: Totals;
}

/** The streamers' items: single-item conditional writes only. All reject with PersisterError `store-unavailable`. */
export interface Streamers {
  /** Reads every write before it. */
  read(name: string, deadline: number): Promise<Streamer | undefined>;
  /** Stores the item if the stored one's fence is one less (none: 0). Resolves to false, nothing written, if it is not. */
  write(next: Streamer, deadline: number): Promise<boolean>;
  /** At most `limit` of the names that come after `nextFence`, in their order: every streamer that was written, and such as nearly were. */
  list(nextFence: string, limit: number, deadline: number): Promise<readonly string[]>;
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

/** What sending an archived body again will need: to the same place, under the same sequences. */
export interface ReplayFacts {
  /** Of its range: 19 digits. */
  readonly firstSequence: bigint;
  readonly records: number;
  /** SHA-256 of the body, unzipped, hexadecimal. */
  readonly digest: string;
  /** Of its messages; whether the archived bytes are a gzip, their name says. */
  readonly encoding: "json" | "transit";
  /** Of the body, unzipped, bytes. */
  readonly size: number;
  readonly destination: DestinationIdentity;
}

/** Where records went, without a secret. */
export interface DestinationIdentity {
  /** `import-api` */
  readonly name: string;
  /** Of its account there. */
  readonly clientId?: number;
}

/** What is remembered of a delivery that came with an Idempotency-Key; the first version of it lacked some facts. */
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
  /** Of the range that every attempt uses. */
  readonly firstSequence: bigint;
  /** Good once the revision it names was committed by this delivery. */
  readonly receipt?: FiledReceipt;
}

export interface FiledReceipt {
  readonly revision: number;
  /** JSON. */
  readonly text: string;
}

/** Deliveries by their keys. Reject with PersisterError `store-unavailable`. */
export interface Deliveries {
  /** Reads every write before it. */
  read(streamer: string, key: string, deadline: number): Promise<IdempotencyRecord | undefined>;
  /** Stores the item if the stored one's fence is one less (none: 0). Resolves to false, nothing written, if it is not. */
  write(next: IdempotencyRecord, deadline: number): Promise<boolean>;
}

/** What became of a delivery, for whoever asks later; its facts where something of it may have been forwarded. */
export interface FiledDelivery extends Partial<ReplayFacts> {
  readonly streamer: string;
  readonly delivery: string;
  /** When it came, ms since the epoch. */
  readonly at: number;
  readonly archive: string;
  /** Good once the revision it names was committed by this delivery. */
  readonly receipt?: FiledReceipt;
  /** Why it was not accepted, or not all of it. `passing`: another attempt may end otherwise. */
  readonly failure?: { readonly code: string; readonly detail: string; readonly passing?: boolean };
}

/** Deliveries by their ids, which stand in the order of time. Reject with PersisterError `store-unavailable`. */
export interface DeliveryLog {
  /**
   * A failure never replaces a receipt, nor a receipt one of a later revision. Of failures the first stays, but that a
   * passing one is replaced by one that is not.
   */
  file(delivery: FiledDelivery, deadline: number): Promise<void>;
  read(streamer: string, delivery: string, deadline: number): Promise<FiledDelivery | undefined>;
  /** At most `limit` of those before the delivery `before`, or of all, newest first; fewer where they are large. */
  list(
    streamer: string,
    before: string | undefined,
    limit: number,
    deadline: number,
  ): Promise<readonly FiledDelivery[]>;
}

/** All of them. */
export interface Store {
  readonly streamers: Streamers;
  readonly bookmarks: Bookmarks;
  readonly history: History;
  readonly deliveries: Deliveries;
  readonly log: DeliveryLog;
}
