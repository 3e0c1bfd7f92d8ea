import { messageOf } from "../../functions/import-api/error-message.ts";
import { formats } from "../../functions/import-api/rules/formats.ts";
import { PersisterError } from "../../functions/persister/errors.ts";
import { decodeToBatches } from "./work.ts";

/**
 * How much longer each character takes in a text eight times as long: 1 if time is linear in the text, 8 if
 * it is quadratic. Fails above the limit.
 */
const times = 8;
const ratioMax = 3;
const rounds = 7;
const triesMax = 4;
const microsecondsMin = 100;

interface Case {
  readonly name: string;
  /** Large enough that the shorter text takes some ms. */
  readonly chars: number;
  readonly work: (chars: number) => () => unknown;
}

const line = (schema: string, value: string) =>
  Buffer.from(
    `{"type":"SCHEMA","stream":"s","schema":{"properties":{"v":${schema}}}}\n{"type":"RECORD",` +
      `"stream":"s","record":{"v":${value}}}\n`,
  );
const list = (count: number, of: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => of(n)).join();

function forwarded(body: Buffer): void {
  try {
    decodeToBatches(body);
  } catch (error) {
    if (!(error instanceof PersisterError)) throw error;
  }
}

const cases: readonly Case[] = [
  ...["<", "<script>", "</script", "<style", "[", '{"a":'].map(part => ({
    name: `words of a page of ${part}`,
    chars: 64_000,
    work: (chars: number) => {
      const page = part.repeat(chars / part.length);
      return () => messageOf(page, "a-secret");
    },
  })),
  ...["a", "1", ":", "a.", "a-", "a@", "😀"].map(part => ({
    name: `every format of ${part}`,
    chars: 200_000,
    work: (chars: number) => {
      const text = part.repeat(chars / part.length);
      return () => Object.values(formats).map(format => format(text));
    },
  })),
  {
    name: "multipleOf of a long number",
    chars: 1_600_000,
    work: chars => {
      const body = line('{"multipleOf":7,"minimum":0}', "123456789".repeat(chars / 9));
      return () => forwarded(body);
    },
  },
  {
    name: "a schema of many wrong types",
    chars: 240_000,
    work: chars => {
      const body = line(`{"type":[${list(chars / 10, n => `"a${n}"`)}]}`, "1");
      return () => forwarded(body);
    },
  },
  {
    name: "a schema of many wrong properties",
    chars: 150_000,
    work: chars => {
      const body = line(`{"properties":{${list(chars / 10, n => `"${n}":5`)}}}`, "1");
      return () => forwarded(body);
    },
  },
];

function microseconds(run: () => unknown): number {
  const start = process.cpuUsage();
  run();
  return process.cpuUsage(start).user;
}

/**
 * Returns the least CPU time of each, measured in turns after a first round, so that neither has code that is
 * optimized better.
 */
function leastOf(runs: readonly (() => unknown)[]): number[] {
  const times = runs.map(() => [] as number[]);
  for (let round = 0; round <= rounds; round++)
    for (const [n, run] of runs.entries()) times[n]!.push(microseconds(run));
  // A clock of too few ticks would make the ratio infinite.
  return times.map(([_, ...each]) => Math.max(microsecondsMin, Math.min(...each)));
}

function ratioOf(workOnLong: () => unknown, workOnShort: () => unknown): number {
  const [long, short] = leastOf([workOnLong, workOnShort]) as [number, number];
  return long / (times * short);
}

console.log(`\nCPU time of a character in a text ${times} times as long (1 = the same)`);
for (const { name, chars, work } of cases) {
  let ratio = ratioOf(work(times * chars), work(chars));
  // Other processes evict the longer text from the caches, and work that is quadratic stays above.
  for (let n = 1; n < triesMax && ratio > ratioMax; n++) ratio = ratioOf(work(times * chars), work(chars));
  console.log(`${ratio.toFixed(2).padStart(5)}  ${name}`);
  if (ratio > ratioMax) {
    console.error(`${name}: at most ${ratioMax}.`);
    process.exitCode = 1;
  }
}
