/** What the model knows. Times are left out: a lease is over or not, a process late or not. */

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
  /** The last range of sequences that was reserved: each delivery reserves one. */
  readonly range: number;
  readonly lease?: { readonly delivery: string; readonly over: boolean };
  readonly commit?: Commit;
}

/** A delivery that is remembered by its key. */
export interface KeyItem {
  readonly fence: number;
  readonly stamp: number;
  readonly delivery: string;
  readonly base: number;
  readonly range: number;
  /** The revision that makes it good. */
  readonly receipt?: number;
}

/** What a client sends: two records that follow `from`, each before a bookmark, or a rewind to 0. */
export interface Body {
  readonly key: string;
  readonly from: number;
  /** What `If-Match` names; any where it is undefined. */
  readonly revision?: number;
  readonly isChange: boolean;
}

/** What a caller hears, and what is committed as far as it is named. */
export interface Answer {
  readonly code: string;
  readonly revision?: number;
  readonly position?: number;
  /** The store does not say what is committed. */
  readonly isUnknown?: boolean;
}

/** The calls into the store and to the destination, in the order of a delivery and then of a change. */
export type At =
  | "recall"
  | "read"
  | "verify receipt"
  | "begin"
  | "reread"
  | "again"
  | "remember"
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

/** A process of the endpoint: `at` is the call that it waits for. */
export interface Process {
  readonly at: At;
  readonly delivery: string;
  readonly late: boolean;
  readonly tries: number;
  /** As it was read under the key, or as this process has written it. */
  readonly keyItem?: KeyItem;
  /** As it was read, or as this process has written it. */
  readonly item?: Item;
  /** What it is about to write, or has just tried to. */
  readonly next?: Item | KeyItem;
  /** How many records were accepted in an earlier attempt. */
  readonly acceptedCount: number;
  /** To be given once the lease is given back. */
  readonly answer?: Answer;
}

export interface Client {
  /** How many deliveries are over. */
  readonly done: number;
  /** How often the delivery was tried again. */
  readonly retries: number;
  readonly body?: Body;
  readonly process?: Process;
  /** What it has heard last; no step depends on it. */
  readonly heard?: Answer;
}

export interface State {
  readonly item?: Item;
  readonly keyItems: Readonly<Record<string, KeyItem>>;
  /** By revision, from 1; the last commit of the item is not yet among them. */
  readonly history: readonly Commit[];
  readonly clients: readonly Client[];
  /** Bodies by key, where two clients send the same. */
  readonly bodies: Readonly<Record<string, Body>>;
  /** How many writes there were: it makes stamps. */
  readonly writes: number;
  /**
   * Of each key: how many of its records were accepted, the first ones, and the range that they were sent
   * with.
   */
  readonly sent: Readonly<Record<string, { readonly accepted: number; readonly range: number }>>;
  /** The highest range that records were sent with. */
  readonly sentRange: number;
}

/** Who the clients are. */
export interface Scenario {
  readonly name: string;
  /**
   * Each client's deliveries, by key; "change …" is a rewind to 0. Two clients with the same key send the
   * same body.
   */
  readonly keys: readonly (readonly string[])[];
  /** Deliveries name the revision that their client has seen. */
  readonly chained: boolean;
  /** The clients don't do the same. */
  readonly isAsymmetric?: boolean;
}
