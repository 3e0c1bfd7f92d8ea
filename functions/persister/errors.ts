import type { Bookmark } from "./store.ts";

/** A place in a body and what is wrong there. Never holds a record's contents. */
export interface Fault {
  /** 1-based. */
  readonly line: number;
  readonly stream?: string;
  readonly field?: string;
  /** What is wrong and its mend. */
  readonly message: string;
}

/** In order of precedence; docs/errors.md says what each means, http/problem.ts which status it has. */
export type ErrorCode =
  | "tokens-unavailable"
  | "unauthorized"
  | "forbidden"
  | "bad-streamer-name"
  | "bad-query"
  | "precondition-required"
  | "body-too-large"
  | "archive-unavailable"
  | "bad-header"
  | "unsupported-encoding"
  | "unsupported-type"
  | "broken-gzip"
  | "inflated-too-large"
  | "store-unavailable"
  | "key-reused"
  | "account-unavailable"
  | "not-a-stitchstream"
  | "malformed"
  | "bookmark-too-large"
  | "invalid-records"
  | "delivery-in-flight"
  | "superseded"
  | "precondition-failed"
  | "rejected"
  | "unavailable"
  | "out-of-time"
  | "no-streamer"
  | "no-delivery"
  | "no-bookmark"
  | "not-acceptable";

/** A streamer's last committed state. */
export interface Committed {
  readonly revision: number;
  /** Absent until a delivery brought one, and once it is forgotten. */
  readonly bookmark?: Bookmark;
}

export interface ErrorDetails {
  readonly faults?: readonly Fault[];
  readonly faultsTotal?: number;
  readonly limit?: number;
  readonly actual?: number;
  readonly retryAfterSeconds?: number;
  /** The delivery that holds the streamer. */
  readonly inFlight?: string;
  /** The delivery that was archived before it failed, and where. */
  readonly delivery?: string;
  readonly archive?: string;
  /** What is committed, so that the next run starts there; `unknown` where the store does not say. */
  readonly committed?: Committed | "unknown";
  readonly cause?: unknown;
}

/** The one error that speaks to users: a code, a sentence with its mend, and places. Anything else is an internal error. */
export class PersisterError extends Error {
  override readonly name = "PersisterError";
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.details = details;
  }

  /** The same error, and what is known of it further up. */
  with(details: ErrorDetails): PersisterError {
    return new PersisterError(this.code, this.message, { ...this.details, ...details });
  }
}
