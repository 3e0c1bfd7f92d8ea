/** The answers of the API that the page reads: docs/openapi.json describes them whole. */

export interface Streamers {
  readonly next?: string;
  readonly streamers: readonly Row[];
}

export type State = "stale" | "failing" | "running" | "ok";

/** A streamer in a list. Instants are ISO 8601, durations seconds. */
export interface Row {
  readonly streamer: string;
  readonly state: State;
  readonly revision: number;
  readonly committedAt?: string;
  readonly bookmarkAge?: number;
  readonly deliveries: number;
  readonly records: number;
  readonly inFlight?: {
    readonly delivery: string;
    readonly since?: string;
    readonly segment?: number;
    readonly until: string;
  };
  readonly expectedInterval?: number;
  readonly staleAt?: string;
  readonly expectedEvery?: string;
  readonly lastFailure?: Failure;
}

export interface Failure {
  readonly at: string;
  readonly delivery: string;
  readonly code: string;
  readonly hint?: string;
  readonly line?: number;
  readonly stream?: string;
  readonly field?: string;
  readonly message?: string;
}

export interface Streamer extends Row {
  readonly lastCommit?: { readonly by: string; readonly delivery: string };
}

export interface Delivery {
  readonly delivery: string;
  readonly receivedAt: string;
  readonly outcome: "committed" | "failed" | "unfinished";
  readonly archive: string;
  readonly revision?: number;
  readonly records?: number;
  readonly bytes?: number;
  readonly milliseconds?: Readonly<Record<string, number>>;
  readonly code?: string;
  readonly detail?: string;
  readonly hint?: string;
}

export interface Deliveries {
  readonly next?: string;
  readonly deliveries: readonly Delivery[];
}

/** The amounts of a streamer per UTC day, newest first. */
export interface Days {
  readonly days: readonly Day[];
}

export interface Day extends Amount {
  readonly date: string;
  readonly streams: readonly (Amount & { readonly stream: string })[];
}

export interface Amount {
  readonly records: number;
  readonly bytes: number;
}

export interface Token {
  readonly id: string;
  readonly streamer: string;
  readonly scopes: readonly string[];
  readonly createdAt: string;
  readonly expiresAt?: string;
  /** The UTC day of its last use. */
  readonly usedOn?: string;
  readonly live: boolean;
}

export interface Tokens {
  readonly next?: string;
  readonly tokens: readonly Token[];
}

/** A problem document, or the gateway's own `{"message":…}`. */
export interface Problem {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly message?: string;
  readonly hint?: string;
  readonly revision?: number;
}
