import { v7 } from "uuid";
import { segmentBytesMax } from "../../cli/wire-segments.ts";
import { importApiDestinations } from "../../functions/import-api/destination.ts";
import type { postOnce } from "../../functions/import-api/http-post.ts";
import { memoryStore } from "../../functions/memory/store.ts";
import { type Parts, persist } from "../../functions/persister/persist.ts";
import { segments } from "../../functions/persister/segments/segment.ts";
import { systemClock } from "../../functions/system-clock.ts";
import { records } from "./lines.ts";

/**
 * How many lines a run of `persist -C` sends in each round trip to a destination that is slow to answer, and
 * the CPU time that a delivery takes, without HTTP. A round trip ends when everything in flight is answered.
 */
const megabyte = 1_000_000;
const streamBytes = 62 * megabyte;
const chunkBytes = 65_536;
const secondsEach = 0.3;
/** 25 MB/s at 0.3 s, if nothing else took any time. */
const megabytesMin = 7.5;
const turnsMax = 13;
const line = (message: object) => `${JSON.stringify(message)}\n`;
const streams = Array.from({ length: 200 }, (_, n) => `s${n}`);
const schema = { properties: { id: { type: "integer" } } };

/** The lines of each kind, and a bookmark after every hundred. */
const kinds = {
  "small, 230 bytes": (n: number) =>
    line({ type: "RECORD", stream: "s", key_fields: ["id"], record: records.A(n) }),
  "wide, 4 kB": (n: number) =>
    line({ type: "RECORD", stream: "s", key_fields: ["id"], record: records.B(n) }),
  "200 streams in turns": (n: number) =>
    line({ type: "RECORD", stream: streams[n % 200], record: records.A(n) }),
};
const schemas = streams
  .map(stream => line({ type: "SCHEMA", stream, schema, key_properties: ["id"] }))
  .join("");

function streamOf(lineOf: (n: number) => string): Buffer {
  const lines = [schemas];
  for (let n = 1, bytes = 0; bytes < streamBytes; n++) {
    const next = lineOf(n) + (n % 100 === 0 ? line({ type: "STATE", value: n }) : "");
    bytes += next.length;
    lines.push(next);
  }
  return Buffer.from(lines.join(""));
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

/** An Import API that answers when nothing else can begin. */
class SlowApi {
  roundTrips = 0;
  #waiting: (() => void)[] = [];
  readonly post: typeof postOnce = async () => {
    if (this.#waiting.length === 0) setImmediate(() => this.#answer());
    await new Promise<void>(resolve => this.#waiting.push(resolve));
    return { kind: "answer", status: 201, statusText: "", retryAfter: undefined, contentType: "", body: "" };
  };

  #answer(): void {
    this.roundTrips++;
    for (const each of this.#waiting.splice(0)) each();
  }
}

interface Result {
  readonly roundTrips: number;
  readonly segments: number;
  readonly seconds: number;
}

async function run(stream: Buffer): Promise<Result> {
  const api = new SlowApi();
  const account = { clientId: 4242, token: "t" };
  const url = "http://import-api";
  const destination = importApiDestinations()({ url, account, clock: systemClock, post: api.post });
  const parts: Parts = {
    ...memoryStore(),
    clock: systemClock,
    newId: v7,
    archive: { put: async () => "" },
    destinations: { of: async () => destination },
    observer: { onDelivery: () => {} },
  };
  const clock = { now: Date.now, sleep: () => new Promise<void>(() => {}) };
  let [count, microseconds] = [0, 0];
  for await (const { body } of segments(chunksOf(stream), { clock, bytesMax: segmentBytesMax })) {
    const deadline = Date.now() + 300_000;
    // The next segment is cut while this one is in flight.
    const before = process.cpuUsage();
    await persist({ streamer: "s", body, gzipped: false, precondition: {}, deadline }, parts);
    const { user, system } = process.cpuUsage(before);
    microseconds += user + system;
    count++;
  }
  return { roundTrips: api.roundTrips, segments: count, seconds: microseconds / 1_000_000 };
}

let failed = 0;
console.log("\nRound trips of persist -C     MB each   of a segment   CPU, ms/MB   MB/s at 300 ms, modelled");
for (const [name, lineOf] of Object.entries(kinds)) {
  const stream = streamOf(lineOf);
  await run(stream);
  const { roundTrips, segments: count, seconds } = await run(stream);
  const megabytes = stream.length / megabyte;
  const modelled = megabytes / (roundTrips * secondsEach + seconds);
  const each = megabytes / roundTrips;
  const turns = roundTrips / count;
  console.log(
    `${name.padEnd(26)} ${each.toFixed(1).padStart(10)} ${turns.toFixed(1).padStart(14)} ` +
      `${((1_000 * seconds) / megabytes).toFixed(1).padStart(12)} ${modelled.toFixed(1).padStart(12)}`,
  );
  if (name.startsWith("200") ? turns > turnsMax : each < megabytesMin) failed++;
}
if (failed > 0) {
  console.error(`below ${megabytesMin} MB a round trip, or above ${turnsMax} of them a segment`);
  process.exitCode = 1;
}
