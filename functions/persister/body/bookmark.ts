import { readerOf } from "../../stitchstream/readers.ts";
import { ByteWriter } from "../../values/byte-writer.ts";
import { openBrace, openBracket } from "../../values/bytes.ts";
import { TransitWriter } from "../../values/transit-writer.ts";
import * as limits from "../limits.ts";
import type { Bookmark, StoredBookmark } from "../store.ts";
import type { BookmarkPlace, Contents } from "./contents.ts";

/**
 * Returns a bookmark's value as the streamer wrote it. A transit value that refers to its line's cache, or is
 * a bare scalar, has no meaning outside its line, so it is rewritten to be self-contained.
 */
export function bookmarkAt(contents: Contents, place: BookmarkPlace): Bookmark {
  const { bytes, header } = contents;
  const { encoding } = header;
  const first = bytes[place.start];
  const isDocument = encoding === "json" || first === openBracket || first === openBrace;
  if (place.standsAlone && isDocument) return { encoding, value: bytes.slice(place.start, place.end) };
  const out = new ByteWriter();
  readerOf(header, bytes, limits).readField(place.lineStart, "value", new TransitWriter(out));
  return { encoding, value: out.view() };
}

const utf8 = new TextDecoder();
/** Null and an empty map, as JSON and as transit writes them. */
const nothing = /^\s*(null|\{\s*\}|\["\^ "\s*\]|\["~#'",\s*(null|"~_")\s*\]|\{"~#'":\s*(null|"~_")\s*\})\s*$/;

/** Returns whether there is a bookmark that is neither null nor an empty map. */
export function holdsSomething(stored: StoredBookmark | undefined): boolean {
  if (stored === undefined) return false;
  // Only large bookmarks are stored by their digest.
  return !("value" in stored) || !nothing.test(utf8.decode(stored.value));
}
