import fc from "fast-check";
import { PersisterError } from "../../functions/persister/errors.ts";
import { bytesOf, hostileBodies } from "../streams/bodies.ts";
import { decodeToBatches } from "./work.ts";

/**
 * How much more CPU time the slowest megabyte takes than the median one, among `BODIES` bodies that the
 * property tests generate. Fails above the limit.
 */
const count = Number(process.env.BODIES ?? 200);
const seed = Number(process.env.SEED ?? 1);
const megabyte = 1_000_000;
/** In a millisecond. */
const microseconds = 1_000;
const ratioMax = 20;

function milliseconds(body: Buffer): number {
  const start = process.cpuUsage();
  try {
    decodeToBatches(body);
  } catch (error) {
    if (!(error instanceof PersisterError)) throw error;
  }
  const { user, system } = process.cpuUsage(start);
  return ((user + system) / microseconds) * (megabyte / body.length);
}

const slowest = 5;
const tries = 3;
/** Returns the middle of a few runs, to exclude other processes. */
const middleOf = (times: readonly number[]) => times.toSorted((a, b) => a - b)[times.length >> 1]!;

const measured = fc.sample(hostileBodies, { numRuns: count, seed }).map(body => {
  const bytes = bytesOf(body, megabyte);
  return { body, time: milliseconds(bytes) };
});
const median = middleOf(measured.map(({ time }) => time));
const again = measured
  .toSorted((a, b) => b.time - a.time)
  .slice(0, 2 * slowest)
  .map(({ body }) => {
    const bytes = bytesOf(body, megabyte);
    return { name: body.name, time: middleOf(Array.from({ length: tries }, () => milliseconds(bytes))) };
  });
again.sort((a, b) => b.time - a.time);
console.log(`\nThe slowest of ${count} hostile megabytes; the median takes ${median.toFixed(1)} ms`);
for (const { name, time } of again.slice(0, slowest))
  console.log(`${(time / median).toFixed(1).padStart(5)} times as long: ${name}`);
if (again[0]!.time > ratioMax * median) {
  console.error(`A hostile megabyte takes at most ${ratioMax} times as long as the median one.`);
  process.exitCode = 1;
}
