import { batchRows } from "./batch.ts";
import { pushedRows } from "./push.ts";
import type { Row } from "./rows.ts";
import { fromJson, fromTransit } from "./values.ts";

/** A request that holds records, as it came. */
export interface ImportRequest {
  readonly endpoint: "push" | "batch";
  readonly contentType: "application/json" | "application/transit+json";
  readonly clientId: number;
  readonly body: string;
}

/** The rows of a request's body. Throws a Refusal, and a SyntaxError for what is neither JSON nor transit. */
export function rowsOf({ endpoint, contentType, clientId, body }: ImportRequest): Row[] {
  const value = contentType === "application/json" ? fromJson(body) : fromTransit(body);
  return endpoint === "push" ? pushedRows(value, clientId) : batchRows(value);
}
