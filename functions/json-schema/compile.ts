import type { JsonObject } from "../values/json-object.ts";
import { type AssertionsOf, assertionsIn } from "./assertions.ts";
import type { Spend } from "./budget.ts";
import type { Dialect } from "./dialect.ts";
import { numberAsWritten } from "./exact-number.ts";
import { ExactReader } from "./exact-reader.ts";
import { schemaCharsKeptMax } from "./limits.ts";
import { nodeOf, type SchemaNode, stepsOf } from "./node.ts";

const utf8 = new TextDecoder();
const reader = new ExactReader(numberAsWritten);

/** The schemas of a dialect, kept between deliveries. */
class KeptSchemas {
  readonly #dialect: Dialect;
  readonly #nodes = new Map<string, SchemaNode>();
  /** Total text length of the kept schemas; in memory they are up to thirty times as large. */
  #chars = 0;
  #rulesOf: AssertionsOf;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
    this.#rulesOf = assertionsIn(dialect);
  }

  of(text: string, spend: Spend): SchemaNode {
    const known = this.#nodes.get(text);
    if (known !== undefined) return known;
    const schema = reader.read(text) as JsonObject;
    spend(stepsOf(schema));
    if (this.#chars + text.length > schemaCharsKeptMax) {
      this.#nodes.clear();
      this.#rulesOf = assertionsIn(this.#dialect);
      this.#chars = 0;
    }
    this.#chars += text.length;
    const node = nodeOf(schema, { dialect: this.#dialect, assertionsOf: this.#rulesOf, spend });
    this.#nodes.set(text, node);
    return node;
  }
}

const kept = new WeakMap<Dialect, KeptSchemas>();

/** Compiles the schema of a stream's records. Throws NotASchema. Charges the cost to `spend`. */
export function compileSchema(
  { text }: { readonly text: Uint8Array },
  dialect: Dialect,
  spend: Spend,
): SchemaNode {
  const schemas = kept.get(dialect) ?? new KeptSchemas(dialect);
  kept.set(dialect, schemas);
  return schemas.of(utf8.decode(text), spend);
}
