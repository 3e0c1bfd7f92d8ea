import { type Spend, stepsOfText } from "./budget.ts";
import { type Dialect, NotASchema } from "./dialect.ts";
import type { SchemaLimits } from "./limits.ts";
import { re2Of } from "./pattern-syntax.ts";
import type { AutomataMemory } from "./plain-automaton.ts";
import { type PlainPattern, plainPatternOf } from "./plain-pattern.ts";

/** A pattern that is matched in time linear in the text. */
export interface Pattern {
  /** The cost of a text's character, see evaluator.ts. */
  readonly weight: number;
  /**
   * Returns whether the pattern matches anywhere in `text`. Charges extra work while texts need ever new
   * states.
   */
  isIn(text: string, spend: Spend): boolean;
  /** For some patterns, a faster way to the same answer. It does not know all texts. */
  readonly plain: PlainPattern | undefined;
}

/**
 * Compiling a character takes 4 to 20 µs, a step 40 ns. Compiled patterns are kept and need 10 kB or more.
 */
const stepsPerSize = 100;
const stepsPerPattern = 5_000;
/**
 * A character takes 5 to 12 ns per instruction if the states do not fit in memory, otherwise 10 to 100 ns in
 * all.
 */
const weightPerInstruction = 8;
/**
 * A state of a larger program may not fit into the memory for states. It is made again for each text, which
 * takes a millisecond for a thousand instructions.
 */
const instructionsMax = 2_000;

/** Making a state for each character takes the engine ten times as long as reading it with a known one. */
const newStatesWeight = 10;

type PatternLimits = Pick<SchemaLimits, "patternsKeptMax" | "patternStatesBytesMax" | "automataBytesMax">;

interface Compiled {
  readonly weight: number;
  isIn(text: string): boolean;
}

const memoryOf = ({ patternStatesBytesMax, automataBytesMax }: PatternLimits): AutomataMemory => ({
  statesBytesMax: patternStatesBytesMax,
  bytesLeft: automataBytesMax,
});

type Engine = typeof import("re2js");

/** Thrown at a pattern before the engine is loaded. */
export class PatternsNotLoaded extends Error {
  override readonly name = "PatternsNotLoaded";
}

/**
 * Compiles the patterns of one dialect, and keeps them between deliveries. Their engine is a sixth of a
 * function's code, and most schemas have no pattern, so it is loaded at the first one.
 */
export class Patterns {
  readonly #isJava: boolean;
  readonly #limits: PatternLimits;
  /** The plain patterns that are kept share it. */
  #memory: AutomataMemory;
  #engine: Engine | undefined;
  /** null for patterns that are left to the destination. */
  readonly #kept = new Map<string, Pattern | null>();

  constructor({ isJava }: Pick<Dialect, "isJava">, limits: PatternLimits) {
    this.#isJava = isJava;
    this.#limits = limits;
    this.#memory = memoryOf(limits);
  }

  async load(): Promise<void> {
    this.#engine ??= await import("re2js");
  }

  /**
   * Compiles a JSON Schema pattern: ECMA 262 with the flag `u`. Returns null for a pattern that needs
   * backtracking, that is valid only in another dialect, or that Java reads differently: it is left to the
   * destination. Throws NotASchema for an invalid pattern, and PatternsNotLoaded.
   */
  compile(text: string, spend: Spend): Pattern | null {
    const known = this.#kept.get(text);
    if (known !== undefined) return known;
    if (this.#engine === undefined) throw new PatternsNotLoaded();
    const re2 = re2Of(text, this.#isJava);
    spend(stepsPerPattern + stepsPerSize * re2.size);
    const pattern = this.#checked(text, re2.text, this.#engine);
    if (this.#kept.size >= this.#limits.patternsKeptMax) {
      this.#kept.clear();
      this.#memory = memoryOf(this.#limits);
    }
    this.#kept.set(text, pattern);
    return pattern;
  }

  #checked(text: string, re2: string, engine: Engine): Pattern | null {
    const isJava = this.#isJava;
    const isKnown = isPattern(withoutNeedlessEscapes(text), "u") && !(isJava && unlikeJavas.test(text));
    const pattern = isKnown ? this.#compiled(re2, engine) : null;
    const isInvalid = !isPattern(withoutJavas(text), "") && this.#compiled(text, engine) === null;
    if (pattern === null && (isInvalid || (isJava && isRefusedByJava(text))))
      throw new NotASchema(`${JSON.stringify(text.slice(0, 100))} is not a valid pattern`);
    if (pattern === null) return null;
    const plain = plainPatternOf(text, this.#memory);
    return {
      weight: pattern.weight,
      isIn(value, spend) {
        if (plain?.isExhausted === true) spend(stepsOfText(value.length, newStatesWeight * pattern.weight));
        return pattern.isIn(value);
      },
      plain,
    };
  }

  #compiled(text: string, { RE2Set }: Engine): Compiled | null {
    const isJava = this.#isJava;
    try {
      // A set of one pattern, because RE2JS otherwise lets a pattern's states grow to 8 MB.
      const found = new RE2Set(RE2Set.UNANCHORED, 0, this.#limits.patternStatesBytesMax);
      found.add(text);
      found.compile();
      if (found.prog.numInst() > instructionsMax) return null;
      return {
        weight: weightPerInstruction * found.prog.numInst(),
        isIn: value =>
          found.match(value).length > 0 ||
          (isJava && lastLineEnd.test(value) && found.match(value.replace(lastLineEnd, "")).length > 0),
      };
    } catch {
      // Look-around, back references, or too large for RE2.
      return null;
    }
  }
}

/** Java's `$` also matches before this. */
const lastLineEnd = /(?:\r\n|[\n\r\u0085\u2028\u2029])$/;
/** Word boundaries, classes within classes, empty classes, and the escape `\u{…}`. */
const unlikeJavas = /\\[bB]|\\u\{|\[\^?\]|\[(?:\\.|[^\]\\])*(?:\[|&&)/s;
/** Removes what only Java has: possessive quantifiers and atomic groups. */
const withoutJavas = (text: string) => text.replace(/([*+?}])\+/g, "$1").replaceAll("(?>", "(?:");

/** java.util.regex.Pattern refuses unknown escapes of letters, and braces without a count. */
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

/**
 * Removes `\-` outside of classes, which the flag forbids: many write it, and it means `-` in every dialect.
 */
const withoutNeedlessEscapes = (text: string) =>
  text.replace(/\\(.)/gsu, (pair, of: string) => (/[-_@"'#%&:;,<>=!~` ]/.test(of) ? "x" : pair));
