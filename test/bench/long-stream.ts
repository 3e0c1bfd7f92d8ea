import { once } from "node:events";
import { records } from "./lines.ts";

/**
 * Prints that many megabytes of jsonline for `persist` to read: `node --import tsx
 * test/bench/long-stream.ts 2000 | npx persist …`. Small records, and a bookmark after every ten thousand.
 */
const megabyte = 1_000_000;
const recordsPerBookmark = 10_000;
const recordsPerWrite = 500;
const bytesWanted = Number(process.argv[2]) * megabyte;

const lineOf = (message: object) => `${JSON.stringify(message)}\n`;

function someLines(first: number): string {
  const last = first + recordsPerWrite - 1;
  let lines = "";
  for (let id = first; id <= last; id++)
    lines += lineOf({ type: "RECORD", stream: "inboxes", key_fields: ["id"], record: records.A(id) });
  return last % recordsPerBookmark === 0 ? lines + lineOf({ type: "BOOKMARK", value: { id: last } }) : lines;
}

let bytes = 0;
for (let id = 1; bytes < bytesWanted; id += recordsPerWrite) {
  const lines = someLines(id);
  bytes += lines.length;
  if (!process.stdout.write(lines)) await once(process.stdout, "drain");
}
