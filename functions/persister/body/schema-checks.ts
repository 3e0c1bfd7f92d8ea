import {
  BudgetExceeded,
  Evaluator,
  NotASchema,
  type PlanResources,
  type SchemaCompiler,
  type SchemaNode,
  spendOf,
  type Violation,
  violationsOf,
} from "../../json-schema/index.ts";
import type { ValueReader } from "../../stitchstream/reader.ts";
import { readerOf } from "../../stitchstream/readers.ts";
import type { StreamSchema } from "../../stitchstream/stream-schema.ts";
import { ByteWriter } from "../../values/byte-writer.ts";
import { JsonWriter } from "../../values/json-writer.ts";
import type { MapCheck } from "../../values/slot-check.ts";
import { TransitToJson } from "../../values/transit-to-json.ts";
import * as limits from "../limits.ts";
import type { Contents } from "./contents.ts";
import type { Faults } from "./faults.ts";

/** Scalars, maps and arrays that do not conform are evaluated again, with their records. */
const scalarShare = 2;
const wholeShare = 4;
/**
 * A plan takes a few hundred steps, so a thousand columns need less than this. Many columns that refer to one
 * large schema may need more.
 */
const plansShare = 4;

const jsonBytesMin = 4_096;

/** A record that was just read. */
interface RecordCheck {
  readonly line: number;
  readonly stream: string;
  readonly schema: StreamSchema;
  readonly reader: ValueReader;
  /** The keys that are already reported. */
  readonly wrong: readonly { readonly field: string }[];
}

/** Checks a body's records against their streams' schemas. */
export class SchemaChecks {
  readonly #compiler: SchemaCompiler;
  readonly #contents: Contents;
  readonly #faults: Faults;
  /** By the schema's id; null for an invalid schema, which is reported once. */
  readonly #nodes: (SchemaNode | null)[] = [];
  /** Undefined once the body has used up its budget; the body is refused then. */
  #evaluator: Evaluator | undefined;
  /** With budgets of their own: checks in passing may not change what the evaluator still accepts. */
  readonly #inPassing: PlanResources;
  readonly #toJson = new TransitToJson();
  /** The last record of transit, as JSON. */
  readonly #json = new ByteWriter(jsonBytesMin);
  /** Reads lines that need more than that a second time. */
  #reader: ValueReader | undefined;

  constructor(contents: Contents, faults: Faults, compiler: SchemaCompiler) {
    this.#compiler = compiler;
    this.#contents = contents;
    this.#faults = faults;
    const steps = limits.checkStepsMin + limits.checkStepsPerByteMax * contents.bytes.length;
    this.#evaluator = new Evaluator(compiler, steps);
    this.#inPassing = {
      scalars: new Evaluator(compiler, steps / scalarShare),
      wholes: new Evaluator(compiler, steps / wholeShare),
      spendOnPlans: spendOf(steps / plansShare),
    };
  }

  /** Checks the schema on `line`. */
  checkSchema(line: number, stream: string, schema: StreamSchema): void {
    this.#withinBudget(line, stream, evaluator => this.#nodeOf(evaluator, line, stream, schema));
  }

  /** Checks a record, except for the keys that are already reported. */
  checkRecord({ line, stream, schema, reader, wrong }: RecordCheck): void {
    this.#withinBudget(line, stream, evaluator => {
      const node = this.#nodeOf(evaluator, line, stream, schema);
      if (node === null) return;
      const { bytes, start } = this.#textOf(reader);
      for (const violation of violationsOf(node, evaluator, bytes, start))
        if (violation.path.length !== 1 || !wrong.some(({ field }) => field === violation.path[0]))
          this.#faults.add("invalid-records", { line, stream, ...faultOf(violation) });
    });
  }

  /** Returns a checked schema's check of records; undefined if only the evaluator can check them. */
  planOf({ id }: StreamSchema): MapCheck | undefined {
    const node = this.#nodes[id];
    return node === undefined || node === null
      ? undefined
      : this.#compiler.planOf(node).within(this.#inPassing);
  }

  /** Ends the checks of the body: kept plans hold the evaluators until they are used for another one. */
  end(): void {
    for (const each of [this.#inPassing.scalars, this.#inPassing.wholes]) each.end();
  }

  /** Does `work` unless the body has used up its budget. */
  #withinBudget(line: number, stream: string, work: (evaluator: Evaluator) => void): void {
    if (this.#evaluator === undefined) return;
    try {
      work(this.#evaluator);
    } catch (error) {
      if (!(error instanceof BudgetExceeded)) throw error;
      this.#evaluator = undefined;
      this.#faults.add("invalid-records", { line, stream, message: tooMuchWork });
    }
  }

  #nodeOf(evaluator: Evaluator, line: number, stream: string, schema: StreamSchema): SchemaNode | null {
    const known = this.#nodes[schema.id];
    if (known !== undefined) return known;
    let node: SchemaNode | null = null;
    try {
      node = this.#compiler.compile(schema, evaluator.spend);
    } catch (error) {
      if (!(error instanceof NotASchema)) throw error;
      this.#faults.add("malformed", {
        line,
        stream,
        message: `not a valid JSON Schema: ${error.message}`,
      });
    }
    this.#nodes[schema.id] = node;
    return node;
  }

  /** Returns the record that was just read, as JSON. */
  #textOf(reader: ValueReader) {
    const { isJson, bytes, splices, growth, standsAlone, spliceable, lineStart } = reader;
    const { textStart: start, textEnd: end } = reader.envelope.record;
    if (isJson) return { bytes, start };
    const out = this.#json;
    out.begin(jsonBytesMin);
    const text = { source: this.#contents.memory, start, end, splices, firstSplice: 0, growth };
    if (!(standsAlone || spliceable) || !this.#toJson.write(text, out)) {
      this.#reader ??= readerOf({ encoding: "transit" }, bytes, limits);
      // The line has been read before, and so is UTF-8.
      this.#reader.isUtf8 = true;
      this.#reader.readField(lineStart, "record", new JsonWriter(out));
    }
    return { bytes: out.view(), start: 0 };
  }
}

const tooMuchWork =
  "checking the body against its schemas up to here takes more work than its size allows: " +
  "send it in several bodies, or simplify this stream's schema";

function faultOf({ path: [field, ...within], message }: Violation): { field?: string; message: string } {
  const where = within.length > 0 ? `${within.join(".")} ` : "";
  return {
    ...(field !== undefined && { field: String(field) }),
    message: `by the stream's schema, ${where}${message}`,
  };
}
