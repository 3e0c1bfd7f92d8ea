import Negotiator from "negotiator";
import { PersisterError } from "../persister/errors.ts";
import * as limits from "../persister/limits.ts";
import type { Bookmark } from "../persister/store.ts";
import { endingInNewline, readerOf } from "../stitchstream/readers.ts";
import { ByteWriter } from "../values/byte-writer.ts";
import { JsonWriter, NotInJson } from "../values/json-writer.ts";
import { Uncarriable } from "../values/scanner.ts";
import { TransitWriter } from "../values/transit-writer.ts";
import type { Visitor } from "../values/visitor.ts";

export const mediaTypes = { json: "application/json", transit: "application/transit+json" } as const;
const plainText = "text/plain";

/** Returns whether `Accept` prefers `text/plain`, which is the bookmark's line alone, to JSON. */
export function prefersPlainText(headers: Headers): boolean {
  return preferred(headers, [mediaTypes.json, plainText]) === plainText;
}

/**
 * Returns the bookmark in the encoding that `Accept` prefers, by default its own. Throws `not-acceptable`
 * if `Accept` allows no encoding, or if the value cannot be represented in it.
 */
export function negotiated(headers: Headers, bookmark: Bookmark): { contentType: string; value: Uint8Array } {
  const own = mediaTypes[bookmark.encoding];
  const other = bookmark.encoding === "json" ? mediaTypes.transit : mediaTypes.json;
  const contentType = preferred(headers, [own, other, plainText]);
  if (contentType === undefined) {
    throw new PersisterError("not-acceptable", `\`Accept\` allows neither ${own} nor ${other}.`);
  }
  return { contentType, value: contentType === other ? converted(bookmark) : bookmark.value };
}

/** Returns the type that `Accept` prefers, the first one of several: RFC 9110 section 12.5.1. */
export function preferred(headers: Headers, types: string[]): string | undefined {
  return new Negotiator({ headers: { accept: headers.get("accept") ?? "*/*" } }).mediaType(types);
}

function converted({ encoding, value }: Bookmark): Uint8Array {
  try {
    return encoding === "json" ? asTransit(value) : asJson(value);
  } catch (cause) {
    if (!(cause instanceof NotInJson || cause instanceof Uncarriable)) throw cause;
    const other = encoding === "json" ? "transit" : "JSON";
    throw new PersisterError(
      "not-acceptable",
      `This bookmark cannot be represented in ${other}: ${cause.message}.`,
      { hint: `Accept \`${mediaTypes[encoding]}\`.`, cause },
    );
  }
}

function asJson(value: Uint8Array): Uint8Array {
  const out = new ByteWriter(value.length);
  readerOf({ encoding: "transit" }, endingInNewline(value), limits).readAlone(0, new JsonWriter(out));
  return out.view();
}

/**
 * Converts JSON to transit, and reads the result back, as some JSON strings cannot be represented in
 * transit.
 */
function asTransit(value: Uint8Array): Uint8Array {
  const out = new ByteWriter(value.length);
  readerOf({ encoding: "json" }, endingInNewline(value), limits).readAlone(0, new TransitWriter(out));
  const written = out.view();
  readerOf({ encoding: "transit" }, endingInNewline(written), limits).readAlone(0, ignoring);
  return written;
}

const ignoring: Visitor = { scalar() {}, instant() {}, open() {}, key() {}, close() {} };
