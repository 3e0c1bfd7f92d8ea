import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Ports, systemPorts } from "../../cli/ports.ts";
import { type WireSegment, wireSegments } from "../../cli/wire-segments.ts";
import { PersisterError } from "../../functions/persister/errors.ts";
import { wireBytesMax } from "../../functions/persister/limits.ts";
import type { Clock } from "../../functions/persister/ports.ts";
import { eventsOf, withoutReplaced } from "../persister/events.ts";
import { type Printed, printed } from "../persister/segments/stream-lines.ts";
import { numRuns } from "../runs.ts";

const clock: Clock = { now: () => 0, sleep: () => new Promise<void>(() => {}) };

async function* chunksOf({ bytes, chunkSizes }: Printed): AsyncGenerator<Uint8Array> {
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = chunkSizes[n % chunkSizes.length]!;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const chunked = (bytes: Buffer) => chunksOf({ bytes, chunkSizes: [65_536] });

/** Results share it, since only their sizes matter. */
const zeros = new Uint8Array(10 * wireBytesMax);

/** A gzip whose results are `factor` times as large as their texts, which it remembers. */
function growing(factor: number) {
  const texts = new WeakMap<Uint8Array, Buffer>();
  const gzip = async (text: Uint8Array) => {
    const wire = zeros.subarray(0, text.length * factor);
    texts.set(wire, Buffer.from(text));
    return wire;
  };
  return { gzip, textOf: ({ body }: WireSegment) => texts.get(body)! };
}

async function all(stream: AsyncIterable<Uint8Array>, gzip: Ports["gzip"]): Promise<WireSegment[]> {
  const sent: WireSegment[] = [];
  const options = { clock, aborted: new AbortController(), gzip };
  for await (const segment of wireSegments(stream, options)) sent.push(segment);
  return sent;
}

describe("segments as they are sent", () => {
  it("are cut again where they would not fit, and mean the same with the same lines", async () => {
    await fc.assert(
      fc.asyncProperty(printed, fc.integer({ min: 3, max: 6 }), async (stream, parts) => {
        const factor = Math.ceil((parts * wireBytesMax) / stream.bytes.length);
        const { gzip, textOf } = growing(factor);
        const sent = await all(chunksOf(stream), gzip).catch((error: PersisterError) => error);
        // A single line with its head may take too much.
        fc.pre(!(sent instanceof PersisterError && sent.code === "body-too-large"));
        if (!Array.isArray(sent)) throw sent;
        expect(sent.length).toBeGreaterThan(1);
        for (const { body } of sent) expect(body.length).toBeLessThanOrEqual(wireBytesMax);
        const said = sent.flatMap(segment =>
          eventsOf(textOf(segment)).map(event => ({ ...event, line: segment.lineOf(event.line) })),
        );
        expect(withoutReplaced(said)).toEqual(eventsOf(stream.bytes));
        const records = sent.reduce((sum, segment) => sum + segment.records, 0);
        expect(records).toBe(said.filter(({ kind }) => kind === "record").length);
      }),
      { numRuns: numRuns(15) },
    );
  });

  it("have 10.5 MB, and fewer once lines no longer shrink", async () => {
    const line = (text: string) => `${JSON.stringify({ type: "RECORD", stream: "s", record: { text } })}\n`;
    const small = Buffer.from(line("x".repeat(500)).repeat(50_000));
    // Each text's first character says how large it is on the wire.
    const gzip = async (text: Uint8Array) => {
      const isDense = Buffer.from(text.subarray(0, 1_000)).includes("yyy");
      return new Uint8Array(isDense ? text.length : text.length >> 3);
    };
    const dense = Buffer.from(line("y".repeat(500)).repeat(20_000));
    const sent = await all(chunked(Buffer.concat([small, dense])), gzip);
    const megabytes = sent.map(({ bytes }) => Math.round(bytes / 100_000) / 10);
    expect(megabytes.slice(0, 2)).toEqual([10.5, 10.5]);
    expect(Math.max(...megabytes.slice(3))).toBeLessThanOrEqual(4);
    expect(sent.reduce((sum, { records }) => sum + records, 0)).toBe(70_000);
  });

  it.each(["", "\n \n\n"])("of one line that is too large even gzipped are refused: %j", async blank => {
    const texts = ["short", "short", "long".repeat(300)];
    const lines = texts.map(text => `${JSON.stringify({ type: "RECORD", stream: "s", record: { text } })}\n`);
    const { gzip } = growing(10_000);
    await expect(all(chunked(Buffer.from(lines.join("") + blank)), gzip)).rejects.toMatchObject({
      code: "body-too-large",
      message: expect.stringContaining("Nothing of line 3 is sent"),
    });
  });

  it("are gzip", async () => {
    const text = '{"type":"RECORD","stream":"s","record":{"id":1}}\n';
    const [segment] = await all(chunked(Buffer.from(text)), systemPorts.gzip);
    expect(gunzipSync(segment!.body).toString()).toBe(text);
  });
});
