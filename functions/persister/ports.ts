import type { LastFailure } from "./entries.ts";
import type { ErrorCode } from "./errors.ts";

/**
 * The ports of the core, together with chains.ts, destination.ts, entries.ts and store.ts. A contract suite
 * in test/contracts runs on each implementation of the archive and the store. `deadline`, in ms since the
 * epoch, is when a call gives up. Times are by the caller's clock.
 */

export interface Archive {
  /**
   * Stores the bytes of a delivery durably, as received, and resolves to their location (`s3://bucket/key`).
   * Never overwrites. Rejects with a PersisterError `archive-unavailable`.
   */
  put(key: string, bytes: Uint8Array, deadline: number): Promise<string>;
}

/** A right that a token grants, for one streamer or for all (`*`). */
export interface Permission {
  readonly scope: Scope;
  readonly streamer: string;
}

/** `write` delivers, `read` queries, `admin` sets bookmarks manually. */
export type Scope = "write" | "read" | "admin";

export interface Tokens {
  /**
   * Resolves to the grant of the token with this SHA-256 (hexadecimal); undefined unless it exists and is
   * valid. Rejects with PersisterError `tokens-unavailable`.
   */
  grantOf(digest: string, deadline: number): Promise<Grant | undefined>;
}

export interface Grant {
  /** The name by which the token is listed and revoked. */
  readonly id: string;
  readonly permissions: readonly Permission[];
  /** Saves the day of the token's last use; undefined if it is saved already. No request depends on it. */
  readonly noteUse?: (signal: AbortSignal) => Promise<void>;
}

/** An entry in the list of tokens: facts that never change. */
export interface TokenEntry {
  /** The SHA-256 of the token, hexadecimal. */
  readonly digest: string;
  /** The name by which it is listed and revoked. */
  readonly id: string;
  /** `*` means all streamers. */
  readonly streamer: string;
  /** ms since the epoch. */
  readonly createdAt: number;
}

/** A token without its value. */
export interface StoredToken extends TokenEntry {
  readonly scopes: readonly Scope[];
  /** ms since the epoch; undefined if it does not expire. */
  readonly validUntil: number | undefined;
  /** The UTC day of its last use, yyyy-mm-dd. */
  readonly usedOn: string | undefined;
}

/** A token that expires soon. */
export interface ExpiringToken extends Omit<StoredToken, "createdAt" | "usedOn"> {
  readonly validUntil: number;
}

/** The tokens, to list, create and revoke them. All reject with PersisterError `tokens-unavailable`. */
export interface TokenStore {
  /**
   * Iterates over the entries of all tokens, in no particular order. An entry has no token while that one is
   * being created or revoked.
   */
  entries(deadline: number): AsyncIterable<TokenEntry>;
  /** Reads every write before it. */
  read(digest: string, deadline: number): Promise<StoredToken | undefined>;
  /** Resolves to false if the token was revoked meanwhile: then it stays revoked. */
  create(token: StoredToken, deadline: number): Promise<boolean>;
  /** Revokes a token immediately and permanently. Repeating it changes nothing. */
  revoke(digest: string, deadline: number): Promise<void>;
}

/** A change of the tokens, for the log. It holds neither a value nor a digest. */
export interface TokenChange {
  readonly action: "create" | "revoke";
  /** `unknown` if the table did not answer in time: the change may have happened. */
  readonly outcome: "done" | "unknown";
  /** The token's id. */
  readonly token: string;
  readonly streamer: string;
  readonly scopes: readonly Scope[];
  readonly validUntil: number | undefined;
  /** The id of the token that the request was made with. */
  readonly by: string;
  readonly requestId: string;
}

/** Reports changes of the tokens. */
export interface TokenObserver {
  onTokenChange(change: TokenChange): void;
}

/** The list of tokens. Both reject with PersisterError `tokens-unavailable`. */
export interface TokenList {
  /**
   * Iterates over the live tokens that expire by `until`, ms since the epoch, and of which nobody was
   * notified.
   */
  expiring(until: number, deadline: number): AsyncIterable<ExpiringToken>;
  /** Notes that people were notified of a token. One that was revoked meanwhile stays revoked. */
  noteNotified(digest: string, deadline: number): Promise<void>;
}

/** The timed steps of a delivery. */
export type Step = "archive" | "validate" | "begin" | "forward" | "commit";

/** The outcome of a delivery, for the operator. It holds none of the contents. */
export interface Report {
  readonly streamer: string;
  readonly delivery: string;
  readonly outcome: "committed" | "replayed" | "internal" | ErrorCode;
  /** The caller's trace, if it named one. */
  readonly traceparent: string | undefined;
  /** Size of the body, unzipped if it could be unzipped. */
  readonly bytes: number;
  readonly records: number;
  /** Batches that the destination accepted, and attempts beyond each one's first. */
  readonly batches: number;
  readonly retries: number;
  readonly milliseconds: Milliseconds;
  /** Time since the streamer's bookmark was sent, ms; undefined without a bookmark, and if it is unknown. */
  readonly bookmarkAge: number | undefined;
  /** Why the counts of its day lack the delivery, which is committed. */
  readonly uncounted?: string;
}

export type Milliseconds = Readonly<Partial<Record<Step, number>>>;

/** Reports to the operator. */
export interface Observer {
  /** Called with the outcome of each archived delivery. */
  onDelivery(report: Report): void;
}

/** Reports what happens to requests that become no delivery. */
export interface RequestObserver {
  /** Called for each 401, 403, 412 and 413. `isKnown`: the streamer in the URL has delivered before. */
  onRefused(refusal: {
    readonly requestId: string;
    readonly route: string;
    readonly code: string;
    readonly streamer: string | undefined;
    readonly isKnown: boolean;
  }): void;
}

/** Reports what `watch` found. */
export interface WatchObserver {
  /** Called with the age of each streamer's bookmark, ms. */
  onBookmarkAge(streamer: string, age: number): void;
  /** Called once all streamers were inspected; `oldest` is the age of the oldest bookmark, ms. */
  onWatched(totals: { readonly streamers: number; readonly stale: number; readonly oldest: number }): void;
}

/** A streamer whose bookmark became stale, still is, or has moved again. */
export interface WatchEvent {
  readonly streamer: string;
  /** When the last bookmark was committed, or the first delivery began, ms since the epoch. */
  readonly from: number;
  /** From when on that is stale. */
  readonly staleAt: number;
  readonly hasBookmark: boolean;
  readonly lastFailure: LastFailure | undefined;
}

export type WatchKind = "stale" | "still-stale" | "recovered";

/** Notifies people. */
export interface Notifier {
  /** Publishes one message about at most twenty streamers. Rejects if it was not accepted. */
  notify(kind: WatchKind, events: readonly WatchEvent[]): Promise<void>;
  /** Publishes one message about at most twenty tokens that expire soon. Rejects likewise. */
  notifyExpiring(tokens: readonly ExpiringToken[]): Promise<void>;
}

export interface Clock {
  /** Returns the time, ms since the epoch. */
  now(): number;
  sleep(ms: number): Promise<void>;
}
