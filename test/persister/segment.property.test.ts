import fc from "fast-check";
import { expect, it } from "vitest";
import { batchEncoder } from "../../functions/import-api/encoder.ts";
import { type Segment, type SegmentOptions, segments } from "../../functions/persister/segment.ts";
import { validate } from "../../functions/persister/validate.ts";
import { numRuns as runs } from "../runs.ts";

const clock = { now: () => 0, sleep: () => new Promise<void>(() => {}) };
const encoder = batchEncoder(1);

async function* inChunks(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length]!;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** All of them: each one's body is good only until the next is there. */
async function segmentsOf(source: AsyncIterable<Uint8Array>, options: SegmentOptions): Promise<Segment[]> {
  const cut: Segment[] = [];
  for await (const segment of segments(source, options)) cut.push({ ...segment, body: segment.body.slice() });
  return cut;
}

/** What a body says, table by table: its records in their order, with the keys and the schema they are held to. */
function contentsOf(body: Uint8Array) {
  const contents = validate(body, encoder);
  return Array.from({ length: contents.records }, (_, n) => {
    const { stream, keyNames, schema, version } = contents.recordTable(n);
    const text = Buffer.from(
      contents.bytes.subarray(contents.recordStart(n), contents.recordEnd(n)),
    ).toString();
    return {
      stream,
      keyNames,
      version,
      schema: schema && JSON.stringify(schema.value),
      text,
      line: contents.recordLine(n),
    };
  });
}

const line = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .record({ of: fc.constantFrom("a", "b", "c"), id: fc.nat(99) })
      .map(({ of, id }) => ({ type: "RECORD", stream: of, record: { id, text: "x".repeat(id) } })),
  },
  {
    weight: 1,
    arbitrary: fc.record({ of: fc.constantFrom("a", "b"), more: fc.nat(3) }).map(({ of, more }) => ({
      type: "SCHEMA",
      stream: of,
      key_properties: ["id"],
      schema: { properties: { id: { type: "integer" }, [`more${more}`]: {} } },
    })),
  },
  { weight: 2, arbitrary: fc.nat(9).map(value => ({ type: "STATE", value })) },
  { weight: 1, arbitrary: fc.constant(undefined) },
);
const streams = fc.record({
  header: fc.constantFrom(
    "",
    "stitchstream/0.1\nContent-Type: jsonline\n--\n",
    "\ufeff",
    "stitchstream/0.1\r\nX: y\r\ncontent-type: JSONLINE\r\n--\r\n",
  ),
  lines: fc.array(line, { minLength: 1, maxLength: 60 }),
  ended: fc.boolean(),
});

it("segments say together what the whole says, line by line, and each stands alone", async () => {
  await fc.assert(
    fc.asyncProperty(
      streams,
      fc.integer({ min: 1, max: 3_000 }),
      fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 5 }),
      async ({ header, lines, ended }, bytesMax, sizes) => {
        const texts = lines.map(each => (each === undefined ? "" : JSON.stringify(each)));
        const first = header.startsWith("stitch")
          ? texts
          : [JSON.stringify({ type: "STATE", value: 0 }), ...texts];
        const whole = Buffer.from(header + first.join("\n") + (ended ? "\n" : ""));
        const cut = await segmentsOf(inChunks(whole, sizes), { clock, bytesMax });
        const together = cut.flatMap(({ body, firstLine, headLines }) =>
          contentsOf(body).map(({ line: at, ...said }) => ({
            ...said,
            line: at - headLines - 1 + firstLine,
          })),
        );
        expect(together).toEqual(contentsOf(whole));
        expect(cut.map(({ records }) => records).reduce((a, b) => a + b, 0)).toBe(together.length);
      },
    ),
    { numRuns: runs(200) },
  );
});

it("are cut behind bookmarks where those are", async () => {
  const text = Array.from({ length: 1_000 }, (_, id) =>
    JSON.stringify(
      id % 10 === 9 ? { type: "STATE", value: id } : { type: "RECORD", stream: "s", record: { id } },
    ),
  ).join("\n");
  const cut = await segmentsOf(inChunks(Buffer.from(text), [777]), { clock, bytesMax: 2_000 });
  expect(cut.length).toBeGreaterThan(10);
  for (const { body, hasBookmark } of cut) {
    expect(hasBookmark).toBe(true);
    expect(Buffer.from(body).toString().trimEnd()).toMatch(/"STATE","value":\d+\}$/);
    expect(body.length).toBeLessThan(2_500);
  }
});

it("a header that comes byte by byte is read as if it came at once", async () => {
  const text = 'stitchstream/0.1\r\nContent-Type: jsonline\r\n--\r\n\r\n{"type":"STATE","value":1}';
  const cut = await segmentsOf(inChunks(Buffer.from(text), [1]), { clock, bytesMax: 1 });
  expect(cut).toHaveLength(1);
  expect(validate(cut[0]!.body, encoder).bookmarks).toHaveLength(1);
});

it.each(["hello", "stitchstream/0.1\nContent-Type: jsonline\n"])(
  "what is no stitchstream is said so: %j",
  async text => {
    const first = segments(inChunks(Buffer.from(text), [3]), { clock }).next();
    await expect(first).rejects.toMatchObject({ code: "not-a-stitchstream" });
  },
);
