import { type Contents, RecordForm } from "../persister/body/contents.ts";
import type { ByteWriter } from "../values/byte-writer.ts";
import { closeBrace, closeBracket, openBracket } from "../values/bytes.ts";
import { SequencedText } from "../values/sequenced-text.ts";
import { TransitWriter } from "../values/transit-writer.ts";
import type { Encoding } from "./encoding.ts";
import type { PushHeads } from "./push-heads.ts";
import type { ImportRequest } from "./request.ts";

/**
 * Writes a request of upserts, each with the record's own text, or a rewritten one if that is not
 * self-contained.
 */
export function encodePush(
  { contents, batch, firstSequence, out }: Encoding,
  heads: PushHeads,
): ImportRequest {
  const { encoding } = contents.header;
  const tail = encoding === "json" ? closeBrace : closeBracket;
  const sequence = new SequencedText("", firstSequence, "");
  for (const record of batch.records) {
    heads.write(contents.recordTable(record), sequence.of(record), out);
    writeRecord(contents, record, out);
    out.byte(tail);
  }
  out.ascii("]");
  // The first head's comma.
  out.memory.bytes[0] = openBracket;
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
