import { batchRows } from "./batch.ts";
import { fromJson } from "./json.ts";
import { pushedRows } from "./push.ts";
import { Refusal } from "./refusal.ts";
import type { Row } from "./rows.ts";
import { fromTransit } from "./transit.ts";
import type { Value } from "./values.ts";

/** A request with records, as it was received. */
export interface ImportRequest {
  readonly endpoint: "push" | "batch";
  readonly contentType: "application/json" | "application/transit+json";
  readonly clientId: number;
  readonly body: string;
}

/** Returns the rows of a request's body. Throws a Refusal; any other error is a bug of the sandbox. */
export function rowsOf({ endpoint, contentType, clientId, body }: ImportRequest): Row[] {
  const value = parsed(contentType === "application/json" ? fromJson : fromTransit, body);
  return endpoint === "push" ? pushedRows(value, clientId) : batchRows(value);
}

function parsed(parse: (text: string) => Value, body: string): Value {
  try {
    return parse(body);
  } catch (error) {
    if (!isOfBody(error)) throw error;
    const { message } = error;
    throw new Refusal(400, {
      status: "ERROR",
      message: "Malformed json in the body!",
      error: message,
      input: null,
    });
  }
}

/**
 * Returns whether a parser's error is about the text, as a DOMException of `atob` is, and not a bug of the
 * parser.
 */
const isOfBody = (error: unknown): error is Error =>
  error instanceof SyntaxError || error instanceof DOMException;
