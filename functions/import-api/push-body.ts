import { type Contents, RecordForm } from "../persister/body/contents.ts";
import type { Table } from "../stitchstream/tables.ts";
import type { ByteWriter } from "../values/byte-writer.ts";
import { closeBrace, closeBracket, comma } from "../values/bytes.ts";
import { TransitWriter } from "../values/transit-writer.ts";
import type { Encoding } from "./encoding.ts";
import type { ImportRequest } from "./request.ts";
import { SequencedText } from "./sequence.ts";

/** transit-format, "Strings": what begins like a tag is escaped by a tilde. */
const transitText = (text: string) => (/^[~^`]/.test(text) ? `~${text}` : text);

/**
 * Returns what surrounds a record's data; only the sequence differs within a table: import-api.md section
 * 1.3.
 */
function headOf(
  { stream, keyNames, version }: Table,
  clientId: number,
  encoding: "json" | "transit",
  firstSequence: bigint,
): SequencedText {
  if (encoding === "json") {
    const tableVersion = version === undefined ? "" : `"table_version":${version},`;
    return new SequencedText(
      `{"client_id":${clientId},"table_name":${JSON.stringify(stream)},"sequence":`,
      firstSequence,
      `,"action":"upsert",${tableVersion}"key_names":${JSON.stringify(keyNames)},"data":`,
    );
  }
  const tableVersion = version === undefined ? "" : `"table_version",${version},`;
  const names = JSON.stringify(keyNames.map(transitText));
  return new SequencedText(
    `["^ ","client_id",${clientId},"table_name",${JSON.stringify(transitText(stream))},"sequence","~i`,
    firstSequence,
    `","action","upsert",${tableVersion}"key_names",${names},"data",`,
  );
}

/**
 * Writes a request of upserts, each with the record's own text, or a rewritten one if that is not
 * self-contained.
 */
export function encodePush(
  { contents, batch, firstSequence, out }: Encoding,
  clientId: number,
): ImportRequest {
  const { encoding } = contents.header;
  const heads = new Map<Table, SequencedText>();
  const tail = encoding === "json" ? closeBrace : closeBracket;
  let table: Table | undefined;
  let head: SequencedText | undefined;
  out.ascii("[");
  for (const record of batch.records) {
    if (out.length > 1) out.byte(comma);
    const own = contents.recordTable(record);
    if (own !== table) {
      table = own;
      head = heads.get(own) ?? headOf(own, clientId, encoding, firstSequence);
      heads.set(own, head);
    }
    out.allText(head!.of(record));
    writeRecord(contents, record, out);
    out.byte(tail);
  }
  out.ascii("]");
  const contentType = encoding === "json" ? "application/json" : "application/transit+json";
  return { endpoint: "push", contentType, body: out.view() };
}

/** Writes the record's own text, or its self-contained form. */
function writeRecord(contents: Contents, record: number, out: ByteWriter): void {
  const { splices } = contents;
  const end = contents.recordEnd(record);
  const start = contents.recordStart(record);
  const form = contents.recordForm(record);
  if (form === RecordForm.rewritten) {
    return contents.readField(record, "record", new TransitWriter(out));
  }
  if (form !== RecordForm.spliced) return out.copyText(contents, start, end);
  splices.write(out, contents, start, end, contents.firstSplice(record), contents.recordGrowth(record));
}
