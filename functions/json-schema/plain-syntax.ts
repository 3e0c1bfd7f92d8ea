/** Stands for all characters beyond ASCII that are neither a space nor a line's end. */
export const beyondAscii = 0x80;

/** A part of a pattern: characters, or a group, and how many of them. */
export interface Part extends Unrepeated {
  readonly min: number;
  readonly max: number;
}

interface Unrepeated {
  /** By byte of ASCII, and at `beyondAscii`: 1 if it accepts the character. */
  readonly accepts: Uint8Array;
  /** The alternatives of a group, which accepts no characters itself. */
  readonly group: Alternatives | undefined;
}

type Alternatives = readonly (readonly Part[])[];

/** Parts in a row, at the start or the end of the text or anywhere. */
export interface Sequence {
  readonly parts: readonly Part[];
  readonly isAtStart: boolean;
  readonly isAtEnd: boolean;
}

const escaped = String.raw`\\[dsw.+*?^$()[\]{}|/-]`;
const set = String.raw`(?:[\w .:;,@#%&=!~'"<>/+-]|${escaped})+`;
/** A class, an escape, any character or one character. */
const charactersSyntax = new RegExp(
  String.raw`\[(?<not>\^?)(?<set>${set})\]|(?<escaped>${escaped}|\\[DSW])|(?<plain>[.\w :;,@#%&=!~'"<>/-])`,
  "uy",
);
const setSyntax = /\\(?<escaped>.)|(?<first>[^\\])(?:-(?<last>[^\\\]]))?/gu;
const groupSyntax = /\((?:\?(?::|<\w+>))?(?!\?)/uy;
/** A lazy count takes fewer characters first: that doesn't change whether the whole pattern matches. */
const timesSyntax = /(?:\{(?<min>\d{1,4})(?:(?<comma>,)(?<max>\d{1,4})?)?\}|[*+?])\??(?!\+)/uy;
/** A part takes as much memory as its table. Alternatives count, too. */
const partsMax = 100;
/** Deeper groups within groups are left to the engine. */
const depthMax = 8;
const noCharacters = new Uint8Array(beyondAscii + 1);

/** Returns the alternatives of a pattern of characters, classes and groups; undefined for any other. */
export function sequencesOf(pattern: string): readonly Sequence[] | undefined {
  const parser = new Parser(pattern);
  const sequences: Sequence[] = [];
  do {
    const isAtStart = parser.takes("^");
    if (!parser.hasRoom()) return undefined;
    const parts = parser.parts(0);
    if (parts === undefined) return undefined;
    const isAtEnd = parser.takes("$");
    sequences.push({ parts, isAtStart, isAtEnd });
  } while (parser.takes("|"));
  return parser.isAtEnd ? sequences : undefined;
}

class Parser {
  readonly #text: string;
  #at = 0;
  #count = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  takes(character: string): boolean {
    const isNext = this.#text[this.#at] === character;
    if (isNext) this.#at++;
    return isNext;
  }

  /** Counts a part or an alternative. Returns false if there are too many. */
  hasRoom(): boolean {
    return ++this.#count <= partsMax;
  }

  /** Reads parts up to the end, a `|`, a `$` or a `)`. Returns undefined if there is anything else. */
  parts(depth: number): readonly Part[] | undefined {
    const parts: Part[] = [];
    while (!this.isAtEnd && !"|$)".includes(this.#text[this.#at]!)) {
      const part = this.#take(groupSyntax) ? this.#group(depth + 1) : this.#characters();
      if (part === undefined || !this.hasRoom()) return undefined;
      parts.push({ ...part, ...this.#times() });
    }
    return parts;
  }

  #group(depth: number): Unrepeated | undefined {
    const group: (readonly Part[])[] = [];
    do {
      const parts = depth > depthMax || !this.hasRoom() ? undefined : this.parts(depth);
      if (parts === undefined) return undefined;
      group.push(parts);
    } while (this.takes("|"));
    return this.takes(")") ? { accepts: noCharacters, group } : undefined;
  }

  #characters(): Unrepeated | undefined {
    const found = this.#take(charactersSyntax);
    if (found === undefined) return undefined;
    const { not, set, escaped, plain } = found;
    const accepts = new Uint8Array(beyondAscii + 1);
    let isNegated = not === "^" || plain === ".";
    if (escaped !== undefined) {
      isNegated = /[DSW]/.test(escaped);
      addEscape(accepts, escaped[1]!.toLowerCase());
    } else if (set !== undefined) {
      if (!addSet(accepts, set)) return undefined;
    } else if (plain !== ".") accepts[plain!.charCodeAt(0)] = 1;
    if (isNegated) for (let at = 0; at <= beyondAscii; at++) accepts[at] = 1 - accepts[at]!;
    return { accepts, group: undefined };
  }

  #times(): Pick<Part, "min" | "max"> {
    const from = this.#at;
    const found = this.#take(timesSyntax);
    const sign = this.#text[from];
    if (found === undefined) return { min: 1, max: 1 };
    if (sign !== "{") return { min: sign === "+" ? 1 : 0, max: sign === "?" ? 1 : Infinity };
    const min = Number(found.min);
    if (found.comma === undefined) return { min, max: min };
    return { min, max: found.max === undefined ? Infinity : Number(found.max) };
  }

  #take(syntax: RegExp): Partial<Record<string, string>> | undefined {
    syntax.lastIndex = this.#at;
    const found = syntax.exec(this.#text);
    if (found === null) return undefined;
    this.#at += found[0].length;
    return found.groups ?? {};
  }
}

function addSet(accepts: Uint8Array, set: string): boolean {
  // A range from or to an escape.
  if (/\\.-.|.-\\/su.test(set)) return false;
  for (const { groups } of set.matchAll(setSyntax)) {
    const { escaped, first, last } = groups!;
    if (escaped !== undefined) addEscape(accepts, escaped);
    else {
      const [from, to] = [first!.charCodeAt(0), (last ?? first!).charCodeAt(0)];
      if (to < from) return false;
      accepts.fill(1, from, to + 1);
    }
  }
  return true;
}

function addEscape(accepts: Uint8Array, escaped: string): void {
  if (escaped === "d" || escaped === "w") accepts.fill(1, 0x30, 0x3a);
  if (escaped === "w") {
    accepts.fill(1, 0x41, 0x5b).fill(1, 0x61, 0x7b);
    accepts[0x5f] = 1;
  }
  // A JSON string has no other white space of ASCII without an escape.
  if (escaped === "s") accepts[0x20] = 1;
  if (!/[dsw]/.test(escaped)) accepts[escaped.charCodeAt(0)] = 1;
}
