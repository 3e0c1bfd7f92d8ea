import { backslash, holdsEscape } from "../values/bytes.ts";

/** A part of a pattern: the bytes that it accepts, and how many of them. */
interface Part {
  readonly accepts: Uint8Array;
  readonly min: number;
  readonly max: number;
}

const escaped = String.raw`\\[dw.+*?^$()[\]{}|/-]`;
const set = String.raw`(?:[\w .:;,@#%&=!~'/+-]|${escaped})+`;
const times = String.raw`\{\d{1,4}(?:,\d{0,4})?\}|[+*?](?![+?])`;
/** A class, an escape or a character, and a quantifier. */
const partSyntax = new RegExp(
  String.raw`(?:\[(?<set>${set})\]|(?<escaped>${escaped})|(?<plain>[\w :;,@#%&=!~'/-]))(?<times>${times})?`,
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
/** Longer texts are left to the pattern itself, which has a budget. */
const textBytesMax = 256;
/** Once so many bytes have been compared for each of the text's, the pattern itself decides. */
const workPerByteMax = 8;

/**
 * Returns a check on the bytes of a JSON string whether a pattern is certain to match: one of characters and
 * classes in a row, and of groups of alternatives; undefined for any other pattern. Each part takes as many
 * bytes as it can, so a text may match without being accepted: then the pattern itself decides.
 */
export function plainPatternOf(pattern: string) {
  const work = { left: 0 };
  const sequences = sequencesIn(pattern).flatMap(each => sequenceOf(each, work) ?? []);
  if (sequences.length === 0) return undefined;
  return (bytes: Uint8Array, start: number, end: number): boolean => {
    work.left = workPerByteMax * (end - start);
    return end - start <= textBytesMax && sequences.some(each => each(bytes, start, end));
  };
}

/** Returns patterns without groups, any of which may match; none if there are too many. */
function sequencesIn(pattern: string): readonly string[] {
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
  return found.filter(each => !/[()]/.test(each.replace(/\\./gu, ""))).flatMap(alternativesIn);
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

function sequenceOf(pattern: string, work: { left: number }) {
  const isAnchored = pattern.startsWith("^");
  const isWhole = pattern.endsWith("$");
  const parts = partsOf(pattern, isAnchored ? 1 : 0, isWhole ? pattern.length - 1 : pattern.length);
  if (parts === undefined) return undefined;
  const isAt = (bytes: Uint8Array, start: number, end: number): boolean => {
    let at = start;
    for (const { accepts, min, max } of parts) {
      const from = at;
      const last = Math.min(end, at + max);
      while (at < last && accepts[bytes[at]!] === 1) at++;
      work.left -= at - from + 1;
      if (at - from < min) return false;
    }
    return at === end || !isWhole;
  };
  if (isAnchored) return isAt;
  return (bytes: Uint8Array, start: number, end: number): boolean => {
    // It could begin within an escape.
    if (holdsEscape(bytes, start, end)) return false;
    for (let at = start; at <= end && work.left > 0; at++) if (isAt(bytes, at, end)) return true;
    return false;
  };
}

function partsOf(pattern: string, start: number, end: number): Part[] | undefined {
  const parts: Part[] = [];
  for (let at = start; at < end; ) {
    partSyntax.lastIndex = at;
    const found = partSyntax.exec(pattern);
    if (found === null || found.index + found[0].length > end) return undefined;
    const { set, escaped, plain, times } = found.groups!;
    const accepts = new Uint8Array(256);
    if (plain !== undefined) accepts[plain.charCodeAt(0)] = 1;
    else if (escaped !== undefined) addEscape(accepts, escaped[1]!);
    else if (!addSet(accepts, set!)) return undefined;
    parts.push({ accepts, ...rangeOf(times) });
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
  // A backslash begins an escape, which the pattern must not see.
  accepts[backslash] = 0;
  return true;
}

function addEscape(accepts: Uint8Array, escaped: string): void {
  if (escaped === "d" || escaped === "w") accepts.fill(1, 0x30, 0x3a);
  if (escaped === "w") {
    accepts.fill(1, 0x41, 0x5b).fill(1, 0x61, 0x7b);
    accepts[0x5f] = 1;
  }
  if (!/[dw]/.test(escaped)) accepts[escaped.charCodeAt(0)] = 1;
}

function rangeOf(times: string | undefined): { min: number; max: number } {
  if (times === undefined) return { min: 1, max: 1 };
  if (times === "?") return { min: 0, max: 1 };
  if (times === "*" || times === "+") return { min: times === "*" ? 0 : 1, max: Infinity };
  const [min, max] = times.slice(1, -1).split(",");
  return { min: Number(min), max: max === undefined ? Number(min) : max === "" ? Infinity : Number(max) };
}
