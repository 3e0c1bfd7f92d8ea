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
const contents = envelopeNames.map((name, index) => ({ name, index, content: utf8.encode(name) }));
/** By their length. */
const namesOfLength = Array.from({ length: 20 }, (_, length) =>
  contents.filter(({ name }) => name.length === length),
);

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

/** Returns the index in `envelopeNames` of the name `bytes[start, end)`; -1 for other names. */
export function envelopeIndex(bytes: Uint8Array, start: number, end: number): number {
  const known = namesOfLength[end - start];
  if (known !== undefined)
    for (const { index, content } of known) if (isSame(bytes, start, end, content)) return index;
  if (!holdsEscape(bytes, start, end)) return -1;
  const written = stringOf(bytes, start, end);
  return (envelopeNames as readonly string[]).indexOf(written);
}
