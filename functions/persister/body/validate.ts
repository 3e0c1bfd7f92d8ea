import { decode, type MessageSink } from "../../stitchstream/decode.ts";
import { NotAStitchstream } from "../../stitchstream/header.ts";
import { endingInNewline } from "../../stitchstream/readers.ts";
import type { Table } from "../../stitchstream/tables.ts";
import type { Destination } from "../destination.ts";
import * as limits from "../limits.ts";
import { Contents } from "./contents.ts";
import { Faults, headerFault } from "./faults.ts";
import { keyFaults } from "./keys.ts";
import { SchemaChecks } from "./schema-checks.ts";

/**
 * Reads and checks a whole body before anything of it is forwarded, and reports its faults together. Throws
 * `not-a-stitchstream`, `malformed`, `bookmark-too-large` or `invalid-records`, whichever comes first in the
 * catalogue. The error lists at most `faultsNamed` faults. It must run within `withPatterns` of
 * the rules' schemas.
 */
export function validate(
  body: Uint8Array,
  { sizes, rules }: Pick<Destination, "sizes" | "rules">,
  faultsNamed: number = limits.faultsNamedMax,
): Contents {
  const contents = new Contents(endingInNewline(body));
  contents.inferences = rules.inferences?.();
  const faults = new Faults(faultsNamed);
  const schemas = new SchemaChecks(contents, faults, rules.schemas);
  try {
    decode(contents.bytes, { ...limits, ...rules }, sinkOf({ contents, faults, schemas }, { sizes, rules }));
  } catch (error) {
    if (!(error instanceof NotAStitchstream)) throw error;
    throw headerFault(error);
  } finally {
    schemas.end();
  }
  faults.throwIfAny();
  return contents;
}

interface Parts {
  readonly contents: Contents;
  readonly faults: Faults;
  readonly schemas: SchemaChecks;
}

function sinkOf(
  { contents, faults, schemas }: Parts,
  { sizes, rules }: Pick<Destination, "sizes" | "rules">,
): MessageSink {
  const inferenceOf = (table: Table) =>
    table.schema === undefined && table.keyNames.length === 0 ? contents.inferences?.of(table) : undefined;
  return {
    header(header) {
      contents.header = header;
    },
    checkOf(table) {
      return table.schema === undefined ? inferenceOf(table)?.check : schemas.planOf(table.schema);
    },
    schema(line, stream, schema) {
      schemas.checkSchema(line, stream, schema);
    },
    record(line, table, reader) {
      if (faults.isFull) return;
      const wrong = keyFaults(table, reader, rules);
      if (wrong.length > 0)
        for (const each of wrong) faults.add("invalid-records", { line, stream: table.stream, ...each });
      const { textStart, textEnd } = reader.envelope.record;
      const bytes = textEnd - textStart + reader.growth + sizes.bytesAround(table) + sizes.schemaBytes(table);
      if (bytes >= limits.loneRecordBatchBytesMax)
        faults.add("invalid-records", { line, stream: table.stream, ...tooLarge(bytes) });
      // A record that is too large isn't checked: that would expand its cache codes in memory.
      else if (table.schema !== undefined && !reader.conforms)
        schemas.checkRecord({ line, stream: table.stream, schema: table.schema, reader, wrong });
      contents.addRecord(table, reader);
      const inference = inferenceOf(table);
      if (inference === undefined) return;
      if (reader.conforms) inference.settle(textStart, textEnd);
      else contents.readField(contents.records - 1, "record", inference);
    },
    activation(line, table) {
      if (table.schema !== undefined) schemas.checkSchema(line, table.stream, table.schema);
      contents.activations.push({ line, table, recordsBefore: contents.records });
    },
    bookmark(line, reader, isEmptyState) {
      const { textStart: start, textEnd: end } = reader.envelope.value;
      const { lineStart, standsAlone } = reader;
      const bytes = end - start + (standsAlone ? 0 : reader.growth);
      if (bytes > limits.bookmarkBytesMax) faults.addLargeBookmark(line, bytes);
      const before = { recordsBefore: contents.records, activationsBefore: contents.activations.length };
      contents.addBookmark({ lineStart, start, end, standsAlone, isEmptyState, ...before });
    },
    ignored() {
      contents.ignored++;
    },
    fault({ uncarriable, ...fault }) {
      return faults.add(uncarriable ? "invalid-records" : "malformed", fault);
    },
  };
}

const tooLarge = (bytes: number) => ({
  message:
    `a record of ${bytes} bytes on the wire; ` +
    `a batch accepts less than ${limits.loneRecordBatchBytesMax}: split it`,
});
