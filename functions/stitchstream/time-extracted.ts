import type { EnvelopeField } from "./envelope.ts";
import { stringOf } from "./text.ts";
import { Kind } from "./visitor.ts";

/** As the Import API has it, import-api.md section 2: with a zone, capital letters, and a year of four digits. */
export const dateTime =
  /^(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-4]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-](0\d|1[0-8]):[0-5]\d)$/;

/** Whether a record's `time_extracted` is one; it may be left out. */
export function isTimeOrNone(
  bytes: Uint8Array,
  { present, kind, contentStart, contentEnd }: EnvelopeField,
): boolean {
  if (!present || kind === Kind.null || kind === Kind.instant) return true;
  return kind === Kind.text && dateTime.test(stringOf(bytes, contentStart, contentEnd));
}
