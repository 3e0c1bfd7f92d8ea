import type { JsonObject } from "../values/json-object.ts";
import { type AssertionsOf, assertionsIn } from "./assertions.ts";
import type { Spend } from "./budget.ts";
import type { Dialect } from "./dialect.ts";
import { numberAsWritten } from "./exact-number.ts";
import { ExactReader } from "./exact-reader.ts";
import type { SchemaLimits } from "./limits.ts";
import { nodeOf, type SchemaNode, stepsOf } from "./node.ts";
import { Patterns, PatternsNotLoaded } from "./patterns.ts";
import { RecordPlan } from "./record-plan.ts";

/** Plans grow with the names of the records that they check. */
const plansKeptMax = 20_000;
const utf8 = new TextDecoder();
const reader = new ExactReader(numberAsWritten);

/** Compiles schemas as one dialect reads them, and keeps them between deliveries. */
export class SchemaCompiler {
  readonly dialect: Dialect;
  readonly limits: SchemaLimits;
  readonly #patterns: Patterns;
  readonly #nodes = new Map<string, SchemaNode>();
  readonly #plans = new Map<SchemaNode, RecordPlan>();
  /** Total text length of the kept schemas; in memory they are up to thirty times as large. */
  #chars = 0;
  #assertionsOf: AssertionsOf;

  constructor(dialect: Dialect, limits: SchemaLimits) {
    this.dialect = dialect;
    this.limits = limits;
    this.#patterns = new Patterns(dialect, limits);
    this.#assertionsOf = assertionsIn(dialect, this.#patterns, limits);
  }

  /**
   * Does `work` with this compiler. At the process's first pattern, loads what compiles patterns and does
   * the work again.
   */
  async withPatterns<T>(work: () => T): Promise<T> {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof PatternsNotLoaded)) throw error;
      await this.loadPatterns();
      return work();
    }
  }

  /** Loads what compiles patterns; `compile` throws PatternsNotLoaded at a pattern before. */
  loadPatterns(): Promise<void> {
    return this.#patterns.load();
  }

  /** Compiles the schema of a stream's records. Throws NotASchema. Charges the cost to `spend`. */
  compile({ text }: { readonly text: Uint8Array }, spend: Spend): SchemaNode {
    const key = utf8.decode(text);
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const schema = reader.read(key) as JsonObject;
    spend(stepsOf(schema));
    this.#makeRoom(key.length);
    const node = this.compileParsed(schema, spend);
    this.#nodes.set(key, node);
    return node;
  }

  /** Compiles a parsed schema without keeping it. Throws NotASchema. Charges its patterns and copies. */
  compileParsed(schema: JsonObject, spend: Spend): SchemaNode {
    const [patterns, assertionsOf] = [this.#patterns, this.#assertionsOf];
    return nodeOf(schema, { dialect: this.dialect, patterns, assertionsOf, spend });
  }

  /** Returns the check of records that is kept with their compiled schema. */
  planOf(node: SchemaNode): RecordPlan {
    let size = this.#plans.size;
    for (const each of this.#plans.values()) size += each.size;
    if (size > plansKeptMax) this.#plans.clear();
    const known = this.#plans.get(node);
    if (known !== undefined) return known;
    const plan = new RecordPlan(node);
    this.#plans.set(node, plan);
    return plan;
  }

  #makeRoom(chars: number): void {
    if (this.#chars + chars > this.limits.schemaCharsKeptMax) {
      this.#nodes.clear();
      this.#plans.clear();
      this.#assertionsOf = assertionsIn(this.dialect, this.#patterns, this.limits);
      this.#chars = 0;
    }
    this.#chars += chars;
  }
}
