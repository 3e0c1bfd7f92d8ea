import { stringOf } from "../values/scanner.ts";
import { Kind } from "../values/visitor.ts";
import type { EnvelopeField } from "./envelope.ts";

/**
 * The Import API's syntax, import-api.md section 2: a zone of at most 18 hours, capital letters and a year of
 * four digits. Of the hour 24, only 24:00:00 is valid.
 */
const date = String.raw`(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])`;
const time = String.raw`(([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?|24:00:00)`;
const zone = String.raw`(Z|[+-]((0\d|1[0-7]):[0-5]\d|18:00))`;
const dateTime = new RegExp(`^${date}T${time}${zone}$`);

/** Returns whether a record's optional `time_extracted` is valid. */
export function isTimeOrNone(
  bytes: Uint8Array,
  { present, kind, contentStart, contentEnd }: EnvelopeField,
): boolean {
  if (!present || kind === Kind.null || kind === Kind.instant) return true;
  return kind === Kind.text && dateTime.test(stringOf(bytes, contentStart, contentEnd));
}
