import { ExactReader, equalityOf, numberAsWritten } from "../functions/json-schema/index.ts";
import * as limits from "../functions/persister/limits.ts";
import { endingInNewline, readerOf } from "../functions/stitchstream/readers.ts";
import { ByteWriter } from "../functions/values/byte-writer.ts";
import { JsonWriter } from "../functions/values/json-writer.ts";
import { Malformed } from "../functions/values/scanner.ts";

const exact = new ExactReader(numberAsWritten);
const utf8 = new TextEncoder();

/** Returns what is wrong with a bookmark's text; undefined if it is one JSON value, as transit is too. */
export function faultOfBookmark(text: string): string | undefined {
  try {
    const bytes = endingInNewline(utf8.encode(text));
    readerOf({ encoding: "json" }, bytes, limits).readAlone(0, new JsonWriter(new ByteWriter(bytes.length)));
    return undefined;
  } catch (error) {
    if (error instanceof Malformed) return error.message;
    throw error;
  }
}

/** Parses valid JSON without losing precision. */
export const exactValue = (text: string): unknown => exact.read(text);

const isEqual = equalityOf(false);

/** Returns whether two results of `exactValue` are equal. */
export const isSameValue = (one: unknown, other: unknown): boolean => isEqual(one, other, () => {});

/** Returns whether two bookmarks are the same JSON value; undefined means no bookmark. */
export const isSameBookmark = (one: string | undefined, other: string | undefined): boolean =>
  one === undefined || other === undefined ? one === other : isSameValue(exactValue(one), exactValue(other));
