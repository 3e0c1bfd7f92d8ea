import type { ErrorCode } from "../persister/errors.ts";

export type ProblemCode = ErrorCode | "internal";

/** An error code's entry: Markdown with code spans, no other markup. */
export interface CatalogueEntry {
  readonly status: number;
  readonly title: string;
  /** When the endpoint answers with it. */
  readonly when: string;
  /** Tells the caller what to do. */
  readonly hint: string;
}
