import fc from "fast-check";
import transit from "transit-js";
import { describe, expect, it } from "vitest";
import { batchEncoder } from "../../functions/import-api/encoder.ts";
import { SchemaInferences } from "../../functions/import-api/infer-schema.ts";
import { importApiRules } from "../../functions/import-api/rules.ts";
import type { Contents } from "../../functions/persister/body/contents.ts";
import { validate } from "../../functions/persister/body/validate.ts";
import { PersisterError } from "../../functions/persister/errors.ts";
import { ByteWriter } from "../../functions/values/byte-writer.ts";
import { numRuns } from "../runs.ts";
import { transitOf, valuesWith } from "./record-values.ts";

/** A line is read the same way after any other lines: shapes change the speed and nothing else. */
const encoder = batchEncoder(4242);
const rules = importApiRules();
const header = (contentType: string) => `stitchstream/0.1\nContent-Type: ${contentType}\n--\n`;
const headerLines = 3;

/** Schemas are inferred from all records of a table: those of single lines differ. */
const schemaOfRequest = /,"schema":(\{.*\})\}$/s;

/** The same schemas, from each record read by the scan. */
function inferredByScan(contents: Contents): SchemaInferences {
  const inferences = new SchemaInferences();
  for (let record = 0; record < contents.records; record++) {
    const table = contents.recordTable(record);
    if (table.keyNames.length === 0) contents.readField(record, "record", inferences.of(table));
  }
  return inferences;
}

/** The outcome of a body: each record's request without an inferred schema, or its faults by line. */
function outcomeOf(body: Buffer): { records: string[] } | { faults: Map<number, string[]> } {
  try {
    const contents = validate(body, { sizes: encoder, rules });
    const inferences = inferredByScan(contents);
    const records = Array.from({ length: contents.records }, (_, record) => {
      const kind = contents.recordTable(record).keyNames.length > 0 ? "upsert" : "append";
      // The same sequence in every place.
      const first = 5_000_000_000_000_000_000n - BigInt(record);
      const { body: bytes } = encoder.encode(
        contents,
        { kind, records: [record], bytes: 0 },
        first,
        new ByteWriter(),
      );
      const request = Buffer.from(bytes).toString();
      const schema = kind === "append" ? schemaOfRequest.exec(request)?.[1] : undefined;
      if (schema === undefined) return request;
      const out = new ByteWriter();
      inferences.of(contents.recordTable(record)).write(out);
      expect(JSON.parse(schema)).toEqual(JSON.parse(Buffer.from(out.view()).toString()));
      return request.replace(schemaOfRequest, "");
    });
    return { records };
  } catch (error) {
    if (!(error instanceof PersisterError)) throw error;
    const faults = new Map<number, string[]>();
    for (const { line, field, message } of error.details.faults ?? [])
      faults.set(line, [...(faults.get(line) ?? []), `${field}: ${message}`]);
    return { faults };
  }
}

function expectAlike(contentType: string, lines: readonly Buffer[]): void {
  const head = Buffer.from(header(contentType));
  const newline = Buffer.from("\n");
  const alone = lines.map(line => outcomeOf(Buffer.concat([head, line, newline])));
  const all = outcomeOf(Buffer.concat([head, ...lines.flatMap(line => [line, newline])]));
  const faults = alone.flatMap((each, n) =>
    "faults" in each ? [[headerLines + 1 + n, [...each.faults.values()].flat()] as const] : [],
  );
  if ("faults" in all) expect([...all.faults]).toEqual(faults);
  else {
    expect(faults).toEqual([]);
    expect(all.records).toEqual(alone.flatMap(each => ("records" in each ? each.records : [])));
  }
}

const word = fc.constantFrom("id", "name", "a", "createdAt", "longer name", "é", "x\\y", 'q"');
const shape = fc.uniqueArray(word, { minLength: 1, maxLength: 6 });
const value = valuesWith(word);
/** Records that sometimes have the same names, and so the same shape. */
const records = shape.chain(names =>
  fc.array(
    fc.tuple(...names.map(() => value)).map(values => {
      const fields = names.map((name, n) => [name, values[n]] as const);
      return Object.fromEntries([["id", 1], ...fields]);
    }),
    { minLength: 2, maxLength: 12 },
  ),
);
/** Changes bytes of some lines. */
const damage = fc.array(
  fc.tuple(fc.nat(), fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('"\\{}[],:0-.e~^ \t')))),
  {
    maxLength: 4,
  },
);

const damaged = (lines: Buffer[], changes: [number, number, number][]) => {
  for (const [line, place, byte] of changes) {
    const target = lines[line % lines.length]!;
    if (byte !== 0x0a) target[place % target.length] = byte;
  }
  return lines;
};
/** Members of the envelope besides the record, which differ from line to line. */
interface Around {
  readonly time: string | null | undefined;
  readonly version: number | undefined;
  /** Before the type, which is before the stream's name, and after the record. */
  readonly first: unknown;
  readonly last: unknown;
  readonly isReversed: boolean;
}
const around = fc.record<Around>({
  time: fc.constantFrom(
    undefined,
    null,
    "2026-11-23T12:00:00Z",
    "2026-11-23T12:00:00.5+05:30",
    "yesterday",
    "",
  ),
  version: fc.constantFrom(undefined, undefined, 1, 2),
  first: fc.oneof(fc.constant(undefined), fc.nat(), value),
  last: fc.oneof(fc.constant(undefined), fc.nat(), value),
  isReversed: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.boolean()),
});
const arounds = fc.array(around, { minLength: 1, maxLength: 4 });

const message = (record: object, { time, version, first, last, isReversed }: Around) => {
  const members = {
    ...(first !== undefined && { first }),
    type: "RECORD",
    stream: "s",
    key_fields: ["id"],
    ...(version !== undefined && { version }),
    record,
    ...(last !== undefined && { last }),
    ...(time !== undefined && { time_extracted: time }),
  };
  return isReversed ? Object.fromEntries(Object.entries(members).reverse()) : members;
};

describe("a line among similar ones", () => {
  it("of JSON is read like a single line", () => {
    fc.assert(
      fc.property(records, arounds, damage, fc.constantFrom(0, 1), (each, at, changes, indent) => {
        const lines = each.map((record, n) => {
          const text = JSON.stringify(message(record, at[n % at.length]!), null, indent).replaceAll(
            /\n */g,
            " ",
          );
          return Buffer.from(text);
        });
        expectAlike("jsonline", damaged(lines, changes));
      }),
      { numRuns: numRuns(500) },
    );
  });

  it.each(["json", "json-verbose"] as const)("of transit, %s, is read like a single line", form => {
    const writer = transit.writer(form);
    fc.assert(
      fc.property(records, arounds, damage, (each, at, changes) => {
        const lines = each.map((record, n) =>
          Buffer.from(writer.write(transitOf(message(record, at[n % at.length]!)))),
        );
        expectAlike("transit", damaged(lines, changes));
      }),
      { numRuns: numRuns(500) },
    );
  });
});

describe("an invalid transit line like others is refused:", () => {
  const line = (record: string) =>
    Buffer.from(`["^ ","type","RECORD","stream","s","key_fields",["id"],"record",${record}]`);
  const compact = '["^ ","id",1,"at","~m1468435557000","in",["^ ","longer",1],"of",[["^ ","longer",2]]]';
  const verbose = '{"id":1,"at":"~m1468435557000","in":{"longer":1},"of":[{"longer":2}]}';
  it.each<[string, string]>([
    ...["x", "-", "n", "0", "1", "[", " ", "t"].map((byte): [string, string] => ['"~m', `${byte}~m`]),
    // A comma after which nothing follows.
    ['["^ ","longer",1]', '["^ ",]'],
    ['["^ ","longer",1]', '["^ ","longer",1,]'],
    // A verbose map's brackets with a compact map's separators, and the other way round.
    ['["^ ","longer",1]', '{"longer",1}'],
    ['["^ ","longer",2]', '{"^4",2}'],
    ['["^ ","longer",1]', '["^ ","longer":1]'],
  ])("%j as %j", (from, to) => {
    expectAlike("transit", [line(compact), line(compact), line(compact.replace(from, to)), line(compact)]);
  });

  it.each([
    ['{"longer":1}', '{"longer",1}'],
    ['{"longer":1}', '["^ ","longer":1]'],
    ['{"longer":1}', '{"longer":1,}'],
  ])("%j as %j", (from, to) => {
    expectAlike("transit", [line(verbose), line(verbose), line(verbose.replace(from, to)), line(verbose)]);
  });
});

describe("a JSON line like others, whose first member varies, is read like a single line:", () => {
  const line = (record: string) =>
    Buffer.from(`{"type":"RECORD","stream":"s","key_fields":["id"],"record":${record}}`);
  const others = ['{"id":1,"a":"x","b":2}', '{"a":"x","id":1,"b":2}', '{"b":2,"id":3}', '{"id":1}'].map(line);
  it.each([
    // Separators.
    ...['{,"id":1}', '{,"a":"x","id":1}', '{"id":1"a":"x"}', '{"b":2"id":1}', '{"id":1,}', '{"id":1,,"a":2}'],
    ...[
      '{"id":  1,"a": \t"x"}',
      '{"id":1 ,"a":"x"}',
      '{ "id":1}',
      '{"id":1, "a" : "x"}',
      '{"a":"x","id":1',
      '{"id":1]',
      "{}",
      "{,}",
    ],
    // Keys.
    ...['{"id":null}', '{"a":"x","id":{}}', '{"id":[]}', '{"a":"x"}', '{"id":1,"id":1}', '{"id":true}'],
    ...[1_024, 1_025].map(chars => `{"a":"x","id":"${"k".repeat(chars)}"}`),
    `{"id":"${"é".repeat(1_024)}"}`,
  ])("%.60s", record => {
    expectAlike("jsonline", [...others, line(record), ...others]);
  });
});

/** A name with an escape matches no slot of the plain name. */
it("a record that no shape of its table can read keeps its keys and its faults", () => {
  const line = (record: string, keys = ',"key_fields":["id"]') =>
    Buffer.from(`{"type":"RECORD","stream":"s"${keys},"record":${record}}`);
  const others = [line('{"id":1}'), line('{"id":1}'), line('{"\\u0069d":null}', "")];
  for (const record of ['{"\\u0069d":2}', '{"\\u0069d":null}', '{"\\u0069d":2,"_sdc_sequence":1}'])
    expectAlike("jsonline", [...others, line(record)]);
});
