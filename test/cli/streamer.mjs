/** A streamer as Singer's taps are: `N` records, on from the position in the file that its last argument names. */
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

const [file] = process.argv.slice(2).filter(arg => !arg.startsWith("--"));
const start = file === undefined ? 0 : Number(readFileSync(file, "utf8"));
const total = Number(process.env.N ?? 100);
const print = message => process.stdout.write(`${JSON.stringify(message)}\n`);

print({
  type: "SCHEMA",
  stream: "made",
  key_properties: ["id"],
  schema: { properties: { id: { type: "integer" } } },
});
for (let id = start + 1; id <= total; id++) {
  print({ type: "RECORD", stream: "made", record: { id } });
  if (id % 10 === 0) print({ type: "STATE", value: id });
  if (id - start === Number(process.env.PAUSE_AFTER)) await setTimeout(60_000);
}
if (process.env.FAIL) process.exit(7);
