import { invalidSchema } from "./keywords.ts";

/** Returns whether a pattern matches anywhere in a text. */
export type Pattern = (text: string) => boolean;

/**
 * A pattern of java.util.regex, which everit searches for. A construct of Java's that JavaScript has no
 * counterpart for checks nothing: what is not known is accepted. Throws a Refusal for a pattern that Java
 * refuses.
 */
export function patternOf(text: string): Pattern {
  const [, flags = "", rest = ""] = /^(?:\(\?([ims]+)\))?(.*)$/s.exec(text)!;
  const source = translated(rest);
  if (source === undefined) return () => true;
  try {
    const expression = new RegExp(source, `u${flags}`);
    return value => expression.test(value);
  } catch (error) {
    throw invalidSchema(`${(error as Error).message} (the sandbox's words)`);
  }
}

const lineEnds = "\\n\\r\\u0085\\u2028\\u2029";
const blanks = "\\t \\xa0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000";
/** Java's `$`: the end, or before the last line's end. */
const end = `(?=(?:\\r\\n|[${lineEnds}])?$)`;

/** Counterparts of a Java construct outside and inside a class; undefined if there is none. */
type Construct = readonly [outside: string | undefined, inside: string | undefined];

const ofClass = (chars: string): Construct => [`[${chars}]`, chars];
const negated = (chars: string): Construct => [`[^${chars}]`, undefined];

const escapes: Readonly<Record<string, Construct>> = {
  A: ["^", undefined],
  z: ["$", undefined],
  Z: [end, undefined],
  s: ofClass(" \\t\\n\\v\\f\\r"),
  S: negated(" \\t\\n\\v\\f\\r"),
  h: ofClass(blanks),
  H: negated(blanks),
  v: ofClass(`\\v\\f${lineEnds}`),
  V: negated(`\\v\\f${lineEnds}`),
  R: [`(?:\\r\\n|[\\v\\f${lineEnds}])`, undefined],
  a: ["\\x07", "\\x07"],
  e: ["\\x1b", "\\x1b"],
};

/** Java's POSIX classes. */
const posix: Readonly<Record<string, string>> = {
  Alpha: "a-zA-Z",
  Lower: "a-z",
  Upper: "A-Z",
  Digit: "0-9",
  Alnum: "a-zA-Z0-9",
  Space: " \\t\\n\\v\\f\\r",
  XDigit: "0-9a-fA-F",
  ASCII: "\\x00-\\x7f",
  Punct: "!-\\/:-@\\[-`{-~",
};

const quotation = String.raw`\\Q(.*?)(?:\\E|$)`;
const property = String.raw`\\([pP])(?:\{(\w+)\}|(\w))`;
const hexadecimal = String.raw`\\x\{([\da-fA-F]+)\}`;
const alike = String.raw`\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|k<\w+>|c.|[1-9])`;
const token = new RegExp(
  String.raw`${quotation}|${property}|${hexadecimal}|${alike}|\\(.)|\[\^?|[\s\S]`,
  "gsu",
);

/** Returns JavaScript's counterpart, flag `u`; undefined if it has no counterpart. */
function translated(text: string): string | undefined {
  const plain = text.replace(/\\(?:[pPx]\{[^}]*\}|.)/gsu, "x");
  // Possessive counts, atomic groups, flags within, and what two classes share.
  if (/[*+?}]\+|\(\?>|\(\?[a-zA-Z-]+[:)]|&&/.test(plain)) return undefined;
  let source = "";
  let isInside = false;
  for (const found of text.matchAll(token)) {
    const [whole] = found;
    const part = isInside && whole.startsWith("[") ? undefined : partOf(found, isInside, text);
    if (part === undefined) return undefined;
    if (isInside ? whole === "]" : whole.startsWith("[")) isInside = !isInside;
    source += part;
  }
  return source;
}

function partOf(found: RegExpExecArray, isInside: boolean, text: string): string | undefined {
  const [whole, literal, sign, name, letter, code, kept, escaped] = found;
  if (literal !== undefined) return [...literal].map(codePoint).join("");
  if (sign !== undefined) return propertyOf(sign, (name ?? letter)!, isInside);
  if (code !== undefined) return `\\u{${code}}`;
  if (kept !== undefined) return whole;
  if (escaped !== undefined) return escapeOf(escaped, isInside);
  if (isInside)
    return whole === "-" && /[\\[\]^]/.test(text[found.index - 1]! + text[found.index + 1]) ? "\\-" : whole;
  if (whole === "$") return end;
  if (whole === ".") return `[^${lineEnds}]`;
  if (whole === "]" || whole === "}") return isOfCount(text, found.index) ? whole : `\\${whole}`;
  return whole;
}

/** Returns whether a brace closes a count. */
const isOfCount = (text: string, index: number) => /\{\d+(?:,\d*)?$/.test(text.slice(0, index));

const codePoint = (char: string) => `\\u{${char.codePointAt(0)!.toString(16)}}`;

function escapeOf(letter: string, isInside: boolean): string | undefined {
  if (Object.hasOwn(escapes, letter)) return escapes[letter]![isInside ? 1 : 0];
  if (/[dDwWbBtnrf]/.test(letter)) return `\\${letter}`;
  if (/\d/.test(letter)) return undefined;
  // Both refuse a letter that means nothing.
  return /[a-zA-Z]/.test(letter) ? `\\${letter}` : codePoint(letter);
}

function propertyOf(sign: string, name: string, isInside: boolean): string | undefined {
  const chars = posix[name];
  if (chars === undefined)
    return /^(?:L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfson]?)$/.test(name)
      ? `\\${sign}{${name}}`
      : undefined;
  if (sign === "P") return isInside ? undefined : `[^${chars}]`;
  return isInside ? chars : `[${chars}]`;
}
