/** The model's state. It has no times: a lease is over or not, and a process is late or not. */

export interface Commit {
  readonly revision: number;
  /** Different for each write. */
  readonly at: number;
  readonly delivery: string;
  readonly whole: boolean;
  readonly acceptedCount: number;
  /** The bookmark; 0 without one. */
  readonly position: number;
}

export interface Item {
  readonly fence: number;
  readonly stamp: number;
  /** The last reserved range of sequences. Each delivery reserves one. */
  readonly range: number;
  readonly lease?: { readonly delivery: string; readonly over: boolean };
  readonly commit?: Commit;
}

/** A delivery recorded under its key. */
export interface KeyItem {
  readonly fence: number;
  readonly stamp: number;
  readonly delivery: string;
  readonly base: number;
  readonly range: number;
  /** The revision that makes it valid. */
  readonly receipt?: number;
}

/** A client's body: two records after `from`, each before a bookmark, or a rewind to 0. */
export interface Body {
  readonly key: string;
  readonly from: number;
  /** The revision in `If-Match`; undefined for any. */
  readonly revision?: number;
  readonly isChange: boolean;
}

/** The answer to a caller, and what it says is committed. */
export interface Answer {
  readonly code: string;
  readonly revision?: number;
  readonly position?: number;
  /** The store can't say what is committed. */
  readonly isUnknown?: boolean;
}

/** The calls to the store and to the destination, in the order of a delivery and then of a change. */
export type At =
  | "look-up"
  | "look-up after"
  | "read"
  | "verify receipt"
  | "begin"
  | "reread"
  | "again"
  | "save-record"
  | "reread key"
  | "send"
  | "receipt"
  | "reread receipt"
  | "commit"
  | "reread commit"
  | "release"
  | "twin"
  | "twin's item"
  | "twin's receipt"
  | "change"
  | "reread change"
  | "find change";

/** A process of the endpoint. `at` is the call that it waits for. */
export interface Process {
  readonly at: At;
  readonly delivery: string;
  readonly late: boolean;
  readonly tries: number;
  /** The record under the key, as read or as this process has written it. */
  readonly keyItem?: KeyItem;
  /** The item, as read or as this process has written it. */
  readonly item?: Item;
  /** The item that it is about to write, or has just tried to write. */
  readonly next?: Item | KeyItem;
  /** How many records were accepted in an earlier attempt. */
  readonly acceptedCount: number;
  /** The answer to give once the lease is released. */
  readonly answer?: Answer;
}

export interface Client {
  /** How many deliveries are finished. */
  readonly done: number;
  /** How often the delivery was retried. */
  readonly retries: number;
  readonly body?: Body;
  readonly process?: Process;
  /** The last answer; no step depends on it. */
  readonly heard?: Answer;
}

export interface State {
  readonly item?: Item;
  readonly keyItems: Readonly<Record<string, KeyItem>>;
  /** By revision, from 1, without the item's last commit. */
  readonly history: readonly Commit[];
  readonly clients: readonly Client[];
  /** Bodies by key, if two clients send the same. */
  readonly bodies: Readonly<Record<string, Body>>;
  /** The number of writes, from which stamps are made. */
  readonly writes: number;
  /** For each key, how many of its first records were accepted, and the range they were sent with. */
  readonly sent: Readonly<Record<string, { readonly accepted: number; readonly range: number }>>;
  /** The highest range with which records were sent. */
  readonly sentRange: number;
}

/** The clients. */
export interface Scenario {
  readonly name: string;
  /**
   * Each client's deliveries, by key; "change …" is a rewind to 0. Two clients with the same key send the
   * same body.
   */
  readonly keys: readonly (readonly string[])[];
  /** Whether deliveries name the revision that their client has seen. */
  readonly chained: boolean;
  /** Whether the clients differ in what they do. */
  readonly isAsymmetric?: boolean;
}
