import { type Contents, RecordForm } from "../persister/body/contents.ts";
import type { Encoding as BodyEncoding } from "../stitchstream/header.ts";
import type { Table } from "../stitchstream/tables.ts";
import type { ByteWriter } from "../values/byte-writer.ts";
import { openBracket } from "../values/bytes.ts";
import { SequencedText } from "../values/sequenced-text.ts";
import { TransitWriter } from "../values/transit-writer.ts";
import type { Encoding } from "./encoding.ts";
import type { ImportRequest } from "./request.ts";

/**
 * Writes a request of upserts, each with the record's own text, or a rewritten one if that is not
 * self-contained: import-api.md section 1.3.
 */
export function encodePush(encoding: Encoding, heads: PushHeads): ImportRequest {
  const { contents, out } = encoding;
  const isJson = contents.header.encoding === "json";
  writeRecords(encoding, heads);
  out.ascii(isJson ? "}]" : "]]");
  // The first head's comma becomes the list's bracket; the byte before it, the end of no record, is skipped.
  out.memory.bytes[1] = openBracket;
  const contentType = isJson ? "application/json" : "application/transit+json";
  return { endpoint: "push", contentType, body: out.view().subarray(1) };
}

/** The texts before a delivery's records in push requests: the end of another one, and the table's names. */
export class PushHeads {
  readonly firstSequence: bigint;
  readonly #digits: string;
  readonly #clientId: number;
  readonly #textsOf: typeof jsonHead;
  /** By the table's id. */
  readonly #heads: SequencedText[] = [];

  constructor(firstSequence: bigint, clientId: number, encoding: BodyEncoding) {
    this.firstSequence = firstSequence;
    this.#digits = String(firstSequence);
    this.#clientId = clientId;
    this.#textsOf = encoding === "json" ? jsonHead : transitHead;
  }

  of(table: Table): SequencedText {
    return this.#heads[table.id] ?? this.#add(table);
  }

  #add(table: Table): SequencedText {
    const [before, after] = this.#textsOf(table, this.#clientId);
    const head = new SequencedText(before, this.#digits, after);
    this.#heads[table.id] = head;
    return head;
  }
}

function jsonHead({ stream, keyNames, version }: Table, clientId: number): readonly [string, string] {
  const tableVersion = version === undefined ? "" : `"table_version":${version},`;
  return [
    `},{"client_id":${clientId},"table_name":${JSON.stringify(stream)},"sequence":`,
    `,"action":"upsert",${tableVersion}"key_names":${JSON.stringify(keyNames)},"data":`,
  ];
}

function transitHead({ stream, keyNames, version }: Table, clientId: number): readonly [string, string] {
  const tableVersion = version === undefined ? "" : `"table_version",${version},`;
  const names = JSON.stringify(keyNames.map(transitText));
  return [
    `],["^ ","client_id",${clientId},"table_name",${JSON.stringify(transitText(stream))},"sequence","~i`,
    `","action","upsert",${tableVersion}"key_names",${names},"data",`,
  ];
}

/** transit-format, "Strings": what begins like a tag is escaped by a tilde. */
const transitText = (text: string) => (/^[~^`]/.test(text) ? `~${text}` : text);

/** A function of its own: what follows a long loop makes the engine discard the loop's code. */
function writeRecords({ contents, batch: { records }, out }: Encoding, heads: PushHeads): void {
  // An iterator would make an object for each record.
  for (let n = 0; n < records.length; n++) {
    const record = records[n]!;
    writeRecord(contents, record, heads.of(contents.recordTable(record)), out);
  }
}

/** Writes the record's own text, or its self-contained form. */
function writeRecord(contents: Contents, record: number, head: SequencedText, out: ByteWriter): void {
  head.write(record, out);
  const { splices } = contents;
  const end = contents.recordEnd(record);
  const start = contents.recordStart(record);
  const form = contents.recordForm(record);
  if (form === RecordForm.rewritten) {
    return contents.readField(record, "record", new TransitWriter(out));
  }
  if (form !== RecordForm.spliced) return out.copyText(contents.memory, start, end);
  splices.write(
    out,
    contents.memory,
    start,
    end,
    contents.firstSplice(record),
    contents.recordGrowth(record),
  );
}
