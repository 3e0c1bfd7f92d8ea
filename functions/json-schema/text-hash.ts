import { backslash, letterU } from "../values/bytes.ts";
import { unitAt, unitEscapeBytes } from "../values/plain-text.ts";
import { isContinuation } from "../values/utf8.ts";
import { endOfEscape } from "./text-length.ts";

/** FNV-1a: RFC 9923. */
const [offset, prime] = [0x811c9dc5, 0x01000193];

/** Combines two hashes; their order matters. */
export const mixed = (hash: number, other: number): number => Math.imul(hash ^ other, prime);

/** Texts have the same hash if they differ only after so many characters. */
const charactersMax = 256;

/** Returns a hash of a text by the content of its JSON string; the same for all its spellings. */
export function hashOfText(bytes: Uint8Array, start: number, end: number): number {
  let hash: number = offset;
  let characters = 0;
  for (let at = start; at < end; ) {
    const byte = bytes[at]!;
    if (!isContinuation(byte) && ++characters > charactersMax) break;
    if (byte === backslash) {
      const next = endOfEscape(bytes, at);
      hash = withCharacter(hash, characterOf(bytes, at, next));
      at = next;
    } else {
      hash = mixed(hash, byte);
      at++;
    }
  }
  return hash;
}

/** The characters of two-byte escapes by what follows the backslash: RFC 8259 section 7. */
const escaped = Uint8Array.from({ length: 256 }, (_, byte) => byte);
for (const [letter, character] of Object.entries({ b: 0x08, f: 0x0c, n: 0x0a, r: 0x0d, t: 0x09 }))
  escaped[letter.charCodeAt(0)] = character;

/** Returns the code point that the escape `bytes[at, end)` spells. */
function characterOf(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at + 1] !== letterU) return escaped[bytes[at + 1]!]!;
  const unit = unitAt(bytes, at + 2);
  if (end - at === unitEscapeBytes) return unit;
  return 0x10000 + ((unit & 0x3ff) << 10) + (unitAt(bytes, end - 4) & 0x3ff);
}

/** Adds a character's bytes in UTF-8. Half a surrogate pair, which has none, gets three. */
function withCharacter(hash: number, code: number): number {
  if (code < 0x80) return mixed(hash, code);
  const last = 0x80 | (code & 0x3f);
  if (code < 0x800) return mixed(mixed(hash, 0xc0 | (code >> 6)), last);
  const third = 0x80 | ((code >> 6) & 0x3f);
  if (code < 0x10000) return mixed(mixed(mixed(hash, 0xe0 | (code >> 12)), third), last);
  const second = 0x80 | ((code >> 12) & 0x3f);
  return mixed(mixed(mixed(mixed(hash, 0xf0 | (code >> 18)), second), third), last);
}
