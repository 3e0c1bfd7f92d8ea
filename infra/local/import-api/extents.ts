import {
  backslash,
  closeBrace,
  closeBracket,
  comma,
  openBrace,
  openBracket,
  quote,
  space,
} from "../../../functions/values/bytes.ts";

/** Where values of JSON end, if they are valid: the reader of values decides that. */

/** Returns the end of the string at `start`, which may have escapes. */
export function endOfEscaped(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at + 1;
}

/** Returns the end of the map or list at `start`. */
export function endOfNested(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let depth = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) at = endOfEscaped(bytes, at) - 1;
    else if (byte === openBrace || byte === openBracket) depth++;
    else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) break;
  }
  return at + 1;
}

/** Returns the end of the number or literal at `start`, which is a member's value. */
export function endOfScalar(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at]! > space && bytes[at] !== comma && bytes[at] !== closeBrace) at++;
  return at;
}
