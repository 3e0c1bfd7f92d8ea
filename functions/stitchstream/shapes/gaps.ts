import { caret } from "../../values/bytes.ts";
import { Kind } from "../../values/visitor.ts";
import type { PieceReader } from "../piece-reader.ts";
import type { TransitReader } from "../transit/reader.ts";
import type { Envelope, Gap, Text } from "./envelopes.ts";
import { miss } from "./miss.ts";

/** A line with more gaps than this is left to the scan. */
const gapsMax = 12;

interface Place {
  readonly gap: Gap;
  readonly textStart: number;
  readonly textEnd: number;
}

const none: readonly number[] = [];

/** Returns the envelope of the line at `start`, just read by the scan; undefined if it can't be used. */
export function envelopeOf(
  { reader, transit, start }: { reader: PieceReader; transit: TransitReader | undefined; start: number },
  of: Pick<Envelope, "table" | "shape">,
): Envelope | undefined {
  const { record, stream } = reader.envelope;
  const places = gapsOf(reader);
  if (places === undefined) return undefined;
  let from = start;
  const texts = places.map(({ textStart, textEnd }) => {
    const text = { start: from, length: textStart - from };
    from = textEnd;
    return text;
  });
  texts.push({ start: from, length: reader.position - from });
  const gaps = places.map(({ gap }) => gap);
  const before = gaps.indexOf("record") + 1;
  const cached = transit === undefined ? none : cachedIn(transit, texts, before, record.textStart);
  if (cached === undefined) return undefined;
  const [{ start: headStart, length: headLength }, after] = texts as [Text, Text];
  const hasTail = transit === undefined && gaps.length === 1;
  return {
    table: of.table,
    shape: of.shape,
    headStart,
    headLength,
    tailStart: after.start,
    tailLength: hasTail ? after.length : 0,
    next: undefined,
    isStale: false,
    texts,
    gaps,
    cached,
    nameAt: stream.contentEnd < start + headLength ? stream.contentStart - start : undefined,
  };
}

/** Returns the gaps of the line that the scan has just read, in order; undefined if there are too many. */
function gapsOf({ envelope: { record, time_extracted: time }, otherValues: others }: PieceReader) {
  if (others.count > gapsMax) return undefined;
  const places: Place[] = [{ gap: "record", textStart: record.textStart, textEnd: record.textEnd }];
  if (time.present) places.push({ gap: "time", textStart: time.textStart, textEnd: time.textEnd });
  for (let n = 0; n < others.count; n++)
    places.push({ gap: "other", textStart: others.ints[2 * n]!, textEnd: others.ints[2 * n + 1]! });
  return places.sort((one, other) => one.textStart - other.textStart);
}

/**
 * Reads a scalar that neither enters transit's cache nor needs a change in a request. Returns its end, or
 * `miss`.
 */
export function readUncached(reader: TransitReader, at: number): number {
  const { cache, splices, standsAlone, spliceable } = reader;
  const [cached, spliced] = [cache.count, splices.count];
  if (reader.readPiece(at) === Kind.absent) return miss;
  const isUnchanged = reader.standsAlone === standsAlone && reader.spliceable === spliceable;
  return isUnchanged && cache.count === cached && splices.count === spliced ? reader.position : miss;
}

/**
 * Returns the strings in the first `count` texts, before the record, that entered the cache, as in
 * `Envelope.cached`. Returns undefined if another string did, or if the other texts may contain codes, whose
 * meaning would depend on the record.
 */
function cachedIn(
  { bytes, cache }: TransitReader,
  texts: readonly Text[],
  count: number,
  recordStart: number,
): readonly number[] | undefined {
  const hasCodes = texts
    .slice(count)
    .some(({ start, length }) => bytes.subarray(start, start + length).includes(caret));
  if (hasCodes || cache.wraps > 0) return undefined;
  const found: number[] = [];
  for (let n = 0; n < cache.count; n++) {
    const at = cache.start(n);
    if (at > recordStart) break;
    const text = texts.findIndex(({ start, length }, i) => i < count && at >= start && at < start + length);
    if (text < 0) return undefined;
    found.push(text, at - texts[text]!.start, cache.end(n) - texts[text]!.start);
  }
  return found;
}
