import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { expect, it } from "vitest";
import * as allLimits from "../../../functions/persister/limits.ts";
import type { Clock } from "../../../functions/persister/ports.ts";
import { type Segment, wholeLineOf } from "../../../functions/persister/segments/cutter.ts";
import { type SegmentOptions, segments } from "../../../functions/persister/segments/segment.ts";
import { decode } from "../../../functions/stitchstream/decode.ts";
import { newline } from "../../../functions/values/bytes.ts";
import { numRuns as runs } from "../../runs.ts";
import { type Event, eventsOf, withoutReplaced } from "../events.ts";
import { type Printed, printed } from "./stream-lines.ts";

const clock: Clock = { now: () => 0, sleep: () => new Promise<void>(() => {}) };

/** A clock whose waits end on demand. */
function ringing() {
  let waits: (() => void)[] = [];
  return {
    clock: { now: () => 0, sleep: () => new Promise<void>(resolve => void waits.push(resolve)) },
    async ring() {
      for (const end of waits) end();
      waits = [];
      // The waiting code has continued and consumed everything available.
      await setImmediate();
    },
  };
}

/** Its chunks; `between` is awaited before each one except the first. */
async function* chunksOf(
  { bytes, chunkSizes }: Printed,
  between?: (n: number) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  for (let at = 0, n = 0; at < bytes.length; n++) {
    if (n > 0) await between?.(n);
    const size = chunkSizes[n % chunkSizes.length]!;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const chunked = (text: string, ...chunkSizes: number[]) => chunksOf({ bytes: Buffer.from(text), chunkSizes });

/** Copies of all segments, each made when the next one has been cut: until then a body is valid. */
async function segmentsOf(source: AsyncIterable<Uint8Array>, options: SegmentOptions): Promise<Segment[]> {
  const cut: Segment[] = [];
  let last: Segment | undefined;
  const copyLast = () => last && cut.push({ ...last, body: last.body.slice() });
  for await (const segment of segments(source, options)) {
    copyLast();
    last = segment;
  }
  copyLast();
  return cut;
}

/** The events of all segments in order, with the whole stream's line numbers. */
const together = (cut: readonly Segment[]): Event[] =>
  withoutReplaced(
    cut.flatMap(segment =>
      eventsOf(segment.body).map(event => ({ ...event, line: wholeLineOf(segment, event.line) })),
    ),
  );

/**
 * Asserts that a segment with its head is not too large, unless it is a single larger message, and that its
 * head is at most half of it.
 */
function expectBounded({ body, headLines }: Segment, bytesMax: number): void {
  const all = Buffer.from(body).toString().split("\n");
  const lines = all.slice(headLines).filter(line => line.trim() !== "");
  const schemas = all.slice(0, headLines).filter(line => line.includes("SCHEMA"));
  const headBytes = Buffer.byteLength(all.slice(0, headLines).join("\n"));
  const blank = all.filter(line => line.trim() === "").length;
  // The last line may get a line end, and blank lines belong to the line before them.
  if (body.length > bytesMax + 4 * blank + 4) expect(lines).toHaveLength(1);
  if (2 * headBytes > bytesMax) expect(schemas.length).toBeLessThanOrEqual(1);
}

/** Asserts that a segment has no more streams and schemas than allowed. */
function expectWithin({ body }: Segment, limits: { streamsMax: number; schemasMax: number }): void {
  const faults: string[] = [];
  const other = () => {};
  decode(
    body.at(-1) === newline ? body : Buffer.concat([body, Buffer.from("\n")]),
    { ...allLimits, ...limits, isReserved: () => false },
    {
      record: other,
      schema: other,
      activation: other,
      bookmark: other,
      ignored: other,
      fault: ({ message }) => faults.push(message) > 0,
    },
  );
  expect(faults).toEqual([]);
}

const bytesMax = fc.integer({ min: 1, max: 3_000 });

it("segments together equal the whole, line by line, and each is a valid body", async () => {
  await fc.assert(
    fc.asyncProperty(printed, bytesMax, async (stream, most) => {
      const cut = await segmentsOf(chunksOf(stream), { clock, bytesMax: most });
      const said = together(cut);
      expect(said).toEqual(eventsOf(stream.bytes));
      const records = cut.reduce((sum, segment) => sum + segment.records, 0);
      expect(records).toBe(said.filter(({ kind }) => kind === "record").length);
      for (const segment of cut) expectBounded(segment, most);
    }),
    { numRuns: runs(300) },
  );
});

it("so do those whose size changes from one to the next", async () => {
  await fc.assert(
    fc.asyncProperty(printed, fc.array(bytesMax, { minLength: 1 }), async (stream, sizes) => {
      let asked = 0;
      const bytesWanted = () => sizes[Math.floor(asked++ / 7) % sizes.length]!;
      const cut = await segmentsOf(chunksOf(stream), { clock, bytesMax: 2_000, bytesWanted });
      expect(together(cut)).toEqual(eventsOf(stream.bytes));
      for (const segment of cut) expectBounded(segment, Math.min(2_000, Math.max(...sizes)));
    }),
    { numRuns: runs(100) },
  );
});

it("so do those cut at any time because a bookmark has waited", async () => {
  await fc.assert(
    fc.asyncProperty(printed, bytesMax, fc.integer({ min: 1, max: 5 }), async (stream, most, every) => {
      const bell = ringing();
      const source = chunksOf(stream, n => (n % every === 0 ? bell.ring() : Promise.resolve()));
      const cut = await segmentsOf(source, { clock: bell.clock, bytesMax: most });
      expect(together(cut)).toEqual(eventsOf(stream.bytes));
    }),
    { numRuns: runs(200) },
  );
});

it("so do those limited to a few streams and schemas", async () => {
  const few = fc.record({
    streamsMax: fc.integer({ min: 1, max: 4 }),
    schemasMax: fc.integer({ min: 2, max: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(printed, few, fc.integer({ min: 1, max: 5 }), async (stream, limits, every) => {
      const bell = ringing();
      const source = chunksOf(stream, n => (n % every === 0 ? bell.ring() : Promise.resolve()));
      const cut = await segmentsOf(source, { clock: bell.clock, ...limits });
      expect(together(cut)).toEqual(eventsOf(stream.bytes));
      for (const segment of cut) expectWithin(segment, limits);
    }),
    { numRuns: runs(200) },
  );
});

it("of a source that breaks off contain everything up to its last bookmark, and nothing else", async () => {
  await fc.assert(
    fc.asyncProperty(printed, bytesMax, fc.nat(), async (stream, most, place) => {
      const bytes = stream.bytes.subarray(0, stream.bytes.indexOf("SCHEMA") + (place % stream.bytes.length));
      const cut: Segment[] = [];
      const violations = async function* () {
        yield* chunksOf({ ...stream, bytes });
        throw new Error("broken");
      };
      const all = async () => {
        for await (const segment of segments(violations(), { clock, bytesMax: most }))
          cut.push({ ...segment, body: segment.body.slice() });
      };
      await expect(all()).rejects.toThrow("broken");
      const lines = bytes.subarray(0, bytes.lastIndexOf("\n") + 1);
      const whole = lines.includes("SCHEMA") ? eventsOf(lines) : [];
      const said = together(cut);
      expect(said).toEqual(whole.slice(0, said.length));
      expect(whole.slice(said.length).filter(({ kind }) => kind === "bookmark")).toEqual([]);
    }),
    { numRuns: runs(200) },
  );
});
const schemaLine = (stream: string, description: string) =>
  JSON.stringify({
    type: "SCHEMA",
    stream,
    key_properties: ["id"],
    schema: { description, properties: { id: {} } },
  });
const rowLine = (stream: string, id: number) => JSON.stringify({ type: "RECORD", stream, record: { id } });
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

it.each<[name: string, lines: string[]]>([
  ["1,200 streams", numbers(1_200).flatMap(n => [schemaLine(`s${n}`, ""), rowLine(`s${n}`, n)])],
  ["1,200 streams without schemas", numbers(1_200).map(n => rowLine(`s${n}`, n))],
  ["1,500 versions of a schema", numbers(1_500).flatMap(n => [schemaLine("s", `v${n}`), rowLine("s", n)])],
  [
    "2,500 versions of a table",
    numbers(2_500).map(n => JSON.stringify({ ...JSON.parse(rowLine("s", n)), version: n })),
  ],
])("%s make more than one segment, though they are small", async (_, lines) => {
  const cut = await segmentsOf(chunked(`${lines.join("\n")}\n`, 65_536), { clock });
  expect(cut.length).toBe(2);
  expect(cut.reduce((sum, { records }) => sum + records, 0)).toBe(
    lines.filter(line => line.includes("RECORD")).length,
  );
  for (const segment of cut) expectWithin(segment, allLimits);
});

const repeating = "repeat only the schemas of their own streams, and are cut before those fill half of one";
it.each([10_000, 1_000_000])(`${repeating}, of %i bytes`, async bytesMax => {
  const streams = numbers(20).map(n => `s${n}`);
  const lines = [
    ...streams.map(stream => schemaLine(stream, "x".repeat(0.09 * bytesMax))),
    ...numbers(400).map(n => rowLine(streams[Math.floor(n / 2) % streams.length]!, n)),
  ];
  const cut = await segmentsOf(chunked(lines.join("\n"), 777), { clock, bytesMax });
  const rowsIn = (text: string) =>
    new Set([...text.matchAll(/"RECORD","stream":"(\w+)"/g)].map(([, name]) => name));
  for (const segment of cut) {
    expectBounded(segment, bytesMax);
    const text = Buffer.from(segment.body).toString();
    const head = text.split("\n").slice(0, segment.headLines).join();
    const repeated = [...head.matchAll(/"SCHEMA","stream":"(\w+)"/g)].map(([, name]) => name!);
    expect(repeated.length).toBeLessThanOrEqual(5);
    expect([...rowsIn(text)]).toEqual(expect.arrayContaining(repeated));
  }
  expect(together(cut).map(({ line }) => line)).toEqual(numbers(400).map(n => n + 21));
});

it("are cut after bookmarks if there are any", async () => {
  const text = Array.from({ length: 1_000 }, (_, id) =>
    JSON.stringify(
      id % 10 === 9 ? { type: "STATE", value: id } : { type: "RECORD", stream: "s", record: { id } },
    ),
  ).join("\n");
  const cut = await segmentsOf(chunked(text, 777), { clock, bytesMax: 2_000 });
  expect(cut.length).toBeGreaterThan(10);
  for (const { body, hasBookmark } of cut) {
    expect(hasBookmark).toBe(true);
    expect(Buffer.from(body).toString().trimEnd()).toMatch(/"STATE","value":\d+\}$/);
    expect(body.length).toBeLessThan(2_500);
  }
});

it("a header that arrives byte by byte is read like one that arrives at once", async () => {
  const text = 'stitchstream/0.1\r\nContent-Type: jsonline\r\n--\r\n\r\n{"type":"STATE","value":1}';
  const cut = await segmentsOf(chunked(text, 1), { clock, bytesMax: 1 });
  expect(cut).toHaveLength(1);
  expect(eventsOf(cut[0]!.body)).toMatchObject([{ kind: "bookmark" }]);
});

it.each([
  "hello",
  "stitchstream/0.1\nContent-Type: jsonline\n",
  'stitchstream/0.1\nContent-Type: jsonline\n{"type":"STATE","value":1}\n--\n',
  "stitchstream/0.1\nContent Type: jsonline\n--\n",
  "\n \n",
  '{\0"\0t\0y\0p\0e\0"\0:\0"\0S\0T\0A\0T\0E\0"\0}\0\n\0',
])("a body that is not a stitchstream is reported: %j", async text => {
  for (const chunkSize of [1, 3, 1_000]) {
    const first = segments(chunked(text, chunkSize), { clock }).next();
    await expect(first).rejects.toMatchObject({ code: "not-a-stitchstream" });
  }
});
