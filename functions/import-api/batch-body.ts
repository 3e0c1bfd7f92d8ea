import { SequencedText } from "../values/sequenced-text.ts";
import type { Encoding } from "./encoding.ts";
import type { ImportRequest } from "./request.ts";

/**
 * Writes a request that appends to one table, with the inferred schema of its records in the whole body:
 * import-api.md section 1.5.
 */
export function encodeAppend({ contents, batch, firstSequence, out }: Encoding): ImportRequest {
  const { inferences } = contents;
  const table = contents.recordTable(batch.records[0]!);
  const head = new SequencedText('{"action":"upsert","sequence":', String(firstSequence), ',"data":');
  const version = table.version === undefined ? "" : `"table_version":${table.version},`;
  out.text(`{"table_name":${JSON.stringify(table.stream)},${version}"messages":[`);
  for (const record of batch.records) {
    if (record !== batch.records[0]) out.ascii(",");
    head.write(record, out);
    contents.writeJson(record, out);
    out.ascii("}");
  }
  out.ascii('],"schema":');
  inferences!.of(table).write(out);
  out.ascii("}");
  return { endpoint: "batch", contentType: "application/json", body: out.view() };
}
