import { colon, comma, isBlank, isSame, newline, offsetOf, quote } from "../../values/bytes.ts";
import { hashOf } from "../../values/hash.ts";

const name = Buffer.from('"stream"');
/** A name that is further from the end of its line is not looked for. */
const bytesMax = 256;

/**
 * Returns the hash of the stream's name in the line at `start`, whose record comes first, as far as that can
 * be told from the line's last bytes; undefined if it can't.
 */
export function lateStreamOf(bytes: Uint8Array, start: number): number | undefined {
  const end = offsetOf(bytes, newline, start);
  for (let at = end - name.length; at > start && at > end - bytesMax; at--) {
    if (bytes[at] !== quote || !isSame(bytes, at, at + name.length, name)) continue;
    let from = at + name.length;
    while (isBlank(bytes[from]!) || bytes[from] === colon || bytes[from] === comma) from++;
    return hashOf(bytes, from + 1, bytes.indexOf(quote, from + 1));
  }
  return undefined;
}
