import fc from "fast-check";
import { type Json, wildCases } from "./rules/wild-schemas.ts";
import { definitions, integers, object, property, quoted, strays } from "./tap-properties.ts";

/** One stream of a delivery: its SCHEMA and its records. */
interface Stream {
  readonly name: string;
  readonly keys: readonly string[];
  readonly schema: Json;
  readonly records: readonly Json[];
}

/** Names from taps, and occasionally one that the loader creates itself. */
const own = [
  ...["id", "name", "a/b", "Amount", "_sdc", "_rjm", "", "ünïcode", "__proto__"],
  ...["_sdc_repository", "_sdc_record_hash", "_sdc_level_x_id"],
];
const fieldNames = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom(...own) },
  fc.constantFrom("_sdc_sequence", "_rjm_level_0_id"),
);
const streamNames = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom("orders", "Orders ü", "a.b", "_sdc_x") },
  fc.constant("_sdc_rejected"),
);
const keyNames: fc.Arbitrary<string[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<string[]>([], ["id"]) },
  fc.subarray(["id", "name", "_sdc_record_hash"]),
);
/** Keywords next to the properties. */
const more = fc.constantFrom(
  ...[
    "",
    "",
    "",
    ',"id":"http://example.org/a"',
    ',"type":"object"',
    ',"type":["null","object"]',
    ',"additionalProperties":false',
  ],
  ...[
    ',"required":["id"]',
    ',"anyOf":[{"required":["name"]},{}]',
    ',"patternProperties":{"^_":{"type":"string"}}',
  ],
);

type Field = readonly [name: string, value: fc.Arbitrary<Json>];

/** Records with these fields, a few of which are missing or have another value. */
const recordsOf = (fields: readonly Field[]): fc.Arbitrary<Json[]> => {
  const entries = fields.map(([name, value]) =>
    fc.option(
      fc.oneof({ weight: 60, arbitrary: value }, strays).map(text => [name, text] as const),
      { freq: 30, nil: undefined },
    ),
  );
  const record = fc.tuple(...entries).map(each => object(each.filter(entry => entry !== undefined)));
  return fc.array(record, { minLength: 1, maxLength: 3 });
};

const declaredStream: fc.Arbitrary<Stream> = fc
  .record({
    properties: fc.uniqueArray(fc.tuple(fieldNames, property), {
      selector: ([name]) => name,
      minLength: 1,
      maxLength: 3,
    }),
    name: streamNames,
    keys: keyNames,
    more,
    isDeclared: fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, fc.constant(false)),
  })
  .chain(({ properties, name, keys, more: others, isDeclared }) => {
    const declared = isDeclared ? properties.map(([each, { schema }]) => [each, schema] as const) : [];
    const undeclared = keys.filter(key => !properties.some(([each]) => each === key));
    return fc.record({
      name: fc.constant(name),
      keys: fc.constant(keys),
      schema: fc.constant(`{"properties":${object(declared)}${others},"definitions":${definitions}}`),
      records: recordsOf([
        ...properties.map(([each, { value }]) => [each, value] as const),
        ...undeclared.map(key => [key, integers] as const),
      ]),
    });
  });

/** A stream whose record itself has an odd schema. */
const wildStream: fc.Arbitrary<Stream> = wildCases.map(([schema, value]) => ({
  name: "wild",
  keys: [],
  schema,
  records: [value.startsWith("{") ? value : `{"a":${value}}`],
}));

const schemaLine = ({ name, keys, schema }: Stream) =>
  `{"type":"SCHEMA","stream":${quoted(name)},"schema":${schema},"key_properties":${JSON.stringify(keys)}}`;
const recordLines = ({ name, records }: Stream, members = "") =>
  records.map(record => `{"type":"RECORD","stream":${quoted(name)}${members},"record":${record}}`);

/** A tap's output: Singer messages, or records with their keys, their schema, or neither. */
const dialects = {
  singer: (each: Stream) => [schemaLine(each), ...recordLines(each), '{"type":"STATE","value":{"a":1}}'],
  versioned: (each: Stream) => [
    schemaLine(each),
    ...recordLines(each, ',"version":5,"time_extracted":"2020-01-01T00:00:00.000000Z"'),
    `{"type":"ACTIVATE_VERSION","stream":${quoted(each.name)},"version":5}`,
  ],
  keys: (each: Stream) => recordLines(each, `,"key_fields":${JSON.stringify(each.keys)}`),
  schema: (each: Stream) => recordLines(each, `,"schema":${each.schema}`),
  neither: (each: Stream) => recordLines(each),
};
const forms = fc.oneof(
  { weight: 2, arbitrary: fc.constant(["singer", "jsonline"] as const) },
  fc.tuple(
    fc.constantFrom("singer", "versioned", "keys", "schema", "neither"),
    fc.constantFrom("jsonline", "transit"),
  ),
);

/** JSON is valid transit, except for text that begins like a tag. */
const asTransit = (line: Json) => line.replace(/"([~^`])/g, '"~$1');

/** Whole bodies of one stream with a few records, as taps print them. */
export const tapDeliveries: fc.Arbitrary<string> = fc
  .tuple(fc.oneof({ weight: 5, arbitrary: declaredStream }, wildStream), forms)
  .map(([stream, [dialect, encoding]]) => {
    const lines = dialects[dialect](stream).map(line => (encoding === "transit" ? asTransit(line) : line));
    return `stitchstream/0.1\nContent-Type: ${encoding}\n--\n${lines.join("\n")}\n`;
  });
