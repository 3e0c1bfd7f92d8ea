import type * as z from "zod/mini";
import type { ErrorCode } from "../persister/errors.ts";
import type { Scope } from "../persister/ports.ts";
import type { AnswerHeader } from "./answer-headers.ts";
import type { Route } from "./routes.ts";

/** What the OpenAPI document says about a route: its request, and every answer. */
export interface OperationDescription {
  readonly id: string;
  readonly summary: string;
  readonly query?: z.ZodMiniObject;
  /** Request headers. */
  readonly headers?: Readonly<Record<string, RequestHeader>>;
  readonly body?: Readonly<Record<string, BodyType>>;
  readonly answers: Readonly<Record<number, Answer>>;
  /** The errors it may answer with, besides those of authorization. */
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
  /** By name: each is sent, and taken, by a test. */
  readonly examples: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly description: string;
  /** By media type. */
  readonly content: Readonly<Record<string, z.ZodMiniType>>;
  readonly headers: readonly AnswerHeader[];
}
