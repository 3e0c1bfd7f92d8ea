import { Kind } from "../values/visitor.ts";
import type { Assertions } from "./assertions.ts";
import type { Spend } from "./budget.ts";
import { scalarOf, typesOfScalars } from "./scalars.ts";

const noBytes = new Uint8Array();

/** A scalar in the body that is being checked: by its text, and by its value where the text does not tell. */
export class ScalarCheck {
  #kind: Kind = Kind.null;
  /** The types that it may have, as bits. */
  #types = 0;
  #bytes: Uint8Array = noBytes;
  #start = 0;
  #end = 0;
  #value: unknown;
  /** Throws BudgetExceeded, and so do all that spend. */
  spend: Spend = () => {};

  /** Begins with the value `bytes[start, end)`. Returns false for a kind that is not JSON's, or no scalar. */
  begin(kind: Kind, bytes: Uint8Array, start: number, end: number): boolean {
    const types = typesOfScalars[kind];
    if (types === undefined) return false;
    this.#kind = kind;
    this.#types = types;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.#value = undefined;
    return true;
  }

  /** Forgets the body, which this outlives. */
  end(): void {
    this.#bytes = noBytes;
    this.#value = undefined;
  }

  get #parsed(): unknown {
    this.#value ??= scalarOf(this.#kind, this.#bytes, this.#start, this.#end);
    return this.#value;
  }

  /** Returns whether the scalar conforms. `isFree`: checking the text spends nothing. */
  meets(rules: Assertions, isFree: boolean): boolean {
    if (!isFree) this.spend(rules.stepsFor(this.#end - this.#start));
    const known = rules.conformsByText(this.#types, this.#bytes, this.#start, this.#end);
    if (known !== undefined) return known;
    if (isFree) this.spend(rules.stepsFor(this.#end - this.#start));
    return rules.matches(this.#parsed, this.spend);
  }
}
