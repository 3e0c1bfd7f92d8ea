import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import transit from "transit-js";
import { keylessBodies, kindBodies, typedKindBodies } from "./kinds.ts";
import { type Body, jsonlines, records, singerLines, transitLines } from "./lines.ts";
import {
  envelopeBodies,
  escapedNames,
  inOrders,
  ofColumns,
  streamBodies,
  withGaps,
  withLists,
} from "./lines-that-vary.ts";
import { keywordBodies } from "./schema-keywords.ts";
import { typedStreams } from "./schemas.ts";
import { decodeToBatches } from "./work.ts";

/**
 * Decode, every check and finished batch bodies, as a ratio to `JSON.parse` + `JSON.stringify` of the same
 * lines in the same run: 1.0 is as fast as that. CPU time, medians. A ratio below its gate fails on Node 24.
 */
const bodyBytes = 4 * 1024 * 1024;
const rounds = 9;
const warmUps = 8;
/** How much faster than by hand each schema must be. */
const peerGate = 1.3;
const isGated = Number(process.versions.node.split(".")[0]) >= 24;

function parseAndStringify(lines: readonly string[]): number {
  let bytes = 0;
  for (const line of lines) bytes += JSON.stringify(JSON.parse(line)).length;
  return bytes;
}

const reader = transit.reader("json");
const writer = transit.writer("json");
function transitJs(lines: readonly string[]): number {
  let bytes = 0;
  for (const line of lines) bytes += writer.write(reader.read(line)).length;
  return bytes;
}

/** Does what one would write manually in Node: parse, a compiled ajv, stringify. */
function manually(lines: readonly string[], schema: object): () => number {
  const ajv = new Ajv({ strict: false, multipleOfPrecision: 6 });
  addFormats.default(ajv);
  const conforms = ajv.compile(schema);
  return () => {
    let bytes = 0;
    for (const line of lines) {
      const message = JSON.parse(line) as { readonly record?: unknown };
      if (message.record !== undefined && !conforms(message.record)) throw new Error("does not conform");
      bytes += JSON.stringify(message).length;
    }
    return bytes;
  };
}

function microseconds(work: () => number): number {
  const start = process.cpuUsage();
  if (work() === 0) throw new Error("nothing was done");
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

/** Medians of the works' times, measured in turns so that a slow moment hits all alike. */
function medians(works: readonly (() => number)[]): number[] {
  for (const work of works) for (let i = 0; i < warmUps; i++) microseconds(work);
  const times = works.map(() => [] as number[]);
  for (let round = 0; round < rounds; round++)
    for (const [i, work] of works.entries()) times[i]!.push(microseconds(work));
  return times.map(each => each.sort((a, b) => a - b)[rounds >> 1]!);
}

function check(name: string, ratio: number, gate: number): void {
  if (!isGated || ratio >= gate) return;
  console.error(`${name}: ${ratio.toFixed(2)}, at least ${gate}.`);
  process.exitCode = 1;
}

const columns = (...each: (number | undefined)[]) =>
  each.map(n => (n?.toFixed(2) ?? "").padStart(11)).join(" ");

/** Another way of doing the same, and how much faster than it we must be. */
interface Peer {
  readonly work: () => number;
  readonly ratio: number;
}

interface Gates {
  readonly peer?: Peer;
  /** MB/s */
  readonly speedMin?: number;
}

/**
 * Other processes evict the body from the caches, and virtual machines change their speed within seconds: a
 * row below a gate is measured again.
 */
const triesMax = 12;

/**
 * Prints a row: the first measurement that passes its gates and has our speed of at least `speedMin`, or else
 * the last. Returns our speed in MB/s.
 */
function row(name: string, { lines, body }: Body, gate: number, { peer, speedMin = 0 }: Gates = {}): number {
  const [ours, manual] = [() => decodeToBatches(body), peer === undefined ? [] : [peer.work]];
  const works = [() => parseAndStringify(lines), ours, ...manual];
  let times: number[] = [];
  const passes = () =>
    times[0]! / times[1]! >= gate &&
    (peer === undefined || times[2]! / times[1]! >= peer.ratio) &&
    body.length / times[1]! >= speedMin;
  for (let n = 0; n < triesMax && (n === 0 || !passes()); n++) times = medians(works);
  return report(name, body.length, times, { gate, peer: peer?.ratio });
}

/** Prints a row and checks its gates. Returns our speed in MB/s. */
function report(
  name: string,
  bytes: number,
  times: readonly number[],
  gates: { readonly gate: number; readonly peer: number | undefined },
): number {
  const [reference, ours, theirs] = times as [number, number, number?];
  const speed = bytes / ours;
  const ratios = columns(reference / ours, theirs && reference / theirs);
  console.log(`${name.padEnd(36)} ${ratios} ${speed.toFixed(0).padStart(6)}`);
  check(name, reference / ours, gates.gate);
  if (theirs !== undefined) check(`${name}, against the peer`, theirs / ours, gates.peer!);
  return speed;
}

console.log(`Node ${process.version}; CPU time, medians of ${rounds}; 1.00 is JSON.parse + JSON.stringify`);
console.log(`\n${"records".padEnd(36)} ${"persister".padStart(11)} ${"transit-js".padStart(11)}   MB/s`);
const shapes = {
  "small, one shape": { record: records.A, json: 4, transit: 2 },
  "wide, one shape": { record: records.B, json: 1.6, transit: 1.1 },
  "wide, lists of 0 to 8": { record: withLists, json: 2.5, transit: 1.6 },
  "absent members": { record: withGaps, json: 1.8, transit: 1.4 },
  "four orders of members": { record: inOrders, json: 1.8, transit: 1.4 },
};
for (const [name, { record, json, transit }] of Object.entries(shapes)) {
  row(`${name}, jsonline`, jsonlines(record, bodyBytes), json);
  const encoded = transitLines(record, bodyBytes);
  row(`${name}, transit`, encoded, transit, {
    peer: { work: () => transitJs(encoded.lines), ratio: 1 },
  });
}

for (const [name, body] of kindBodies(bodyBytes / 2)) row(name, body, 1.3);
const longNumbers = (id: number) => ({ id, at: 1_760_000_000_000_000 + id, rate: id / 1e9, share: id / 7e7 });
row("long numbers, transit", transitLines(longNumbers, bodyBytes / 2), 1.3);

console.log("\nEnvelopes of small records");
for (const [name, body] of envelopeBodies(bodyBytes / 2))
  row(name, body, name === "members in any order" ? 1 : 1.3);

console.log("\nTwenty streams in no order");
for (const [name, body] of streamBodies(bodyBytes)) row(name, body, 1);

console.log("\nNeither keys nor a schema");
for (const [name, body] of keylessBodies(bodyBytes / 2)) row(name, body, 1.3);
row("200 names with escapes", escapedNames(bodyBytes), 1.3);

console.log(
  `\n${"Singer with SCHEMA".padEnd(36)} ${"persister".padStart(11)} ${"manual".padStart(11)}   MB/s`,
);
for (const [name, { schema, record, key }] of Object.entries(typedStreams)) {
  const lines = singerLines(schema, record, bodyBytes, key);
  row(name, lines, name === "inbox" || name === "orders" ? 1.5 : 1, {
    peer: { work: manually(lines.lines, schema), ratio: peerGate },
  });
}

for (const { name, schema, body } of typedKindBodies(bodyBytes / 2))
  row(name, body, 1, { peer: { work: manually(body.lines, schema), ratio: peerGate } });

console.log("\nKeywords of schemas");
for (const { name, schema, body, isSlow } of keywordBodies(bodyBytes / 2))
  row(name, body, 0, { peer: { work: manually(body.lines, schema), ratio: isSlow ? 0 : 1 } });

/**
 * Prints speeds in MB/s, and how each compares with the first one. Bodies are made one at a time: the garbage
 * collector would visit the lines of all others, too.
 */
function steps(
  title: string,
  unit: string,
  gate: number,
  bodies: readonly (readonly [number, () => Body])[],
): void {
  console.log(`\n${title}`);
  let first: number | undefined;
  for (const [count, bodyOf] of bodies) {
    const speed = row(`${count} ${unit}`, bodyOf(), 0, { speedMin: gate * (first ?? 0) });
    first ??= speed;
    check(`${count} ${unit}, against the first`, speed / first, gate);
  }
}

const turns = [1, 5, 50, 1_000].map(
  streams => [streams, () => jsonlines(records.A, 4 * bodyBytes, n => `issues_${n % streams}`)] as const,
);
steps("Streams in turns", "streams", 0.6, turns);
const widths = [100, 1_000, 2_000, 2_100, 3_000];
steps(
  "Columns",
  "columns",
  1 / 1.5,
  widths.map(n => [n, () => jsonlines(ofColumns(n), bodyBytes)] as const),
);
const typedWidths = [100, 1_000].map(n => {
  const record = ofColumns(n);
  const properties = Object.fromEntries(
    Object.entries(record(0)).map(([name, value]) => [
      name,
      { type: ["null", typeof value === "number" ? "integer" : "string"] },
    ]),
  );
  return [n, () => singerLines({ type: "object", properties }, record, bodyBytes)] as const;
});
steps("Columns with SCHEMA", "columns", 0.8, typedWidths);
