/** The kinds of Singer streams that test suites of targets use, with data of our own. */
export interface SingerStream {
  readonly name: string;
  readonly lines: readonly string[];
  /** By table, the expected rows: their columns, and values as text. */
  readonly tables: Readonly<Record<string, Rows>>;
  readonly keyless?: true;
}
export type Rows = readonly (readonly (string | null)[])[];

/** Streams that are refused, with the errors. */
export interface RefusedStream {
  readonly name: string;
  readonly lines: readonly string[];
  readonly status: 400 | 422;
  readonly errors: readonly object[];
}

const schema = (stream: string, keys: readonly string[], properties: object, more: object = {}) =>
  JSON.stringify({
    type: "SCHEMA",
    stream,
    key_properties: keys,
    schema: { type: "object", properties, ...more },
  });
const record = (stream: string, data: object, more: object = {}) =>
  JSON.stringify({ type: "RECORD", stream, record: data, ...more });
const state = (value: unknown) => JSON.stringify({ type: "STATE", value });

const integer = { type: "integer" };
const text = { type: "string" };
const optional = { type: ["null", "string"] };
const number = { type: ["null", "number"] };
const id = { id: integer };

export const singerStreams: readonly SingerStream[] = [
  {
    name: "array data",
    lines: [
      schema("walks", ["id"], { ...id, stops: { type: "array", items: text } }),
      record("walks", { id: 1, stops: ["mill", "weir"] }),
      record("walks", { id: 2, stops: [] }),
      state({ walks: 2 }),
    ],
    tables: {
      walks: [
        ["id", "stops"],
        ["1", '["mill","weir"]'],
        ["2", "[]"],
      ],
    },
  },
  {
    name: "camel case and a complex schema",
    lines: [
      schema("LedgerEntry", ["EntryId"], {
        EntryId: text,
        isOpen: { type: ["null", "boolean"] },
        CreatedAt: { anyOf: [{ type: "string", format: "date-time" }, { type: ["string", "null"] }] },
        meta: { type: "object", properties: { SourceName: optional } },
      }),
      record("LedgerEntry", { EntryId: "A", isOpen: true, CreatedAt: null, meta: { SourceName: "x" } }),
      record("LedgerEntry", { EntryId: "a", isOpen: null, CreatedAt: "soon", meta: {} }),
      state({ LedgerEntry: "a" }),
    ],
    tables: {
      LedgerEntry: [
        ["EntryId", "isOpen", "CreatedAt", "meta"],
        ["A", "true", null, '{"SourceName":"x"}'],
        ["a", null, "soon", "{}"],
      ],
    },
  },
  {
    name: "duplicate records",
    lines: [
      schema("gauges", ["id"], { ...id, level: integer }),
      ...[
        [1, 5],
        [2, 6],
        [1, 50],
        [2, 60],
        [1, 500],
      ].map(([key, level]) => record("gauges", { id: key, level })),
      state({ gauges: 5 }),
    ],
    tables: {
      gauges: [
        ["id", "level"],
        ["1", "500"],
        ["2", "60"],
      ],
    },
  },
  {
    name: "encoded strings",
    lines: [
      schema("notes", ["id"], { ...id, note: text, inner: { type: "object" }, all: { type: "array" } }),
      '{"type":"RECORD","stream":"notes","record":{"id":1,"note":"\\u00fc \\ud83d\\ude00 \\u0000 ' +
        '\\u0041 \\/ \\n \\\\u0041"}}',
      record("notes", {
        id: 2,
        note: "ελιά 茶 'single' \"double\"",
        inner: { é: "\u0001" },
        all: ["ß", "\\"],
      }),
      state({ notes: 2 }),
    ],
    tables: {
      notes: [
        ["id", "note", "inner", "all"],
        ["1", "ü 😀 \u0000 A / \n \\u0041", null, null],
        ["2", "ελιά 茶 'single' \"double\"", '{"é":"\\u0001"}', '["ß","\\\\"]'],
      ],
    },
  },
  {
    // The sandbox's database accepts no half of a surrogate pair.
    name: "a truncated emoji",
    lines: [
      schema("cuts", ["id"], { ...id, note: text, inner: { type: "object" } }),
      '{"type": "RECORD", "stream": "cuts", "record": ' +
        String.raw`{"id": 1, "note": "so long \ud83d", "inner": {"a": "\ude00"}}}`,
      state({ cuts: 1 }),
    ],
    tables: {
      cuts: [
        ["id", "note", "inner"],
        ["1", "so long \ufffd", '{"a":"\ufffd"}'],
      ],
    },
  },
  {
    // As printed by taps of databases without columns.
    name: "a schema without properties",
    lines: [
      JSON.stringify({ type: "SCHEMA", stream: "blobs", schema: { type: "object" }, key_properties: [] }),
      record("blobs", { any: { thing: 1 } }),
      schema("boxes", [], { store: { type: "object" } }),
      record("boxes", { store: { id: 7, more: [1] } }),
      state(null),
    ],
    tables: { blobs: [["any"], ['{"thing":1}']], boxes: [["store"], ['{"id":7,"more":[1]}']] },
    keyless: true,
  },
  {
    name: "several states, and records after the last one",
    lines: [
      schema("left", ["id"], { ...id, n: integer }),
      schema("right", ["id"], { ...id, n: integer }),
      record("left", { id: 1, n: 10 }),
      state({ left: 1, right: 0 }),
      record("left", { id: 2, n: 20 }),
      record("right", { id: 1, n: 11 }),
      state({ left: 2, right: 1 }),
      state({ right: 1, left: 2 }),
      record("right", { id: 2, n: 22 }),
    ],
    tables: {
      left: [
        ["id", "n"],
        ["1", "10"],
        ["2", "20"],
      ],
      right: [
        ["id", "n"],
        ["1", "11"],
        ["2", "22"],
      ],
    },
  },
  {
    name: "no primary keys",
    lines: [
      schema("clicks", [], { n: integer }),
      ...[1, 1, 2].map(n => record("clicks", { n })),
      state({ clicks: 3 }),
    ],
    tables: { clicks: [["n"], ["1"], ["1"], ["2"]] },
    keyless: true,
  },
  {
    name: "optional attributes and missing fields",
    lines: [
      schema("guests", ["id"], { ...id, diet: text }, { required: ["id"] }),
      record("guests", { id: 1, diet: "none" }),
      record("guests", { id: 2 }),
      state({}),
    ],
    tables: {
      guests: [
        ["id", "diet"],
        ["1", "none"],
        ["2", null],
      ],
    },
  },
  {
    name: "a record before its schema",
    lines: [
      record("early", { id: 1, n: 2 }),
      schema("early", ["id"], { ...id, n: integer }),
      record("early", { id: 2, n: 3 }),
      state("after"),
    ],
    tables: {
      early: [
        ["id", "n"],
        ["1", "2"],
        ["2", "3"],
      ],
    },
    keyless: true,
  },
  {
    name: "schema updates",
    lines: [
      schema("grows", ["id"], { ...id, a: number }),
      record("grows", { id: 1, a: 1.5 }),
      schema("grows", ["id"], { ...id, a: number, b: { type: "boolean" } }),
      record("grows", { id: 2, a: 2.5, b: false }),
      schema("grows", ["id"], { ...id, a: number, b: { type: "boolean" }, c: { type: "object" } }),
      record("grows", { id: 1, a: 3.5, b: true, c: { d: [1] } }),
      state({ grows: 3 }),
    ],
    tables: {
      grows: [
        ["id", "a", "b", "c"],
        ["1", "3.5", "true", '{"d":[1]}'],
        ["2", "2.5", "false", null],
      ],
    },
  },
  {
    name: "keys that change",
    lines: [
      schema("people", ["id"], { ...id, mail: text }),
      record("people", { id: 1, mail: "a@example.com" }),
      record("people", { id: 1, mail: "b@example.com" }),
      schema("people", ["mail"], { ...id, mail: text }),
      record("people", { id: 1, mail: "c@example.com" }),
      state(1),
    ],
    tables: {
      people: [
        ["id", "mail"],
        ["1", "b@example.com"],
        ["1", "c@example.com"],
      ],
    },
  },
  {
    name: "special characters in names",
    lines: [
      schema("a:b!c?d/e", ["_id"], { _id: text, "x:y": { type: "object" } }),
      record(
        "a:b!c?d/e",
        { _id: "1", "x:y": { "p:q.r": "z" } },
        { version: 1_795_000_000_000, time_extracted: "2026-11-02T22:57:04.841020Z" },
      ),
      state({ "a:b!c?d/e": "1" }),
    ],
    tables: {
      "a:b!c?d/e": [
        ["_id", "x:y", "_sdc_table_version"],
        ["1", '{"p:q.r":"z"}', "1795000000000"],
      ],
    },
  },
  {
    name: "relational data, upserted",
    lines: [
      schema("users", ["id"], { ...id, name: text }, { required: ["id", "name"] }),
      schema("visits", ["user", "place"], { user: integer, place: integer, mood: optional }),
      record("users", { id: 1, name: "Ada" }),
      record("visits", { user: 1, place: 1, mood: "dull" }),
      record("visits", { user: 1, place: 2, mood: null }),
      state({ users: 1, visits: 2 }),
      record("users", { id: 1, name: "Ada L." }),
      record("visits", { user: 1, place: 1, mood: "bright" }),
      state({ users: 1, visits: 3 }),
    ],
    tables: {
      users: [
        ["id", "name"],
        ["1", "Ada L."],
      ],
      visits: [
        ["user", "place", "mood"],
        ["1", "1", "bright"],
        ["1", "2", null],
      ],
    },
  },
  {
    name: "daily prices with all digits",
    lines: [
      schema("prices", ["date"], {
        date: { type: "string", format: "date" },
        close: number,
        volume: integer,
      }),
      '{"type":"RECORD","stream":"prices","record":{"date":"2026-11-23","close":104.330002000000001,' +
        '"volume":9223372036854775807}}',
      '{"type":"RECORD","stream":"prices","record":{"date":"2026-11-24","close":1.10,"volume":0}}',
      state({ prices: { since: "2026-11-24" } }),
    ],
    tables: {
      prices: [
        ["date", "close", "volume"],
        ["2026-11-23", "104.330002000000001", "9223372036854775807"],
        ["2026-11-24", "1.100000000000000", "0"],
      ],
    },
  },
  {
    name: "nested objects and lists of them",
    lines: [
      schema("lands", ["code"], {
        code: text,
        tongues: {
          type: ["null", "array"],
          items: { type: "object", properties: { code: text, name: text } },
        },
        near: { type: "object", properties: { land: { type: "object", properties: { code: optional } } } },
      }),
      record("lands", {
        code: "IS",
        tongues: [{ code: "is", name: "Íslenska" }],
        near: { land: { code: null } },
      }),
      record("lands", { code: "AQ", tongues: null, near: {} }),
      state({ lands: {} }),
    ],
    tables: {
      lands: [
        ["code", "tongues", "near"],
        ["AQ", null, "{}"],
        ["IS", '[{"code":"is","name":"Íslenska"}]', '{"land":{"code":null}}'],
      ],
    },
  },
];

export const refusedSingerStreams: readonly RefusedStream[] = [
  {
    name: "a record without its key",
    lines: [schema("s", ["id"], { ...id, n: integer }), record("s", { n: 1 })],
    status: 422,
    errors: [{ line: 2, stream: "s", field: "id" }],
  },
  {
    name: "a record without a required property",
    lines: [schema("s", [], { ...id, n: integer }, { required: ["id"] }), record("s", { n: 1 }), state(1)],
    status: 422,
    errors: [{ line: 2, stream: "s", field: "id" }],
  },
  {
    name: "an invalid schema",
    lines: [schema("s", [], { id: { type: "orange" } }), record("s", { id: 1 }), state(1)],
    status: 400,
    errors: [{ line: 1, stream: "s" }],
  },
];
