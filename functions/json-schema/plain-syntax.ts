import { backslash } from "../values/bytes.ts";

/** A part of a pattern: the characters that it accepts, and how many of them. */
export interface Part {
  /** By byte: the characters of ASCII. */
  readonly accepts: Uint8Array;
  /** Whether it accepts every character beyond ASCII that is neither a space nor a line's end. */
  readonly acceptsOthers: boolean;
  readonly min: number;
  readonly max: number;
}

/** Parts in a row, at the start or the end of the text or anywhere. */
export interface Sequence {
  readonly parts: readonly Part[];
  readonly isAtStart: boolean;
  readonly isAtEnd: boolean;
}

const escaped = String.raw`\\[dsw.+*?^$()[\]{}|/-]`;
const set = String.raw`(?:[\w .:;,@#%&=!~'"<>/+-]|${escaped})+`;
const one = String.raw`[.\w :;,@#%&=!~'"<>/-]`;
const times = String.raw`\{\d{1,4}(?:,\d{0,4})?\}|[+*?](?![+?])`;
/** A class, an escape, any character or one character, and a quantifier. */
const partSyntax = new RegExp(
  String.raw`(?:\[(?<not>\^?)(?<set>${set})\]|(?<escaped>${escaped}|\\[DSW])|(?<plain>${one}))` +
    `(?<times>${times})?`,
  "uy",
);
const setSyntax = /\\(?<escaped>.)|(?<first>[^\\])(?:-(?<last>[^\\\]]))?/gu;

/** A group of alternatives without a quantifier, which has no group within it. */
const groupSyntax =
  /(?<=^|[^\\](?:\\\\)*)\((?:\?:|(?!\?))((?:[^()[\]\\]|\\.|\[(?:[^\]\\]|\\.)*\])*)\)(?![*+?{])/u;
/** Everything up to the next `|` that separates alternatives. */
const alternativeSyntax = /(?:[^|[\\]|\\.|\[(?:[^\]\\]|\\.)*\])*/uy;
/** A class with characters that mean something else outside of it. */
const classWithGroup = /\[(?:[^\]\\]|\\.)*[(|)]/u;
const alternativesMax = 16;
/** Returns patterns without groups, any of which may match; none if there are too many. */
export function sequencesIn(pattern: string): readonly string[] {
  if (classWithGroup.test(pattern)) return [pattern];
  let found: readonly string[] = [pattern];
  while (found.some(each => groupSyntax.test(each))) {
    found = found.flatMap(each => {
      const [group, within] = groupSyntax.exec(each) ?? [];
      // A function, as the alternatives may contain `$`.
      return group === undefined
        ? [each]
        : alternativesIn(within!).map(one => each.replace(group, () => one));
    });
    if (found.length > alternativesMax) return [];
  }
  // Other groups are no parts, and alternatives within them are not the pattern's own.
  return found.flatMap(each => (/[()]/.test(each.replace(/\\./gu, "")) ? [each] : alternativesIn(each)));
}

function alternativesIn(text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at <= text.length; at++) {
    alternativeSyntax.lastIndex = at;
    const [one] = alternativeSyntax.exec(text)!;
    found.push(one);
    at += one.length;
    if (at < text.length && text[at] !== "|") return [text];
  }
  return found;
}

/** Returns the parts of a pattern without groups; undefined if it has anything else. */
export function sequenceOf(pattern: string): Sequence | undefined {
  const isAtStart = pattern.startsWith("^");
  const isAtEnd = /(?:^|[^\\])(?:\\\\)*\$$/u.test(pattern);
  const parts = partsOf(pattern, isAtStart ? 1 : 0, isAtEnd ? pattern.length - 1 : pattern.length);
  return parts && { parts, isAtStart, isAtEnd };
}

function partsOf(pattern: string, start: number, end: number): Part[] | undefined {
  const parts: Part[] = [];
  for (let at = start; at < end; ) {
    partSyntax.lastIndex = at;
    const found = partSyntax.exec(pattern);
    if (found === null || found.index + found[0].length > end) return undefined;
    const { not, set, escaped, plain, times } = found.groups!;
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
    parts.push({ accepts, acceptsOthers: isNegated, ...rangeOf(times) });
    at += found[0].length;
  }
  return parts;
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

/** A text without escapes has no other white space than the space. */
function addEscape(accepts: Uint8Array, escaped: string): void {
  if (escaped === "d" || escaped === "w") accepts.fill(1, 0x30, 0x3a);
  if (escaped === "w") {
    accepts.fill(1, 0x41, 0x5b).fill(1, 0x61, 0x7b);
    accepts[0x5f] = 1;
  }
  if (escaped === "s") accepts[0x20] = 1;
  if (!/[dsw]/.test(escaped)) accepts[escaped.charCodeAt(0)] = 1;
}

function rangeOf(times: string | undefined): { min: number; max: number } {
  if (times === undefined) return { min: 1, max: 1 };
  if (times === "?") return { min: 0, max: 1 };
  if (times === "*" || times === "+") return { min: times === "*" ? 0 : 1, max: Infinity };
  const [min, max] = times.slice(1, -1).split(",");
  return { min: Number(min), max: max === undefined ? Number(min) : max === "" ? Infinity : Number(max) };
}
