import * as limits from "../../functions/persister/limits.ts";
import type { Encoding } from "../../functions/stitchstream/header.ts";
import { endingInNewline, readerOf } from "../../functions/stitchstream/readers.ts";
import { ByteWriter } from "../../functions/values/byte-writer.ts";
import { JsonWriter } from "../../functions/values/json-writer.ts";
import { TransitWriter } from "../../functions/values/transit-writer.ts";

/**
 * The text of one value, read as `from` and written as `to`. Throws if it is malformed or has no such form.
 */
export function convert(text: string | Uint8Array, from: Encoding, to: Encoding): string {
  const out = new ByteWriter();
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  const reader = readerOf({ encoding: from }, endingInNewline(bytes), limits);
  reader.readAlone(0, to === "json" ? new JsonWriter(out) : new TransitWriter(out));
  return Buffer.from(out.view()).toString();
}
