import type * as z from "zod/mini";
import type { ErrorCode } from "../persister/errors.ts";
import type { Scope } from "../persister/ports.ts";
import type { AnswerHeader } from "./answer-headers.ts";

/** What can be asked of the endpoint: each route, what it takes, and every answer there is. */
export interface Operation {
  /** As in serverless.yml. */
  readonly route: string;
  readonly id: string;
  readonly summary: string;
  /** What the caller's token has to hold; undefined where none is asked for. */
  readonly scope: Scope | undefined;
  readonly query?: z.ZodMiniObject;
  /** Request headers. */
  readonly headers?: Readonly<Record<string, RequestHeader>>;
  readonly body?: Readonly<Record<string, BodyType>>;
  readonly answers: Readonly<Record<number, Answer>>;
  /** The errors it may answer, beside those that every route of its kind has. */
  readonly errors: readonly ErrorCode[];
  /** The errors' statuses that may name the streamer's revision. */
  readonly namingRevision?: readonly number[];
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
