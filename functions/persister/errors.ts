import type { Bookmark } from "./store.ts";

/** A place in a body and what is wrong there. Never holds a record's contents. */
export interface Fault {
  /** 1-based. */
  readonly line: number;
  readonly stream?: string;
  readonly field?: string;
  /** Says what is wrong and how to fix it. */
  readonly message: string;
}

/** In order of precedence. http/error-catalogue.ts has the meaning, status and hint of each. */
export type ErrorCode =
  | "tokens-disabled"
  | "tokens-unavailable"
  | "unauthorized"
  | "forbidden"
  | "bad-streamer-name"
  | "bad-query"
  | "no-error-code"
  | "precondition-required"
  | "body-too-large"
  | "archive-unavailable"
  | "bad-header"
  | "unsupported-encoding"
  | "unsupported-type"
  | "bad-settings"
  | "bad-token"
  | "too-many-tokens"
  | "broken-gzip"
  | "inflated-too-large"
  | "store-unavailable"
  | "newer-format"
  | "bookmark-lost"
  | "key-reused"
  | "account-unavailable"
  | "not-a-stitchstream"
  | "malformed"
  | "bookmark-too-large"
  | "invalid-records"
  | "delivery-in-flight"
  | "superseded"
  | "precondition-failed"
  | "table-conflict"
  | "schema-frozen"
  | "rejected"
  | "unavailable"
  | "out-of-time"
  | "no-streamer"
  | "no-delivery"
  | "no-token"
  | "no-bookmark"
  | "not-acceptable";

/** A streamer's last committed state. */
export interface Committed {
  readonly revision: number;
  /** Absent before the first bookmark and once it is forgotten. */
  readonly bookmark?: Bookmark;
}

export interface ErrorDetails {
  /** Tells what to do, in a sentence; the catalogue's hint for the code unless given. */
  readonly hint?: string;
  readonly faults?: readonly Fault[];
  readonly faultsTotal?: number;
  readonly limit?: number;
  readonly actual?: number;
  readonly retryAfterSeconds?: number;
  /** The delivery that holds the streamer. */
  readonly inFlight?: string;
  /** The delivery that was archived before it failed, and its location. */
  readonly delivery?: string;
  readonly archive?: string;
  /** The committed state, from which the next run starts; `unknown` if the store did not answer. */
  readonly committed?: Committed | "unknown";
  /** The version of the settings that a precondition is about. */
  readonly version?: number;
  /** Where the archive should hold what is missing from it. For the log, and not for callers. */
  readonly object?: string;
  readonly cause?: unknown;
}

/**
 * The only error shown to users: a code, a sentence, a hint and places in the body. Any other
 * error is internal.
 */
export class PersisterError extends Error {
  override readonly name = "PersisterError";
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.details = details;
  }

  /** Returns a copy with more details. */
  with(details: ErrorDetails): PersisterError {
    return new PersisterError(this.code, this.message, { ...this.details, ...details });
  }
}
