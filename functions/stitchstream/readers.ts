import { newline } from "../values/bytes.ts";
import type { Header } from "./header.ts";
import { JsonReader } from "./json/reader.ts";
import type { PieceReader } from "./piece-reader.ts";
import { TransitReader } from "./transit/reader.ts";
import type { ValueLimits } from "./value-limits.ts";

/** Returns a reader of a body's lines. `bytes` must end in a newline. */
export const readerOf = (
  header: Pick<Header, "encoding">,
  bytes: Uint8Array,
  limits: ValueLimits,
): PieceReader =>
  header.encoding === "json" ? new JsonReader(bytes, limits) : new TransitReader(bytes, limits);

/**
 * Returns the body with a final newline, which the readers require. Copies it only if the newline is missing.
 */
export function endingInNewline(body: Uint8Array): Uint8Array {
  // A plain view, because a Buffer's subarrays cost four times as much.
  if (body[body.length - 1] === newline) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  const ended = new Uint8Array(body.length + 1);
  ended.set(body);
  ended[body.length] = newline;
  return ended;
}
