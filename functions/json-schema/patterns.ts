import { RE2Set } from "re2js";
import type { Spend } from "./budget.ts";
import { type Dialect, NotASchema } from "./dialect.ts";
import { patternStatesBytesMax, patternsKeptMax } from "./limits.ts";
import { re2Of } from "./pattern-syntax.ts";

/** A pattern that can be held against a text in time that grows with the text, whatever the two are. */
export interface Pattern {
  /** What a character costs that it is held against, see walk.ts. */
  readonly weight: number;
  /** Whether it is found anywhere in `text`. */
  isIn(text: string): boolean;
}

/** Compiling a character takes 4 to 20 µs, a step 40 ns; and what is compiled is kept, in 10 kB and more. */
const stepsPerSize = 100;
const stepsPerPattern = 5_000;
/** A character takes 5 to 12 ns for each instruction at worst, where the states do not fit, and 10 to 100 ns in all else. */
const weightPerInstruction = 8;

/** Kept between deliveries; null for those that are left to the Import API. */
const kept = new Map<string, Pattern | null>();

/**
 * The pattern that `text` is, JSON Schema's: ECMA 262's with the flag `u`. Null for one that only backtracking can find, that is
 * a pattern in another dialect alone, or that Java reads otherwise: it is left to the destination. Throws NotASchema for one that
 * is none.
 */
export function patternOf(text: string, { isJava }: Dialect, spend: Spend): Pattern | null {
  const identity = `${isJava} ${text}`;
  const known = kept.get(identity);
  if (known !== undefined) return known;
  const re2 = re2Of(text, isJava);
  spend(stepsPerPattern + stepsPerSize * re2.size);
  const isKnown = isPattern(withoutNeedlessEscapes(text), "u") && !(isJava && unlikeJavas.test(text));
  const pattern = isKnown ? compiled(re2.text, isJava) : null;
  const isNone = !isPattern(withoutJavas(text), "") && compiled(text, isJava) === null;
  if (pattern === null && (isNone || (isJava && isRefusedByJava(text))))
    throw new NotASchema(`${JSON.stringify(text.slice(0, 100))} is no pattern`);
  if (kept.size >= patternsKeptMax) kept.clear();
  kept.set(identity, pattern);
  return pattern;
}

function compiled(text: string, isJava: boolean): Pattern | null {
  try {
    // A set of one: RE2JS itself lets each pattern's states grow to 8 MB.
    const found = new RE2Set(RE2Set.UNANCHORED, 0, patternStatesBytesMax);
    found.add(text);
    found.compile();
    return {
      weight: weightPerInstruction * found.prog.numInst(),
      isIn: value =>
        found.match(value).length > 0 ||
        (isJava && lastLineEnd.test(value) && found.match(value.replace(lastLineEnd, "")).length > 0),
    };
  } catch {
    // Look-around, back references, or more of it than RE2 takes.
    return null;
  }
}

/** Java's `$` also matches before it. */
const lastLineEnd = /(?:\r\n|[\n\r\u0085\u2028\u2029])$/;
/** Word boundaries, classes within classes, empty classes, and the escape `\u{…}`. */
const unlikeJavas = /\\[bB]|\\u\{|\[\^?\]|\[(?:\\.|[^\]\\])*(?:\[|&&)/s;
/** Without what Java alone has: possessive counts and atomic groups. */
const withoutJavas = (text: string) => text.replace(/([*+?}])\+/g, "$1").replaceAll("(?>", "(?:");

/** java.util.regex.Pattern refuses a letter's escape that means nothing, and a brace that opens no count. */
function isRefusedByJava(text: string): boolean {
  const unquoted = text.replace(/\\Q.*?(?:\\E|$)/gs, "x");
  if (/^(?:[^\\]|\\[^CFIJKLMOTUYgijlmoqy])*\\[CFIJKLMOTUYgijlmoqy]/s.test(unquoted)) return true;
  const others = unquoted.replace(/\\(?:[pPxuNk]\{[^}]*\}|.)/gs, "x").replace(/\[[^\]]*\]/g, "x");
  return /\{(?!\d+(?:,\d*)?\})/.test(others);
}

function isPattern(text: string, flags: "" | "u"): boolean {
  try {
    new RegExp(text, flags);
    return true;
  } catch {
    return false;
  }
}

/** The flag forbids `\-` outside of classes, which many write, and which means `-` in every dialect. */
const withoutNeedlessEscapes = (text: string) =>
  text.replace(/\\(.)/gsu, (pair, of: string) => (/[-_@"'#%&:;,<>=!~` ]/.test(of) ? "x" : pair));
