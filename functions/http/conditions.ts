import type { Precondition, RevisionSet } from "../persister/commit/precondition.ts";
import { PersisterError } from "../persister/errors.ts";
import { idempotencyKeyCharsMax } from "../persister/limits.ts";
import { idempotencyKeyHeader } from "./parameters.ts";

/**
 * Returns which segment of its run a delivery is, from 1, by the header `Persister-Segment`. It is only shown
 * to people, so an invalid one is ignored.
 */
export function segmentOf(headers: Headers): number | undefined {
  const text = headers.get("Persister-Segment") ?? "";
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

/** Returns a streamer's revision as its ETag. */
export const etagOf = (revision: number) => `"${revision}"`;

/**
 * Returns the conditions in a delivery's headers. An invalid header is returned as `fault`, not thrown: the
 * body is archived before it is refused.
 */
export function deliveryConditionsOf(headers: Headers): {
  readonly precondition: Precondition;
  readonly idempotencyKey: string | undefined;
  readonly fault: PersisterError | undefined;
} {
  try {
    return {
      precondition: preconditionOf(headers),
      idempotencyKey: idempotencyKeyOf(headers),
      fault: undefined,
    };
  } catch (fault) {
    if (!(fault instanceof PersisterError)) throw fault;
    return { precondition: {}, idempotencyKey: undefined, fault };
  }
}

/** Reads `If-Match` and `If-None-Match`, RFC 9110 section 13.1. Throws `bad-header`. */
function preconditionOf(headers: Headers): Precondition {
  const match = revisionsIn(headers, "If-Match", /^"(\d{1,15})"$/);
  const noneMatch = revisionsIn(headers, "If-None-Match", /^(?:W\/)?"(\d{1,15})"$/);
  return { ...(match && { match }), ...(noneMatch && { noneMatch }) };
}

/**
 * Returns the precondition of a request that requires one. Throws `precondition-required` or `bad-header`.
 */
export function requiredPreconditionOf(headers: Headers): Precondition {
  if (headers.has("If-Match") || headers.get("If-None-Match")?.trim() === "*") return preconditionOf(headers);
  throw new PersisterError("precondition-required", "The request has no `If-Match`.");
}

/**
 * Returns the revisions that a header's ETags name: `"5"`, a list of them, or `*`. An ETag that is not a
 * revision matches none; a weak one matches in `If-None-Match` only.
 */
function revisionsIn(
  headers: Headers,
  name: "If-Match" | "If-None-Match",
  revision: RegExp,
): RevisionSet | undefined {
  const text = headers.get(name)?.trim();
  if (text === undefined) return undefined;
  if (text === "*") return "*";
  const tags = text.split(",").map(tag => tag.trim());
  if (!tags.every(tag => /^(W\/)?"[^"]*"$/.test(tag))) {
    throw new PersisterError("bad-header", `${name} is neither a list of ETags nor \`*\`.`, {
      hint: `Send ETags with their quotes, such as \`${name}: "5"\`, or \`*\`.`,
    });
  }
  return tags.flatMap(tag => revision.exec(tag)?.[1] ?? []).map(Number);
}

/** Returns `Idempotency-Key` verbatim. Throws `bad-header`. */
function idempotencyKeyOf(headers: Headers): string | undefined {
  const key = headers.get("Idempotency-Key") ?? undefined;
  if (key === undefined || idempotencyKeyHeader.safeParse(key).success) return key;
  throw new PersisterError(
    "bad-header",
    `The Idempotency-Key is not 1 to ${idempotencyKeyCharsMax} visible ASCII characters.`,
    { hint: "Use a UUID as the key." },
  );
}

/** Returns the caller's `traceparent` if it is valid: www.w3.org/TR/trace-context section 3.2. */
export function traceparentOf(headers: Headers): string | undefined {
  const given = headers.get("traceparent") ?? "";
  return /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(given) ? given : undefined;
}
