import { equalityOf } from "../functions/json-schema/equal.ts";
import { numberAsWritten } from "../functions/json-schema/exact-number.ts";
import { ExactReader } from "../functions/json-schema/exact-reader.ts";
import * as limits from "../functions/persister/limits.ts";
import { endingInNewline, readerOf } from "../functions/stitchstream/readers.ts";
import { ByteWriter } from "../functions/values/byte-writer.ts";
import { JsonWriter } from "../functions/values/json-writer.ts";
import { Malformed } from "../functions/values/scanner.ts";

const exact = new ExactReader(numberAsWritten);
const utf8 = new TextEncoder();

/**
 * What is wrong with a bookmark's text, which is one JSON value, transit's too; undefined where it is one.
 */
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

/** The value, with every digit, of a text that is known to be JSON. */
export const exactValue = (text: string): unknown => exact.read(text);

const isEqual = equalityOf(false);

/** Whether two values of `exactValue` are the same. */
export const isSameValue = (one: unknown, other: unknown): boolean => isEqual(one, other, () => {});

/** Whether two bookmarks' texts are the same JSON value; undefined is no bookmark. */
export const isSameBookmark = (one: string | undefined, other: string | undefined): boolean =>
  one === undefined || other === undefined ? one === other : isSameValue(exactValue(one), exactValue(other));
