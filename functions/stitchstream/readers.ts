import { newline } from "../values/bytes.ts";
import type { Header } from "./header.ts";
import { JsonReader } from "./json/reader.ts";
import type { PieceReader } from "./piece-reader.ts";
import { TransitReader } from "./transit/reader.ts";
import type { ValueLimits } from "./value-limits.ts";

/** What reads the lines of a body, `bytes` ending in a newline. */
export const readerOf = (
  header: Pick<Header, "encoding">,
  bytes: Uint8Array,
  limits: ValueLimits,
): PieceReader =>
  header.encoding === "json" ? new JsonReader(bytes, limits) : new TransitReader(bytes, limits);

/** A body whose last line ends in a newline, as the readers want it; copied only where it does not. */
export function endingInNewline(body: Uint8Array): Uint8Array {
  // A plain view: a Buffer's subarrays cost four times as much.
  if (body[body.length - 1] === newline) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  const ended = new Uint8Array(body.length + 1);
  ended.set(body);
  ended[body.length] = newline;
  return ended;
}
