import { gzipSync } from "node:zlib";
import { segments } from "../../functions/persister/segments/segment.ts";
import { jsonlines, records } from "./lines.ts";

/**
 * The work of `persist`: a jsonline stream cut into gzipped segments, as a multiple of gzip -1 alone over
 * the same bytes in the same run.
 */
const MiB = 1024 * 1024;
const megabyte = 1_000_000;
const rounds = 5;
const chunkBytes = 65_536;
const level = 1;
const clock = { now: Date.now, sleep: () => new Promise<void>(() => {}) };

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

async function cutAndZipped(bytes: Uint8Array): Promise<void> {
  for await (const { body } of segments(chunks(bytes), { clock })) gzipSync(body, { level });
}

/** The median of some runs, in ms. */
async function timeOf(work: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[rounds >> 1]!;
}

console.log("\nSegments, gzipped            MB/s   of gzip -1 alone");
for (const name of Object.keys(records) as (keyof typeof records)[]) {
  const { body } = jsonlines(records[name], 32 * MiB);
  const whole = await timeOf(() => cutAndZipped(body));
  const alone = await timeOf(async () => {
    for (let at = 0; at < body.length; at += 4 * megabyte)
      gzipSync(body.subarray(at, at + 4 * megabyte), { level });
  });
  const rate = body.length / megabyte / (whole / 1_000);
  console.log(`${name.padEnd(24)} ${rate.toFixed(0).padStart(8)}   ${(alone / whole).toFixed(2)}`);
}
