import type { EnvelopeField } from "./envelope.ts";
import { stringOf } from "./text.ts";
import { Kind } from "./visitor.ts";

/** RFC 3339 with its zone, as the Import API takes it: import-api.md section 2. */
const time =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]\d\d:[0-5]\d)$/;

/** Whether a record's `time_extracted` is one; it may be left out. */
export function isTimeOrNone(
  bytes: Uint8Array,
  { present, kind, contentStart, contentEnd }: EnvelopeField,
): boolean {
  if (!present || kind === Kind.null || kind === Kind.instant) return true;
  return kind === Kind.text && time.test(stringOf(bytes, contentStart, contentEnd));
}
