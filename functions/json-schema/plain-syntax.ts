import { backslash } from "../values/bytes.ts";

/** A part of a pattern: characters, or a group, and how many of them. */
export interface Part {
  /** By byte: the characters of ASCII that it accepts. */
  readonly accepts: Uint8Array;
  /** Whether it accepts every character beyond ASCII that is neither a space nor a line's end. */
  readonly acceptsBeyondAscii: boolean;
  /** The alternatives of a group, which accepts no characters itself. */
  readonly group: Alternatives | undefined;
  readonly min: number;
  readonly max: number;
  /** Whether what follows may begin with a character that it accepts, so that taking fewer may help. */
  readonly mayShrink: boolean;
}

type ParsedPart = Omit<Part, "mayShrink">;
type Unrepeated = Pick<Part, "accepts" | "acceptsBeyondAscii" | "group">;

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
const timesSyntax = /(?:\{(?<min>\d{1,4})(?:(?<comma>,)(?<max>\d{1,4})?)?\}|[*+?])(?![+?])/uy;
/** A part takes as much memory as its table. Alternatives count, too. */
const partsMax = 100;
/** Deeper groups within groups are left to the engine. */
const depthMax = 8;
/** An integer, which the engine compares faster than Infinity. No text has so many characters. */
const unlimited = 2 ** 30;
const ungroupedMax = 16;
const noCharacters = new Uint8Array(256);

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
    for (const each of ungrouped(parts)) sequences.push({ parts: each, isAtStart, isAtEnd });
  } while (parser.takes("|"));
  return parser.isAtEnd ? sequences : undefined;
}

/**
 * Returns alternatives in which groups that are not repeated are replaced by each of theirs: these are
 * matched faster. Leaves groups if there would be too many.
 */
function ungrouped(parts: readonly Part[]): Alternatives {
  let found: Alternatives = [parts];
  for (;;) {
    const next = found.flatMap(each => {
      const at = each.findIndex(({ group, min, max }) => group !== undefined && min === 1 && max === 1);
      if (at < 0) return [each];
      return each[at]!.group!.map(one =>
        withShrinking([...each.slice(0, at), ...one, ...each.slice(at + 1)]),
      );
    });
    if (next.length > ungroupedMax) return found;
    if (next.every((each, n) => each === found[n])) return found;
    found = next;
  }
}

const withShrinking = (parts: readonly ParsedPart[]): readonly Part[] =>
  parts.map((part, n) => ({ ...part, mayShrink: overlap(part, parts[n + 1]) }));

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
    const parts: ParsedPart[] = [];
    while (!this.isAtEnd && !"|$)".includes(this.#text[this.#at]!)) {
      const part = this.#take(groupSyntax) ? this.#group(depth + 1) : this.#characters();
      if (part === undefined || !this.hasRoom()) return undefined;
      parts.push({ ...part, ...this.#times() });
    }
    return withShrinking(parts);
  }

  #group(depth: number): Unrepeated | undefined {
    const group: (readonly Part[])[] = [];
    do {
      const parts = depth > depthMax || !this.hasRoom() ? undefined : this.parts(depth);
      if (parts === undefined) return undefined;
      group.push(parts);
    } while (this.takes("|"));
    return this.takes(")") ? { accepts: noCharacters, acceptsBeyondAscii: false, group } : undefined;
  }

  #characters(): Unrepeated | undefined {
    const found = this.#take(charactersSyntax);
    if (found === undefined) return undefined;
    const { not, set, escaped, plain } = found;
    const accepts = new Uint8Array(256);
    let isNegated = not === "^" || plain === ".";
    if (escaped !== undefined) {
      isNegated = /[DSW]/.test(escaped);
      addEscape(accepts, escaped[1]!.toLowerCase());
    } else if (set !== undefined) {
      if (!addSet(accepts, set)) return undefined;
    } else if (plain !== ".") accepts[plain!.charCodeAt(0)] = 1;
    if (isNegated) for (let byte = 0; byte < 0x80; byte++) accepts[byte] = 1 - accepts[byte]!;
    // A backslash begins an escape, which the pattern must not see.
    accepts[backslash] = 0;
    return { accepts, acceptsBeyondAscii: isNegated, group: undefined };
  }

  #times(): Pick<Part, "min" | "max"> {
    const from = this.#at;
    const found = this.#take(timesSyntax);
    const sign = this.#text[from];
    if (found === undefined) return { min: 1, max: 1 };
    if (sign !== "{") return { min: sign === "+" ? 1 : 0, max: sign === "?" ? 1 : unlimited };
    const min = Number(found.min);
    if (found.comma === undefined) return { min, max: min };
    return { min, max: found.max === undefined ? unlimited : Number(found.max) };
  }

  #take(syntax: RegExp): Partial<Record<string, string>> | undefined {
    syntax.lastIndex = this.#at;
    const found = syntax.exec(this.#text);
    if (found === null) return undefined;
    this.#at += found[0].length;
    return found.groups ?? {};
  }
}

/** Returns whether what follows a part may begin with a character that the part accepts. */
function overlap(part: Unrepeated, next: ParsedPart | undefined): boolean {
  if (next === undefined || next.group !== undefined || next.min === 0) return true;
  if (part.acceptsBeyondAscii && next.acceptsBeyondAscii) return true;
  return part.accepts.some((isAccepted, byte) => isAccepted === 1 && next.accepts[byte] === 1);
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
