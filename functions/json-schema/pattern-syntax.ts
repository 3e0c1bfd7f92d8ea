/** ECMA 262's `\s` (section 22.2.2) as the contents of an RE2 class; `\S` is its complement. */
const spaces =
  "\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}";
const others =
  "\\x00-\\x08\\x0e-\\x1f!-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}" +
  "\\x{202a}-\\x{202e}" +
  "\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}";

/** Java's `\s` is ASCII only, and its `.` does not match `\u0085`. */
const javaSpaces = "\\t-\\r ";
const javaOthers = "\\x00-\\x08\\x0e-\\x1f!-\\x{10ffff}";

/** `[^]` and `[]`. */
const anything = "[\\x00-\\x{10ffff}]";
const nothing = "[^\\x00-\\x{10ffff}]";

/** An escape (two for a surrogate pair), the beginning of a class or group, a count, or one character. */
const escaped = String.raw`\\(?:u\{[\da-f]+\}|ud[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}|u[\da-f]{4}|.)`;
const opening = String.raw`\[\^?|\((?:\?(?:<[^=!>][^>]*>|<?[:=!]))?`;
const count = String.raw`\{\d+(?:,\d*)?\}`;
const tokens = new RegExp(`${escaped}|${opening}|${count}|.`, "gisu");

/** The extra size of a `\p{…}`: V8 takes 0.1 ms to look one up, each time. */
const propertySize = 50;

/** An ECMA pattern translated to RE2. */
export interface Re2Pattern {
  readonly text: string;
  /** The approximate size with all counts expanded: the cost of compiling it. */
  readonly size: number;
}

/**
 * Translates `pattern` to RE2's syntax: `.`, `\s`, `\S`, `\u…`, `[^]`, `[]` and named groups. Leaves
 * unchanged what RE2 can't express, and RE2 refuses it.
 */
export function re2Of(pattern: string, isJava: boolean): Re2Pattern {
  const text: string[] = [];
  /** The sizes of the open groups, innermost last. */
  const sizes = [0];
  /** The size that a following count would repeat; a class counts as one. */
  let repeated = 0;
  let isInClass = false;
  /** The beginning of a class, right after it was read. */
  let opening = "";
  const add = (size: number) => {
    sizes[sizes.length - 1]! += size;
  };
  for (const [token] of pattern.matchAll(tokens)) {
    if (/^\\p/i.test(token)) sizes[0]! += propertySize;
    text.push(isInClass ? inClass(token, isJava) : outsideClass(token, isJava));
    if (isInClass) {
      add(1);
      isInClass = token !== "]";
      // RE2 would read the bracket as the first character of the class.
      if (!isInClass && opening !== "") text.splice(-2, 2, opening === "[" ? nothing : anything);
      opening = "";
    } else if (token.startsWith("{") && token.length > 1) add(repeated * (countOf(token) - 1));
    else if (token.startsWith("(")) sizes.push(1);
    else {
      repeated = token === ")" && sizes.length > 1 ? sizes.pop()! : 1;
      add(repeated);
      isInClass = token.startsWith("[");
      if (isInClass) opening = token;
    }
  }
  return { text: text.join(""), size: sizes.reduce((sum, each) => sum + each) };
}

function outsideClass(token: string, isJava: boolean): string {
  if (token === ".") return `[^\\n\\r${isJava ? "\\x{85}" : ""}\\x{2028}\\x{2029}]`;
  if (token === "\\s") return `[${isJava ? javaSpaces : spaces}]`;
  if (token === "\\S") return `[^${isJava ? javaSpaces : spaces}]`;
  if (token.startsWith("(?<") && token.endsWith(">")) return "(";
  return codePoint(token);
}

function inClass(token: string, isJava: boolean): string {
  if (token === "\\s") return isJava ? javaSpaces : spaces;
  if (token !== "\\S") return codePoint(token);
  return isJava ? javaOthers : others;
}

function codePoint(token: string): string {
  const [, high, low] = /^\\u(....)\\u(....)$/.exec(token) ?? [];
  if (high === undefined) return token.replace(/^\\u\{?([\da-f]+)\}?$/i, "\\x{$1}");
  const pair = String.fromCharCode(parseInt(high, 16), parseInt(low!, 16));
  return `\\x{${pair.codePointAt(0)!.toString(16)}}`;
}

/** Returns the maximum of a count such as `{2}` or `{2,4}`, and the minimum of `{2,}`. */
const countOf = (token: string) => Math.max(1, ...token.slice(1, -1).split(",").filter(Boolean).map(Number));
