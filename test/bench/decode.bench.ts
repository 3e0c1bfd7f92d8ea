import transit from "transit-js";
import { jsonlines, records, transitLines, typedLines } from "./lines.ts";
import { decodeToBatches } from "./work.ts";

/**
 * Decoding, all checks and the finished batch bodies, as a ratio to `JSON.parse` + `JSON.stringify` of the
 * same lines in the same run: 1.0 is equally fast. Medians.
 */
const bodyBytes = 4 * 1024 * 1024;
const rounds = 9;
function parseAndStringify(lines: string[]): number {
  let bytes = 0;
  for (const line of lines) bytes += JSON.stringify(JSON.parse(line)).length;
  return bytes;
}

const reader = transit.reader("json");
const writer = transit.writer("json");
function transitJs(lines: string[]): number {
  let bytes = 0;
  for (const line of lines) bytes += writer.write(reader.read(line)).length;
  return bytes;
}

function seconds(work: () => number): number {
  const start = process.hrtime.bigint();
  if (work() === 0) throw new Error("nothing was done");
  return Number(process.hrtime.bigint() - start) / 1e9;
}

/** Medians of the times of each piece of work. They take turns, so that a slow moment affects all equally. */
function medians(works: (() => number)[]): number[] {
  for (const work of works) for (let i = 0; i < 3; i++) seconds(work);
  const times = works.map(() => [] as number[]);
  for (let round = 0; round < rounds; round++) {
    for (const [i, work] of works.entries()) times[i]!.push(seconds(work));
  }
  return times.map(each => each.sort((a, b) => a - b)[rounds >> 1]!);
}

console.log(
  `Node ${process.version}; medians of ${rounds}; 1.00 is JSON.parse + JSON.stringify of the same lines\n`,
);
console.log("records  encoding        persister   transit-js   persister MB/s");
for (const [name, record] of Object.entries(records)) {
  const json = jsonlines(record, bodyBytes);
  const typed = typedLines(record, bodyBytes);
  const [reference, ours, checked] = medians([
    () => parseAndStringify(json.lines),
    () => decodeToBatches(json.body),
    () => decodeToBatches(typed.body),
  ]) as [number, number, number];
  print({ name, encoding: "jsonline", ratio: reference / ours, bytesPerSecond: json.body.length / ours });
  print({
    name,
    encoding: "with a schema",
    ratio: reference / checked,
    bytesPerSecond: typed.body.length / checked,
  });

  const encoded = transitLines(record, bodyBytes);
  const [base, own, theirs] = medians([
    () => parseAndStringify(encoded.lines),
    () => decodeToBatches(encoded.body),
    () => transitJs(encoded.lines),
  ]) as [number, number, number];
  print({
    name,
    encoding: "transit",
    ratio: base / own,
    oracle: base / theirs,
    bytesPerSecond: encoded.body.length / own,
  });
}

interface Row {
  readonly name: string;
  readonly encoding: string;
  readonly ratio: number;
  readonly oracle?: number;
  readonly bytesPerSecond: number;
}

function print({ name, encoding, ratio, oracle, bytesPerSecond }: Row): void {
  const columns = [ratio.toFixed(2).padStart(9), (oracle?.toFixed(2) ?? "").padStart(12)];
  console.log(
    `${name.padEnd(8)} ${encoding.padEnd(13)} ${columns.join(" ")} ` +
      `${(bytesPerSecond / 1e6).toFixed(0).padStart(16)}`,
  );
}
