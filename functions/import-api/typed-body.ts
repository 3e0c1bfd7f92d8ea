import { activationSequence } from "../persister/body/contents.ts";
import type { Table } from "../stitchstream/tables.ts";
import type { ByteWriter } from "../values/byte-writer.ts";
import { closeBrace, openBracket } from "../values/bytes.ts";
import { memoryOf } from "../values/memory.ts";
import { SequencedText } from "../values/sequenced-text.ts";
import type { Draft4Schemas } from "./draft4.ts";
import type { Encoding } from "./encoding.ts";
import type { ImportRequest } from "./request.ts";

const data = memoryOf(Buffer.from(',"data":'));
const timeExtracted = memoryOf(Buffer.from(',"time_extracted":'));

const request = (out: ByteWriter): ImportRequest => ({
  endpoint: "batch",
  contentType: "application/json",
  body: out.view(),
});

/** Writes a request of one table's records with the streamer's schema: import-api.md section 1.5. */
export function encodeTyped(encoding: Encoding, schemas: Draft4Schemas): ImportRequest {
  const { contents, batch, out } = encoding;
  writeHead(contents.recordTable(batch.records[0]!), schemas, out);
  const first = out.length;
  writeMessages(encoding);
  out.ascii("]}");
  // The first record's comma.
  out.memory.bytes[first] = openBracket;
  return request(out);
}

/** A function of its own: what follows a long loop makes the engine discard the loop's code. */
function writeMessages({ contents, batch: { records }, firstSequence, out }: Encoding): void {
  const head = new SequencedText(',{"action":"upsert","sequence":', String(firstSequence), "");
  for (let n = 0; n < records.length; n++) {
    const record = records[n]!;
    head.write(record, out);
    if (contents.recordExtractedAt(record) > 0) {
      out.allText(timeExtracted);
      contents.writeExtractedAt(record, out);
    }
    out.allText(data);
    contents.writeJson(record, out);
    out.byte(closeBrace);
  }
}

/**
 * Writes the request that makes a table's version replace its earlier ones: singer-io/target-stitch 4.0.4.
 */
export function encodeActivation(
  { batch: { activation }, firstSequence, out }: Encoding,
  schemas: Draft4Schemas,
): ImportRequest {
  writeHead(activation!.table, schemas, out);
  const sequence = activationSequence(activation!, firstSequence);
  out.ascii(`[{"action":"activate_version","sequence":${sequence}}]}`);
  return request(out);
}

/** Writes everything up to the list of messages. */
function writeHead(
  { stream, keyNames, schema, version }: Table,
  schemas: Draft4Schemas,
  out: ByteWriter,
): void {
  out.text(`{"table_name":${JSON.stringify(stream)},"schema":`);
  if (schema === undefined) out.text(schemaOfKeys(keyNames));
  else out.all(schemas.of(schema));
  if (keyNames.length > 0) out.text(`,"key_names":${JSON.stringify(keyNames)}`);
  if (schema !== undefined && schema.bookmarkNames.length > 0)
    out.text(`,"bookmark_names":${JSON.stringify(schema.bookmarkNames)}`);
  if (version !== undefined) out.ascii(`,"table_version":${version}`);
  out.ascii(',"messages":');
}

/** Declares each key, as documented (docs/import-api.md section 1.5), with any value. */
const schemaOfKeys = (keyNames: readonly string[]) =>
  `{"type":"object","properties":{${keyNames.map(name => `${JSON.stringify(name)}:{}`).join(",")}}}`;
