import type { Precondition, RevisionSet } from "../persister/commit/precondition.ts";
import { PersisterError } from "../persister/errors.ts";
import { idempotencyKeyCharsMax } from "../persister/limits.ts";
import { idempotencyKeyHeader } from "./parameters.ts";

/** What a delivery's headers ask for. What can't be read of them is a fault: the body is archived, and then refused. */
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

/** `If-Match` and `If-None-Match`, RFC 9110 section 13.1. Throws `bad-header`. */
function preconditionOf(headers: Headers): Precondition {
  const match = revisionsIn(headers, "If-Match", /^"(\d{1,15})"$/);
  const noneMatch = revisionsIn(headers, "If-None-Match", /^(?:W\/)?"(\d{1,15})"$/);
  return { ...(match && { match }), ...(noneMatch && { noneMatch }) };
}

/** The same, where it may not be left out. Throws `precondition-required`, too. */
export function requiredPreconditionOf(headers: Headers): Precondition {
  if (headers.has("If-Match") || headers.get("If-None-Match")?.trim() === "*") return preconditionOf(headers);
  throw new PersisterError("precondition-required", "The request has no `If-Match`.");
}

/** `"5"`, a list of such, or `*`. Tags that are no revisions match none; a weak one does where only none may match. */
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

/** `Idempotency-Key`, as it stands. Throws `bad-header`. */
function idempotencyKeyOf(headers: Headers): string | undefined {
  const key = headers.get("Idempotency-Key") ?? undefined;
  if (key === undefined || idempotencyKeyHeader.safeParse(key).success) return key;
  throw new PersisterError(
    "bad-header",
    `The Idempotency-Key is not 1 to ${idempotencyKeyCharsMax} visible ASCII characters.`,
    { hint: "Use a UUID as the key." },
  );
}
