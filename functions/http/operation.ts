import type * as z from "zod/mini";
import type { ErrorCode } from "../persister/errors.ts";
import type { Scope } from "../persister/ports.ts";
import { mediaTypes } from "./conversion.ts";
import type { Route } from "./routes.ts";

/** The meaning of each response header. A route's list marks an optional header with `?`. */
export const responseHeaders = {
  ETag: "The streamer's revision, in quotes.",
  "Last-Modified": "When the streamer's revision was committed.",
  Vary: "`Accept`: the response has several forms.",
  "Cache-Control": "`no-store`, or `no-cache` if an ETag allows revalidation.",
  "Content-Encoding": "`gzip`, if the caller accepts it.",
  "Cross-Origin-Opener-Policy": "`same-origin`",
  "Referrer-Policy": "`no-referrer`",
  "X-Content-Type-Options": "`nosniff`",
  "Idempotency-Replayed": "`true` if the delivery was committed before and nothing was done now.",
  "Content-Security-Policy": "Allows the page's own script and style, by their digests, and this endpoint.",
  "Retry-After": "The seconds to wait before the next attempt.",
  "WWW-Authenticate": "`Bearer`",
} as const;
export type ResponseHeader = keyof typeof responseHeaders | `${keyof typeof responseHeaders}?`;

/** A route's description in the OpenAPI document: its request and every response. */
export interface OperationDescription {
  readonly id: string;
  /** At most 60 characters: documents list operations by it. */
  readonly summary: string;
  /** Details that the summary has no room for. */
  readonly description?: string;
  readonly query?: z.ZodMiniObject;
  /** Request headers. */
  readonly headers?: Readonly<Record<string, RequestHeader>>;
  readonly body?: Readonly<Record<string, BodyType>>;
  readonly responses: Readonly<Record<number, ResponseDescription>>;
  /** The errors that it may return, besides those of authorization. */
  readonly errors: readonly ErrorCode[];
  /** The errors' statuses that may name the streamer's revision. */
  readonly namingRevision?: readonly number[];
}

export interface Operation extends OperationDescription {
  readonly route: Route;
  readonly scope: Scope | undefined;
}

interface RequestHeader {
  readonly schema: z.ZodMiniType;
  readonly required?: true;
  readonly example: string;
}

interface BodyType {
  readonly schema: z.ZodMiniType;
  /** By name. A test sends each one, and it must succeed. */
  readonly examples: Readonly<Record<string, unknown>>;
}

export interface ResponseDescription {
  readonly description: string;
  /** By media type. */
  readonly content: Readonly<Record<string, z.ZodMiniType>>;
  readonly headers: readonly ResponseHeader[];
}

/** Describes a response whose body is JSON. */
export const okJson = (
  description: string,
  schema: z.ZodMiniType,
  headers: readonly ResponseHeader[] = ["Cache-Control"],
): ResponseDescription => ({ description, content: { [mediaTypes.json]: schema }, headers });
