import { JsonWriter } from "../values/json-writer.ts";
import { SequencedText } from "../values/sequenced-text.ts";
import type { Kind, Visitor } from "../values/visitor.ts";
import type { Encoding } from "./encoding.ts";
import { SchemaInference } from "./infer-schema.ts";
import type { ImportRequest } from "./request.ts";

/**
 * Writes a request that appends to one table, with the records' inferred schema: import-api.md section 1.5.
 */
export function encodeAppend({ contents, batch, firstSequence, out }: Encoding): ImportRequest {
  const { bytes, header } = contents;
  const table = contents.recordTable(batch.records[0]!);
  const head = new SequencedText('{"action":"upsert","sequence":', String(firstSequence), ',"data":');
  const schema = new SchemaInference();
  const version = table.version === undefined ? "" : `"table_version":${table.version},`;
  out.text(`{"table_name":${JSON.stringify(table.stream)},${version}"messages":[`);
  for (const record of batch.records) {
    if (record !== batch.records[0]) out.ascii(",");
    head.write(record, out);
    if (header.encoding === "json") {
      out.copyText(contents.memory, contents.recordStart(record), contents.recordEnd(record));
      contents.readField(record, "record", schema);
    } else contents.readField(record, "record", new Both(new JsonWriter(out), schema));
    out.ascii("}");
  }
  out.ascii('],"schema":');
  schema.write(out, bytes);
  out.ascii("}");
  return { endpoint: "batch", contentType: "application/json", body: out.view() };
}

/** Two visitors of one value. */
class Both implements Visitor {
  readonly #first: Visitor;
  readonly #second: Visitor;

  constructor(first: Visitor, second: Visitor) {
    this.#first = first;
    this.#second = second;
  }

  scalar(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    this.#first.scalar(kind, bytes, start, end);
    this.#second.scalar(kind, bytes, start, end);
  }

  instant(milliseconds: number): void {
    this.#first.instant(milliseconds);
    this.#second.instant(milliseconds);
  }

  open(kind: Kind): void {
    this.#first.open(kind);
    this.#second.open(kind);
  }

  key(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    this.#first.key(kind, bytes, start, end);
    this.#second.key(kind, bytes, start, end);
  }

  close(kind: Kind): void {
    this.#first.close(kind);
    this.#second.close(kind);
  }
}
