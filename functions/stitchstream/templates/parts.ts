import { Kind } from "../../values/visitor.ts";
import type { PieceReader } from "../piece-reader.ts";
import { mapMarkerBytes } from "../transit/reader.ts";
import { valuesOf } from "./values.ts";

/** A code's own offset, and the start and end of its meaning. */
export const placesPerSplice = 3;
const none = -1;

/** A position in a template's line: an offset from the start of a segment. */
export interface TemplateOffset {
  readonly literal: number;
  readonly offset: number;
}

/** A key's value: that of a slot, or a constant text. */
type KeyValue =
  | { readonly slot: number }
  | { readonly kind: Kind; readonly start: TemplateOffset; readonly end: TemplateOffset };

/** What a template's lines share. Between two segments is a slot for a value. */
export interface TemplateParts {
  /** The segments, joined. */
  readonly text: Uint8Array;
  /** The end of each segment in `text`. */
  readonly ends: readonly number[];
  readonly recordStart: TemplateOffset;
  readonly recordEnd: TemplateOffset;
  /** The slot of `time_extracted`; -1 if there is none. */
  readonly extracted: number;
  readonly keys: readonly KeyValue[];
  /** The record's cache codes, `placesPerSplice` positions each; a position is a segment and an offset. */
  readonly splices: Int32Array;
  /** The bytes that replacing the cache codes adds. */
  readonly expansion: number;
  /** The bytes that rewriting the maps adds. */
  readonly mapsGrowth: number;
}

/** Returns the parts of the record's line at `start`, just read; undefined if no line can be like it. */
export function partsOf(reader: PieceReader, start: number): TemplateParts | undefined {
  const { bytes, envelope, splices, keyValues, position: end } = reader;
  if (!reader.standsAlone && !reader.spliceable) return undefined;
  for (let key = 0; key < keyValues.count; key++)
    if (keyValues.kind(key) === Kind.absent || keyValues.kind(key) >= Kind.map) return undefined;
  const found = valuesOf(reader);
  if (found === undefined) return undefined;

  const { places: values, objects } = found;
  const slots = values.length / 2;
  const starts = [start, ...Array.from({ length: slots }, (_, slot) => values[2 * slot + 1]!)];
  const segments = starts.map((from, n) => bytes.subarray(from, n < slots ? values[2 * n]! : end));
  const placeOf = (position: number): TemplateOffset => {
    const literal = lastNotAbove(starts, position);
    return { literal, offset: position - starts[literal]! };
  };
  const slotOf = (position: number) =>
    starts.slice(1).findIndex((to, slot) => position >= values[2 * slot]! && position <= to);
  const keyOf = (key: number): KeyValue => {
    const slot = slotOf(keyValues.start(key));
    if (slot >= 0) return { slot };
    const [from, to] = [placeOf(keyValues.start(key)), placeOf(keyValues.end(key))];
    return { kind: keyValues.kind(key), start: from, end: to };
  };
  let expansion = 0;
  for (let n = 0; n < splices.count; n++) expansion += splices.end(n) - splices.start(n);
  const spliced = Array.from(splices.ints.subarray(0, placesPerSplice * splices.count), placeOf);
  return {
    ...joined(segments),
    recordStart: placeOf(envelope.record.textStart),
    recordEnd: placeOf(envelope.record.textEnd),
    extracted: envelope.time_extracted.present ? slotOf(envelope.time_extracted.textStart) : none,
    keys: Array.from({ length: keyValues.count }, (_, key) => keyOf(key)),
    splices: Int32Array.from(spliced.flatMap(({ literal, offset }) => [literal, offset])),
    expansion,
    mapsGrowth: reader.isJson ? 0 : objects * mapMarkerBytes,
  };
}

function joined(segments: readonly Uint8Array[]): Pick<TemplateParts, "text" | "ends"> {
  let length = 0;
  const ends = segments.map(each => {
    length += each.length;
    return length;
  });
  const text = new Uint8Array(length);
  for (const [n, each] of segments.entries()) text.set(each, ends[n]! - each.length);
  return { text, ends };
}

/** Returns the index of the last of ascending numbers that is at most `limit`; the first one always is. */
function lastNotAbove(numbers: readonly number[], limit: number): number {
  let [low, high] = [0, numbers.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! <= limit) low = middle;
    else high = middle;
  }
  return low;
}
