import { Kind } from "../../values/visitor.ts";
import type { PieceReader } from "../piece-reader.ts";
import { mapMarkerBytes } from "../transit/reader.ts";
import { valuesOf } from "./values.ts";

/** A code's own place, and where what it stands for begins and ends. */
export const placesPerSplice = 3;
const none = -1;

/** A place in a line of a template: so many bytes behind the beginning of a segment. */
export interface TemplateOffset {
  readonly literal: number;
  readonly offset: number;
}

/** What a key's value is: that of a slot, or a text that is always the same. */
type KeyValue =
  | { readonly slot: number }
  | { readonly kind: Kind; readonly start: TemplateOffset; readonly end: TemplateOffset };

/** What lines of a template share. Between two segments is a slot, with a value. */
export interface TemplateParts {
  /** The segments, joined. */
  readonly text: Uint8Array;
  /** Where each segment ends in `text`. */
  readonly ends: readonly number[];
  readonly recordStart: TemplateOffset;
  readonly recordEnd: TemplateOffset;
  /** The slot of `time_extracted`; -1 if there is none. */
  readonly extracted: number;
  readonly keys: readonly KeyValue[];
  /** Transit's codes in the record, `placesPerSplice` places each; a place is two integers, its segment and its offset. */
  readonly splices: Int32Array;
  /** How much longer the record is with what they stand for. */
  readonly expansion: number;
  /** How much longer its maps are, written anew. */
  readonly mapsGrowth: number;
}

/** The parts of the record's line at `start` that the reader has just read; undefined for one that is not like others. */
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

/** The index of the last of rising numbers that is not above `limit`; the first one is not. */
function lastNotAbove(numbers: readonly number[], limit: number): number {
  let [low, high] = [0, numbers.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! <= limit) low = middle;
    else high = middle;
  }
  return low;
}
