import * as limits from "../persister/limits.ts";
import { type Batch, type Contents, type ImportRequest, Standing, type Table } from "../persister/ports.ts";
import { ByteWriter } from "../stitchstream/byte-writer.ts";
import { readerOf } from "../stitchstream/decode.ts";
import type { ValueReader } from "../stitchstream/reader.ts";
import { closeBrace, closeBracket, comma, quote } from "../stitchstream/text.ts";
import { TransitWriter } from "../stitchstream/transit-writer.ts";
import { recordsBytes } from "./body-size.ts";
import { SequenceWriter } from "./sequence.ts";

const utf8 = new TextEncoder();

/** What stands before a record's sequence, between it and its data, and after its data. */
interface Envelope {
  readonly head: Uint8Array;
  readonly middle: Uint8Array;
  readonly tail: number;
}

/** The parts of a push record that are alike for a table: import-api.md section 1.3. */
export class Envelopes {
  readonly #clientId: number;
  readonly #json = new WeakMap<Table, Envelope>();
  readonly #transit = new WeakMap<Table, Envelope>();

  constructor(clientId: number) {
    this.#clientId = clientId;
  }

  of(table: Table, encoding: "json" | "transit"): Envelope {
    const made = encoding === "json" ? this.#json : this.#transit;
    let envelope = made.get(table);
    if (envelope === undefined) {
      envelope = encoding === "json" ? this.#jsonEnvelope(table) : this.#transitEnvelope(table);
      made.set(table, envelope);
    }
    return envelope;
  }

  #jsonEnvelope({ stream, keyNames }: Table): Envelope {
    return {
      head: utf8.encode(`{"client_id":${this.#clientId},"table_name":${JSON.stringify(stream)},"sequence":`),
      middle: utf8.encode(`,"action":"upsert","key_names":${JSON.stringify(keyNames)},"data":`),
      tail: closeBrace,
    };
  }

  #transitEnvelope({ stream, keyNames }: Table): Envelope {
    const names = JSON.stringify(keyNames.map(transitText));
    return {
      head: utf8.encode(
        `["^ ","client_id",${this.#clientId},"table_name",${JSON.stringify(transitText(stream))},"sequence","~i`,
      ),
      middle: utf8.encode(`","action","upsert","key_names",${names},"data",`),
      tail: closeBracket,
    };
  }
}

/** transit-format, "Strings": what begins like a tag is escaped by a tilde. */
const transitText = (text: string) => (/^[~^`]/.test(text) ? `~${text}` : text);

/** A request of upserts, each with the record's own text or, where that leans on its line, written anew. */
export function encodePush(
  contents: Contents,
  batch: Batch,
  firstSequence: bigint,
  envelopes: Envelopes,
): ImportRequest {
  const { bytes, header } = contents;
  const brackets = 2;
  const out = new ByteWriter(recordsBytes(contents, batch) + brackets);
  const sequences = new SequenceWriter(firstSequence);
  const reader = readerOf(header, bytes, limits);
  out.ascii("[");
  for (const record of batch.records) {
    const envelope = envelopes.of(contents.recordTable(record), header.encoding);
    if (out.length > 1) out.byte(comma);
    out.all(envelope.head);
    sequences.write(out, record);
    out.all(envelope.middle);
    writeRecord(contents, record, reader, out);
    out.byte(envelope.tail);
  }
  out.ascii("]");
  const contentType = header.encoding === "json" ? "application/json" : "application/transit+json";
  return { endpoint: "push", contentType, body: out.view() };
}

/** The record's own text, or what it means outside its line. */
function writeRecord(contents: Contents, record: number, reader: ValueReader, out: ByteWriter): void {
  const { bytes, splices } = contents;
  const end = contents.recordEnd(record);
  let at = contents.recordStart(record);
  const standing = contents.recordStanding(record);
  if (standing === Standing.writtenAnew) {
    return reader.readField(contents.lineStart(at), "record", new TransitWriter(out));
  }
  if (standing === Standing.spliced) {
    for (let i = contents.firstSplice(record); i < splices.count && splices.code(i) < end; i++) {
      const code = splices.code(i);
      out.copy(bytes, at, code);
      out.copy(bytes, splices.start(i), splices.end(i));
      at = bytes[code + 2] === quote ? code + 2 : code + 3;
    }
  }
  out.copy(bytes, at, end);
}
