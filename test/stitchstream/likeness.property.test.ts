import fc from "fast-check";
import transit from "transit-js";
import { describe, expect, it } from "vitest";
import { batchEncoder } from "../../functions/import-api/encoder.ts";
import { importApiRules } from "../../functions/import-api/rules.ts";
import type { Contents } from "../../functions/persister/body/contents.ts";
import { validate } from "../../functions/persister/body/validate.ts";
import { ByteWriter } from "../../functions/values/byte-writer.ts";
import { JsonWriter } from "../../functions/values/json-writer.ts";
import { TransitWriter } from "../../functions/values/transit-writer.ts";
import { numRuns as runs } from "../runs.ts";
import { picking, picks, spelled, withSpaces } from "./json-text.ts";
import { outcomeOf } from "./outcome.ts";
import { scalars, transitOf, valuesWith } from "./record-values.ts";

const rules = importApiRules();

/**
 * Bodies of several alternating streams, with other messages between records. Lines are read with the
 * shapes of earlier lines, and must mean the same as in bodies without similar lines.
 */
const numRuns = runs(150);
const word = fc.constantFrom("name", "a", "createdAt", "longer name", "é", "x\\y", 'q"');
const value = valuesWith(word);
/** A body has at most one fault, and most have none. */
const seldom = <T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 60, arbitrary: usual }, other);
const time = seldom(
  fc.constantFrom<unknown[]>("2026-11-23T12:00:00Z", "2026-11-23T12:00:00.5+05:30", null),
  fc.constantFrom<unknown[]>("yesterday", 1),
);
/** A backslash and an `n`, and a line end: the bytes of the first are the escape of the second. */
const streamNames = ["s", "a\\nb", "a\nb"] as const;
const keys = ["id", "k\\nb", "k\nb"] as const;
const ofKeys = Object.fromEntries(keys.map(key => [key, { type: "integer" }]));
const properties = { ...ofKeys, name: { maxLength: 10 } };
const schemas = fc.constantFrom<object[]>(
  { type: "object", properties },
  { type: "object", properties: { ...ofKeys, id: { type: "integer", key: true } } },
);
/** The description of a stream's records, in a SCHEMA or within them. */
const described = fc.constantFrom("schema", "inline", "keys", "schema and keys", "nothing");

interface Stream {
  readonly description: string;
  readonly names: string[];
  readonly key: string;
  readonly schema: object;
  readonly timed: boolean;
  readonly versioned: boolean;
  readonly valued: boolean;
  /** The same on every line, so that lines whose names are transit codes are similar. */
  readonly inner: object[];
  readonly spaces: readonly number[];
}
const stream: fc.Arbitrary<Stream> = fc.record({
  description: described,
  names: fc.uniqueArray(word, { minLength: 1, maxLength: 4 }),
  key: fc.constantFrom("id", ...keys),
  schema: schemas,
  timed: fc.boolean(),
  versioned: fc.boolean(),
  valued: fc.boolean(),
  inner: fc.array(fc.dictionary(word, scalars, { maxKeys: 3 }), { maxLength: 2 }),
  spaces: fc.oneof(fc.constant<number[]>([0]), picks),
});
const recordLine = fc.record({
  of: fc.nat(2),
  values: fc.array(value, { minLength: 4, maxLength: 4 }),
  id: seldom(fc.nat() as fc.Arbitrary<unknown>, fc.constantFrom(null, "x", {})),
  time,
  version: fc.constantFrom(1, 1, 1, 2),
  /** Which of the message's members comes first. */
  first: fc.oneof(fc.constant(0), fc.nat(7)),
  escapes: fc.oneof({ weight: 3, arbitrary: fc.constant<number[]>([7]) }, picks),
});
const between = fc.oneof(
  fc.jsonValue({ maxDepth: 1 }).map(each => () => ({ type: "BOOKMARK", value: each })),
  fc.nat(2).map(of => (streams: Stream[]) => schemaOf(of, streams)),
  fc.nat(2).map(of => () => ({ type: "ACTIVATE_VERSION", stream: streamNames[of]!, version: 1 })),
);

const schemaOf = (of: number, streams: Stream[]) => ({
  type: "SCHEMA",
  stream: streamNames[of]!,
  schema: streams[of]!.schema,
});

function messageOf(line: typeof recordLine extends fc.Arbitrary<infer T> ? T : never, streams: Stream[]) {
  const { description, names, key, schema, timed, versioned, valued, inner } = streams[line.of]!;
  const fields = names.map((name, n) => [name, line.values[n]] as const);
  const message = {
    type: "RECORD",
    ...(timed && { time_extracted: line.time }),
    stream: streamNames[line.of]!,
    ...(versioned && { version: line.version }),
    ...(description.includes("keys") && { key_fields: [key] }),
    ...(description === "inline" && { schema }),
    record: { id: line.id, [key]: line.id, ...Object.fromEntries(fields), inner },
    ...(valued && { value: line.values[0] }),
  };
  const members = Object.entries(message);
  const first = line.first % members.length;
  return Object.fromEntries([...members.slice(first), ...members.slice(0, first)]);
}

/** Streams with equal keys and columns share what is learned of either; others don't. */
const streamsOfBody = fc
  .tuple(fc.array(stream, { minLength: 3, maxLength: 3 }), fc.boolean())
  .map(([streams, isShared]) => {
    const { names, key, description, inner } = streams[0]!;
    return isShared ? streams.map(each => ({ ...each, names, key, description, inner })) : streams;
  });

const bodies = fc
  .tuple(
    streamsOfBody,
    fc.array(fc.oneof({ weight: 6, arbitrary: recordLine }, between), { minLength: 2, maxLength: 14 }),
  )
  .map(([streams, lines]) => {
    const declared = streams.flatMap(({ description }, of) =>
      description.startsWith("schema") ? [{ message: schemaOf(of, streams), spaces: [0], escapes: [7] }] : [],
    );
    const others = lines.map(line =>
      typeof line === "function"
        ? { message: line(streams), spaces: [0], escapes: [7] }
        : { message: messageOf(line, streams), spaces: streams[line.of]!.spaces, escapes: line.escapes },
    );
    return [...declared, ...others];
  });

/** Some lines have a byte changed, after the place that the comparison needs. */
const damage = fc.option(
  fc.array(
    fc.tuple(
      fc.nat(),
      fc.nat(),
      fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('"\\{}[],:0-.e~^ \t'))),
    ),
    { minLength: 1, maxLength: 3 },
  ),
  { nil: [], freq: 1 },
);
const opening = { json: "{", compact: '["^ ",', verbose: "{" } as const;
const newline = 0x0a;

type Form = keyof typeof opening;
function damaged(lines: Buffer[], changes: readonly (readonly number[])[], form: Form): Buffer[] {
  for (const [line, place, byte] of changes) {
    const target = lines[line! % lines.length]!;
    const first = opening[form].length;
    if (byte !== newline) target[first + (place! % (target.length - first))] = byte!;
  }
  return lines;
}

/** The line with a unique extra field, which is ignored and too short for a cache code. */
const unlike = (line: Buffer, n: number, form: Form) =>
  Buffer.concat([
    line.subarray(0, opening[form].length),
    Buffer.from(form === "compact" ? `"u${n}",0,` : `"u${n}":0,`),
    line.subarray(opening[form].length),
  ]);

const textOf = (out: ByteWriter) => Buffer.from(out.view()).toString();

function expectTimeAsRead(contents: Contents, record: number): void {
  const [read, direct] = [new ByteWriter(), new ByteWriter(0)];
  contents.readField(record, "time_extracted", new JsonWriter(read));
  contents.writeExtractedAt(record, direct);
  expect(textOf(direct)).toBe(textOf(read));
}

/** A record is at most as long as announced, and its JSON is the same whether or not it is read again. */
function expectWrittenAsRead(body: Uint8Array): void {
  const contents = validate(body, { sizes: batchEncoder(4242), rules });
  for (let record = 0; record < contents.records; record++) {
    const start = contents.recordStart(record);
    const said = contents.recordEnd(record) - start + contents.recordGrowth(record);
    const [json] = [JsonWriter, TransitWriter].map(Writer => {
      const out = new ByteWriter();
      contents.readField(record, "record", new Writer(out));
      expect(out.length).toBeLessThanOrEqual(said);
      return textOf(out);
    });
    const direct = new ByteWriter(0);
    contents.writeJson(record, direct);
    expect(textOf(direct)).toBe(json);
    if (contents.recordExtractedAt(record) > 0) expectTimeAsRead(contents, record);
  }
}

function expectAlike(lines: Buffer[], form: Form): void {
  const header = `stitchstream/0.1\nContent-Type: ${form === "json" ? "jsonline" : "transit"}\n--`;
  const bodyOf = (all: Buffer[]) =>
    Buffer.concat([Buffer.from(header), ...all.flatMap(line => [Buffer.from("\n"), line])]);
  const alike = outcomeOf(bodyOf(lines));
  if (form !== "json" && alike.refused === undefined) expectWrittenAsRead(bodyOf(lines));
  expect(alike).toEqual(outcomeOf(bodyOf(lines.map((line, n) => unlike(line, n, form)))));
}

describe("lines similar to earlier ones mean the same as without them", () => {
  it("in JSON", () => {
    fc.assert(
      fc.property(bodies, damage, (body, changes) => {
        const lines = body.map(({ message, spaces, escapes }) =>
          Buffer.from(spelled(message, picking(spaces), picking(escapes))),
        );
        expectAlike(damaged(lines, changes, "json"), "json");
      }),
      { numRuns: 2 * numRuns },
    );
  });

  it.each(["compact", "verbose"] as const)("in transit, %s", form => {
    const writer = transit.writer(form === "compact" ? "json" : "json-verbose");
    fc.assert(
      fc.property(bodies, damage, (body, changes) => {
        const lines = body.map(({ message, spaces }) => {
          const text = writer.write(transitOf(message));
          const { length } = opening[form];
          return Buffer.from(text.slice(0, length) + withSpaces(text.slice(length), picking(spaces)));
        });
        expectAlike(damaged(lines, changes, form), form);
      }),
      { numRuns },
    );
  });

  it("in verbose transit, with maps of maps", () => {
    const line = (n: number | string) =>
      Buffer.from(
        `{"type":"RECORD","stream":"s","key_fields":["id"],"record":{"id":1,"n":${n},"{":{},` +
          '"m":{"a":{"b":{"{":1}}}}}',
      );
    expectAlike([line(1), line("12345678901234567"), line("12345678901234567"), line('"~m0"')], "verbose");
  });

  it("in transit, if a keyword among the values changes the meaning of a later code", () => {
    const line = (value: string) =>
      Buffer.from(
        `["^ ","type","RECORD","stream","s","key_fields",["id"],"record",["^ ","id",1,"aaaa","${value}",` +
          '"bbbb",1,"m",["^ ","^5",2]]]',
      );
    expectAlike([line("x"), line("y"), line("~:word"), line("~$word"), line("z")], "compact");
  });

  it("in transit, with any space before a map's marker", () => {
    const line = (name: string) =>
      Buffer.from(
        `["^ ","type","RECORD","stream","s","key_fields",["id"],"record",[\r"^ ","id",1,"${name}",2]]`,
      );
    expectAlike([line("a"), line("id"), line("a")], "compact");
  });

  it.each([
    "~m1468435557000",
    "~t2026-11-27T01:02:03.456Z",
    "~t2026-11-27T01:02:03+01:00",
    "2026-11-27T01:02:03Z",
  ])("in transit, with the time %s", time => {
    const line = (n: number) =>
      Buffer.from(
        `["^ ","type","RECORD","stream","s","time_extracted","${time}","record",` +
          `["^ ","long name",${n},"m",[["^ ","long name","~m${n}"],["^ ","^5",1]]]]`,
      );
    expectAlike([line(1), line(2), line(3)], "compact");
  });

  it("in transit, with lists without strings, at a cost linear in their length", () => {
    const lists = Array(400_000).fill("[]").join(",");
    expectAlike(
      [Buffer.from(`["^ ","type","RECORD","stream","s","record",["^ ","a",[${lists}]]]`)],
      "compact",
    );
  });
});
