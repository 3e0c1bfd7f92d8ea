import { holdsEscape, isSame } from "../values/bytes.ts";
import { stringOf } from "../values/scanner.ts";
import type { Kind } from "../values/visitor.ts";

const utf8 = new TextEncoder();
export const envelopeNames = [
  "type",
  "stream",
  "record",
  "key_fields",
  "value",
  "schema",
  "key_properties",
  "bookmark_properties",
  "version",
  "time_extracted",
] as const;
export type EnvelopeName = (typeof envelopeNames)[number];
const envelopeNameBytes = envelopeNames.map(name => utf8.encode(name));

/**
 * A member of the message's map: its text with quotes or brackets, and its content without. Valid for one
 * line.
 */
export interface EnvelopeField {
  present: boolean;
  kind: Kind;
  textStart: number;
  textEnd: number;
  contentStart: number;
  contentEnd: number;
  /** Copies of the reader's fields of the same names, made when this field was read. */
  standsAlone: boolean;
  spliceable: boolean;
  growth: number;
}

const absent = (): EnvelopeField => ({
  present: false,
  kind: 0,
  textStart: 0,
  textEnd: 0,
  contentStart: 0,
  contentEnd: 0,
  standsAlone: true,
  spliceable: true,
  growth: 0,
});

export const emptyEnvelope = () =>
  Object.fromEntries(envelopeNames.map(name => [name, absent()])) as Record<EnvelopeName, EnvelopeField>;

/** Returns the envelope's field with this name; null for other names. */
export function envelopeName(bytes: Uint8Array, start: number, end: number): EnvelopeName | null {
  if (holdsEscape(bytes, start, end)) {
    const written = stringOf(bytes, start, end);
    return envelopeNames.find(name => name === written) ?? null;
  }
  for (const [i, name] of envelopeNameBytes.entries()) {
    if (isSame(bytes, start, end, name)) return envelopeNames[i]!;
  }
  return null;
}
