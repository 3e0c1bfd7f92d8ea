import { backslash, letterU } from "../values/bytes.ts";
import { unitAt, unitEscapeBytes } from "../values/plain-text.ts";
import { type AutomataMemory, automatonOf, type PlainAutomaton } from "./plain-automaton.ts";
import { sequencesOf } from "./plain-syntax.ts";

/** Matches a pattern of characters, classes and groups with the bytes of a JSON string. */
export class PlainPattern {
  readonly #automaton: PlainAutomaton;

  constructor(automaton: PlainAutomaton) {
    this.#automaton = automaton;
  }

  /** Whether texts have needed ever new states, as they do of the pattern's engine. */
  get isExhausted(): boolean {
    return this.#automaton.isExhausted;
  }

  /**
   * Returns whether the pattern matches the content of a JSON string, `bytes[start, end)`; undefined if only
   * the pattern itself can tell. Takes time linear in the text.
   */
  isIn(bytes: Uint8Array, start: number, end: number): boolean | undefined {
    const automaton = this.#automaton;
    const { classes } = automaton;
    automaton.begin(end - start);
    let state = automaton.first;
    for (let at = start; at < end && state?.isFinal === false; ) {
      let ofClass = classes[bytes[at]!]!;
      let length = 1;
      if (ofClass === 0) {
        length = lengthAt(bytes, at);
        // Java's `$` also matches before a line's end, which an unsure character may be.
        if (length === 0) return undefined;
        ofClass = automaton.classBeyondAscii;
      }
      at += length;
      state = state.next[ofClass] ?? automaton.after(state, ofClass);
    }
    return state?.matches;
  }
}

/** Returns the length in bytes of a character that is an escape or beyond ASCII; 0 if it is unsure. */
const lengthAt = (bytes: Uint8Array, at: number) =>
  bytes[at] === backslash ? lengthOfUnit(bytes, at) : lengthBeyondAscii(bytes[at]!, bytes[at + 1]!);

/**
 * Returns whether a character beyond ASCII may be a space or a line's end in some dialect, or half a
 * surrogate pair. The last six bits of `unit`, its UTF-16 unit, don't matter.
 */
const isUnsure = (unit: number) =>
  unit < 0xc0 ||
  (unit >= 0x1000 && unit < 0x2080) ||
  (unit >= 0x3000 && unit < 0x3040) ||
  (unit >= 0xd800 && unit < 0xe000) ||
  unit >= 0xf000;

/** Returns the length of a character beyond ASCII by its first bytes; 0 if it is unsure. */
function lengthBeyondAscii(first: number, second: number): number {
  if (first >= 0xf0) return 4;
  if (first < 0xe0) return isUnsure((first & 0x1f) << 6) ? 0 : 2;
  return isUnsure(((first & 0x0f) << 12) | ((second & 0x3f) << 6)) ? 0 : 3;
}

/** The same for an escape like `\u00e9`; 0 for any other escape. */
function lengthOfUnit(bytes: Uint8Array, at: number): number {
  return bytes[at + 1] !== letterU || isUnsure(unitAt(bytes, at + 2)) ? 0 : unitEscapeBytes;
}

/**
 * Returns a faster check for a pattern of characters, classes, groups and counts, of limited size; undefined
 * for any other.
 */
export function plainPatternOf(pattern: string, memory: AutomataMemory): PlainPattern | undefined {
  const sequences = sequencesOf(pattern);
  const automaton = sequences && automatonOf(sequences, memory);
  return automaton && new PlainPattern(automaton);
}
