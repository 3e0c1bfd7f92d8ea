import { batchEncoder } from "../../functions/import-api/encoder.ts";
import { batches } from "../../functions/persister/batch.ts";
import { inflatedBytesMax } from "../../functions/persister/limits.ts";
import type { Accepted } from "../../functions/persister/ports.ts";
import { Tracker } from "../../functions/persister/tracker.ts";
import { validate } from "../../functions/persister/validate.ts";
import { ByteWriter } from "../../functions/stitchstream/byte-writer.ts";
import { jsonlines, records } from "./lines.ts";

/** What the process holds at its peak beside the body, while the largest body there may be is read and written to batches. */
const encoder = batchEncoder(4242);
/** One batch after the other is written in the same memory, as `forward` does. */
const out = new ByteWriter(0);
const MiB = 1024 * 1024;
const peak = () => process.resourceUsage().maxRSS * 1024;

function work(body: Uint8Array): void {
  const contents = validate(body, encoder);
  const tracker = new Tracker();
  for (const batch of batches(contents, encoder, tracker)) {
    encoder.encode(contents, batch, 1_735_689_600_000_000_000n, out);
    tracker.accept(batch.ticket, {} as Accepted);
  }
}

/** Copies of a smaller body's lines: making them may not take more memory than what is measured. */
function largest(record: (n: number) => object): Buffer {
  const { body } = jsonlines(record, MiB);
  const start = body.indexOf("--\n") + 3;
  const large = Buffer.alloc(inflatedBytesMax - MiB, "\n");
  let at = body.copy(large);
  while (at + body.length < large.length) at += body.copy(large, at, start);
  return large;
}

/** One kind of records a process: a peak is never forgotten. */
const name = process.env.RECORDS as keyof typeof records;
work(jsonlines(records[name], MiB).body);
const body = largest(records[name]);
const before = peak();
work(body);
console.log(
  `${name.padEnd(8)} ${((peak() - before) / MiB).toFixed(0)} MiB beside the body, of 63 MiB, and the loaded process`,
);
