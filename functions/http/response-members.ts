import { answerBytesMax, streamsNamedMax } from "../persister/limits.ts";
import type { Bookmark } from "../persister/store.ts";
import { mediaTypes } from "./conversion.ts";

const utf8 = new TextDecoder();

/** Returns `members` as JSON, followed by `spliced`, whose values are JSON text already and stay verbatim. */
export function jsonText(members: object, spliced: Readonly<Record<string, string>>): string {
  const text = JSON.stringify(members);
  const rest = Object.entries(spliced).map(([name, value]) => `${JSON.stringify(name)}:${value}`);
  return rest.length === 0 ? text : `${text.slice(0, -1)},${rest.join(",")}}`;
}

/**
 * Returns a bookmark's members for `jsonText`: its value verbatim, as transit is JSON text too, and its
 * media type.
 */
export function bookmarkMembers(bookmark: Bookmark | undefined): Record<string, string> {
  if (bookmark === undefined) return {};
  return {
    bookmark: utf8.decode(bookmark.value),
    bookmarkType: JSON.stringify(mediaTypes[bookmark.encoding]),
  };
}

/** Records by stream, as members of a response. */
interface StreamMembers {
  readonly streams: Record<string, number>;
  /** How many streams there are, if `streams` names only the first hundred. */
  readonly streamsTotal?: number;
}

/**
 * Lambda's result escapes a UTF-16 unit of the body in up to two bytes, or encodes it in up to three bytes
 * of UTF-8.
 */
const bytesPerUnitMax = 3;

/**
 * Returns the text that `write` makes of all streams, or of the first hundred if Lambda cannot return the
 * former.
 */
export function writeWithStreams(
  streams: ReadonlyMap<string, number>,
  write: (members: StreamMembers) => string,
): string {
  const text = write({ streams: Object.fromEntries(streams) });
  const fits =
    text.length * bytesPerUnitMax <= answerBytesMax ||
    Buffer.byteLength(JSON.stringify(text)) <= answerBytesMax;
  if (fits) return text;
  const first = [...streams].slice(0, streamsNamedMax);
  return write({ streams: Object.fromEntries(first), streamsTotal: streams.size });
}
