import { inflatedBytesMax } from "../../functions/persister/limits.ts";
import { jsonlines, records } from "./lines.ts";
import { decodeToBatches } from "./work.ts";

/**
 * Peak memory of the process, without the body, while the largest possible body is read and written to
 * batches.
 */
const MiB = 1024 * 1024;
const peak = () => process.resourceUsage().maxRSS * 1024;

/** Copies of a smaller body's lines, so that making the body takes less memory than what is measured. */
function largest(record: (typeof records)["A"]): Buffer {
  const { body } = jsonlines(record, MiB);
  const start = body.indexOf("--\n") + 3;
  const large = Buffer.alloc(inflatedBytesMax - MiB, "\n");
  let at = body.copy(large);
  while (at + body.length < large.length) at += body.copy(large, at, start);
  return large;
}

/** One process for each kind of record: a peak can't be reset. */
const name = process.env.RECORDS as keyof typeof records;
decodeToBatches(jsonlines(records[name], MiB).body);
const body = largest(records[name]);
const before = peak();
decodeToBatches(body);
console.log(
  `${name.padEnd(8)} ${((peak() - before) / MiB).toFixed(0)} MiB more than ` +
    "the body of 63 MiB and the loaded process",
);
