import { stringOf } from "../values/scanner.ts";
import { Kind } from "../values/visitor.ts";
import type { EnvelopeField } from "./envelope.ts";

/**
 * As the Import API has it, import-api.md section 2: with a zone of 18 hours at most, capital letters, and a year of four
 * digits. Of the hour 24 there is its beginning alone.
 */
const dateTime =
  /^(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T(([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?|24:00:00)(Z|[+-]((0\d|1[0-7]):[0-5]\d|18:00))$/;

/** Whether a record's `time_extracted` is one; it may be left out. */
export function isTimeOrNone(
  bytes: Uint8Array,
  { present, kind, contentStart, contentEnd }: EnvelopeField,
): boolean {
  if (!present || kind === Kind.null || kind === Kind.instant) return true;
  return kind === Kind.text && dateTime.test(stringOf(bytes, contentStart, contentEnd));
}
