import { backslash, letterU } from "../values/bytes.ts";
import { unitAt, unitEscapeBytes } from "../values/plain-text.ts";
import { isContinuation } from "../values/utf8.ts";

/** A character beyond the first 65,536 may be two escapes, `\\uXXXX` each. */
export const characterBytesMax = 12;
/** The first bits of the two halves of a surrogate pair, U+D800 and U+DC00. */
const [halfBits, highHalf, lowHalf] = [10, 0x36, 0x37];

/** Returns the end of the escape at `at`: two escaped halves of a surrogate pair are one character. */
export function endOfEscape(bytes: Uint8Array, at: number): number {
  if (bytes[at + 1] !== letterU) return at + 2;
  const end = at + unitEscapeBytes;
  const isPair =
    unitAt(bytes, at + 2) >> halfBits === highHalf &&
    bytes[end] === backslash &&
    bytes[end + 1] === letterU &&
    unitAt(bytes, end + 2) >> halfBits === lowHalf;
  return isPair ? end + unitEscapeBytes : end;
}

/** Returns how many characters the content of a JSON string has. */
export function charactersAt(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; count++) {
    if (bytes[at] === backslash) at = endOfEscape(bytes, at);
    else while (isContinuation(bytes[++at]!));
  }
  return count;
}
