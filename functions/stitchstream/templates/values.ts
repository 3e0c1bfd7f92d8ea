import {
  backslash,
  caret,
  carriageReturn,
  closeBrace,
  closeBracket,
  colon,
  comma,
  hash,
  isBlank,
  newline,
  openBrace,
  openBracket,
  quote,
  space,
  tab,
  tilde,
} from "../../values/bytes.ts";
import { IntTuples } from "../../values/int-tuples.ts";
import { Kind } from "../../values/visitor.ts";
import type { ValueReader } from "../reader.ts";
import { entersCache } from "../transit/cache.ts";

/** Wider records are read without a template. */
const valuesMax = 2_000;

/** An open container, and whether a name comes next in it. */
interface Open {
  readonly kind: "array" | "object" | "compact";
  isName: boolean;
}

export interface Values {
  /** Each token's start and end, in order. */
  readonly places: Int32Array;
  /** The number of maps `{…}` in the record, itself included. */
  readonly objects: number;
}

/**
 * Returns the offsets of the scalar values of the record that was just read, and of its `time_extracted`.
 * Returns undefined if a value has a transit tag or there are too many. The text has been checked before.
 */
export function valuesOf(reader: ValueReader): Values | undefined {
  const { record, time_extracted: extracted } = reader.envelope;
  const values = new IntTuples(2);
  const add = (start: number, end: number) => {
    const at = values.add();
    values.ints[at] = start;
    values.ints[at + 1] = end;
  };
  const hasTime = extracted.present && extracted.kind !== Kind.null;
  if (hasTime && extracted.textStart < record.textStart) add(extracted.textStart, extracted.textEnd);
  const objects = addRecord(reader, add);
  if (objects === undefined) return undefined;
  if (hasTime && extracted.textStart > record.textStart) add(extracted.textStart, extracted.textEnd);
  if (values.count > valuesMax) return undefined;
  return { places: values.ints.slice(0, 2 * values.count), objects };
}

/** Returns the number of maps `{…}`; undefined if a value has a transit tag. */
function addRecord(
  { bytes, isJson, envelope: { record } }: ValueReader,
  add: (start: number, end: number) => void,
): number | undefined {
  let objects = 0;
  const open: Open[] = [];
  for (let at = record.textStart; at < record.textEnd; ) {
    const inner = open.at(-1);
    switch (bytes[at]) {
      case space:
      case tab:
      case carriageReturn:
        at++;
        break;
      case openBrace:
        open.push({ kind: "object", isName: true });
        objects++;
        at++;
        break;
      case openBracket: {
        const marker = behindBlanks(bytes, at + 1);
        const isCompact = !isJson && isMarker(bytes, marker);
        open.push({ kind: isCompact ? "compact" : "array", isName: false });
        at = isCompact ? marker + markerBytes : at + 1;
        break;
      }
      case closeBrace:
      case closeBracket:
        open.pop();
        at++;
        break;
      case colon:
        inner!.isName = false;
        at++;
        break;
      case comma:
        inner!.isName = inner!.kind === "object" || (inner!.kind === "compact" && !inner!.isName);
        at++;
        break;
      case quote: {
        const end = endOfString(bytes, at);
        const first = bytes[at + 1];
        if (!isJson && first === tilde && bytes[at + 2] === hash) return undefined;
        const isCached = !isJson && (first === caret || entersCache(first!, bytes[at + 2]!));
        if (inner?.isName !== true && !isCached) add(at, end);
        at = end;
        break;
      }
      default: {
        const start = at;
        while (!ends[bytes[at]!]) at++;
        add(start, at);
      }
    }
  }
  return objects;
}

const markerBytes = 4;
/** `"^ "` */
const isMarker = (bytes: Uint8Array, at: number) =>
  bytes[at] === quote && bytes[at + 1] === caret && bytes[at + 2] === space && bytes[at + 3] === quote;

function behindBlanks(bytes: Uint8Array, start: number): number {
  let at = start;
  while (isBlank(bytes[at]!)) at++;
  return at;
}

function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at + 1;
}

/** The bytes that end a number, true, false or null. */
const ends = new Uint8Array(256).map((_, byte) =>
  [space, tab, carriageReturn, newline, comma, closeBrace, closeBracket].includes(byte) ? 1 : 0,
);
