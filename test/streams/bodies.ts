import fc from "fast-check";

/** A stitchstream that repeats one kind of line: the lines, and what precedes them. */
export interface Body {
  readonly name: string;
  readonly head: string;
  readonly line: (n: number) => string;
}

/** Repeats lines up to `size` bytes. */
export function bytesOf({ head, line }: Body, size: number): Buffer {
  const lines = [head];
  for (let length = head.length, n = 0; length < size; n++) {
    const text = line(n);
    lines.push(text);
    length += text.length + 1;
  }
  return Buffer.from(lines.join("\n"));
}

const jsonlineHead = "stitchstream/0.1\nContent-Type: jsonline\n--";
const transitHead = "stitchstream/0.1\nContent-Type: transit\n--";
/** Numbers of all magnitudes, with equal probability. */
const sized = (max: number) =>
  fc.double({ min: 0, max: Math.log(max), noNaN: true }).map(each => Math.round(Math.exp(each)));
/** The approximate maximum length of lists, since this does not test memory. */
const listCharsMax = 2_000_000;
function list(count: number, of: (n: number) => string): string {
  const fitting = Math.min(count, Math.ceil(listCharsMax / (of(0).length + 1)));
  return Array.from({ length: fitting }, (_, n) => of(n)).join(",");
}
const members = (count: number, name: (n: number) => string, value: (n: number) => string) =>
  `{${list(count, n => `"${name(n)}":${value(n)}`)}}`;
const nested = (depth: number, inner: string, [open, close]: readonly [string, string]) =>
  open.repeat(depth) + inner + close.repeat(depth);

const scalars = fc.constantFrom(
  "1",
  "[]",
  "{}",
  "-0.5e-7",
  "null",
  "true",
  '""',
  '"text"',
  '"\\u00e9\\n"',
  '"\\ud83d\\ude00"',
  '"é€😀"',

  "9223372036854775807",
  `"${"long ".repeat(2_000)}"`,
  `${"1234567890".repeat(300)}`,
  '"2026-11-23T12:00:00Z"',
);
const transitScalars = fc.constantFrom(
  '"~m1468435557000"',
  '"~t2016-07-13T18:45:57.000Z"',
  '"~i9223372036854775807"',
  `"~n${"9".repeat(3_000)}"`,

  '"~f0.1"',
  '"~u531a379e-31bb-4ce1-8690-158dceb64be6"',
  '["~#u",[5986,-8583]]',
  '"~bQUJD"',
  '"~:k"',
  '"~z1"',
  '["~#set",[1,2,3]]',
  '"~~x"',
  '"~?t"',
  '["~#list",[]]',
  "12345678901234567890",
  '["^ "]',
  '"^0"',
);
const faulty = fc.constantFrom(
  "x",
  "{",
  '{"type":"RECORD"}',
  '["^ "]',
  '{"type":"RECORD","stream":"s","record":{"a":1,"a":2}}',
  "{}",
  '{"type":"RECORD","stream":"s","key_fields":["id"],"record":{"a":1}}',
  '{"type":"STATE"}',
  '"\\ud800"',
);

const record = (data: string, more = "") => `{"type":"RECORD","stream":"s"${more},"record":${data}}`;

/** Records of any width and nesting, with the same names on every line or never. */
const jsonRecords = fc
  .record({
    value: scalars,
    width: sized(9_000),
    depth: fc.nat(140),
    within: fc.constantFrom(["[", "]"] as const, ['{"n":', "}"] as const),
    fresh: fc.boolean(),
    keys: fc.constantFrom("", ',"key_fields":["k0"]', ',"key_fields":[]'),
  })
  .map(
    ({ value, width, depth, within, fresh, keys }): Body => ({
      name: `${width} fields, ${depth} deep${fresh ? ", never the same" : ""}${keys && ", with keys"}`,
      head: jsonlineHead,
      line: line =>
        record(
          members(
            width,
            n => (fresh ? `k${n}_${line % 1_000}` : `k${n}`),
            n => (n === 0 ? "1" : nested(depth, value, within)),
          ),
          keys,
        ),
    }),
  );

const elements = fc.record({ value: scalars, count: sized(100_000) }).map(
  ({ value, count }): Body => ({
    name: `lists of ${count} ${value.slice(0, 20)}`,
    head: jsonlineHead,
    line: () => record(`{"a":[${list(count, () => value)}]}`),
  }),
);

const transitRecords = fc
  .record({ value: transitScalars, width: sized(5_000), name: sized(20_000), codes: sized(5_000) })
  .map(({ value, width, name, codes }): Body => {
    const fields = list(width, n => `"name${n}",${value}`);
    const coded = list(codes, () => '["^ ","^4",1]');
    const data = `["^ ","id",1,"${"n".repeat(name)}",[${coded}],${fields}]`;
    return {
      name: `transit: ${width} of ${value.slice(0, 24)}, ${codes} codes of ${name} characters`,
      head: transitHead,
      line: () => `["^ ","type","RECORD","stream","s","key_fields",["id"],"record",${data}]`,
    };
  });

const messages = fc
  .record({
    message: fc.oneof(faulty, fc.constantFrom('{"type":"STATE","value":1}', '{"type":"x"}', "", " ")),
    width: sized(50_000),
  })
  .map(
    ({ message, width }): Body => ({
      name: `messages ${message.slice(0, 30)}, ${width} of their own fields`,
      head: jsonlineHead,
      line: () =>
        message.replace(
          /^\{/,
          `{"own":${members(
            width % 3 === 0 ? width : 0,
            n => `f${n}`,
            () => "{}",
          )}${message === "{" ? "" : ","}`,
        ),
    }),
  );

const streams = fc.record({ streams: sized(5_000), keys: sized(150) }).map(
  ({ streams, keys }): Body => ({
    name: `${streams} streams of ${keys} keys in turns`,
    head: jsonlineHead,
    line: n =>
      JSON.stringify({
        type: "RECORD",
        stream: `s${n % streams}`,
        key_fields: Array.from({ length: keys }, (_, key) => `k${key}`),
        record: Object.fromEntries(Array.from({ length: keys }, (_, key) => [`k${key}`, n])),
      }),
  }),
);

const rules: readonly (readonly [name: string, rule: (n: number) => string])[] = [
  [
    "types",
    n =>
      ['{"type":"integer"}', '{"type":["null","string"]}', '{"type":"string","format":"date-time"}'][n % 3]!,
  ],
  ["other lengths each", n => `{"maxLength":${n}}`],
  ["choices", () => '{"anyOf":[{"type":"integer"},{"type":"boolean"},{"type":"null"}]}'],
  ["lists", () => `{"items":{"allOf":[${list(300, () => '{"minimum":0}')}]}}`],
  ["enums", () => `{"items":{"enum":[${list(500, each => `${each}`)}]}}`],
  ["objects in enums", () => `{"items":{"enum":[${list(500, each => `[${each}]`)}]}}`],
  ["maps in enums", () => `{"enum":[${list(50, each => `{"k0":[${list(20, n => `${n}`)},${each}]}`)}]}`],
  [
    "maps as constants",
    () =>
      `{"not":{"const":${members(
        500,
        n => `k${n}`,
        () => "1",
      )}}}`,
  ],
  ["empty constants", () => `{"not":{"items":{"const":{}}},"minProperties":1,"maxProperties":9000}`],
  ["multiples", n => `{"multipleOf":0.${"3".repeat(300)}${n}}`],
  ["multiples of little", () => '{"multipleOf":1e-300,"items":{"multipleOf":0.07}}'],
  ["little that is much", () => '{"items":{}}'],
  ["formats", n => `{"format":"${["email", "uri", "json-pointer", "hostname"][n % 4]}"}`],
  [
    "references",
    n =>
      `{"items":{"$ref":"#/properties/k${n + 1}"},"allOf":[{"$ref":"#/properties/k${n + 1}"},` +
      `{"$ref":"#/properties/k${n + 1}"}]}`,
  ],
  ["patterns", n => `{"pattern":"(a|b)*a(a|b){12}c${n}"}`],
  [
    "plain patterns",
    n =>
      `{"allOf":[${list(40, each => `{"pattern":"^[a-z0-9 ]*${each}$"}`)}],` +
      `"enum":[${list(30, each => `"t${each}${n}"`)}]}`,
  ],
  ["patterns of groups in groups", n => `{"pattern":"^(([a-z0-9 ]+)*[a-z ]*)*${n}$"}`],
  [
    "choices of scalars",
    n => {
      const texts = list(40, each => `"t${each}${n}"`);
      const choices = list(
        12,
        each =>
          `{"not":{"anyOf":[{"pattern":"^[a-z0-9 ]*${each}$"},{"enum":[${texts}]},` +
          `{"multipleOf":0.0${each + 1}},{"minimum":${each}}]}}`,
      );
      return `{"oneOf":[${choices}]}`;
    },
  ],
  ["lists without duplicates", () => '{"uniqueItems":true,"items":{"uniqueItems":true}}'],
  [
    "references to the midst of others",
    n => `{"$ref":"#/own/${n % 10}/a/a","items":{"$ref":"#/own/${n % 10}"}}`,
  ],
  ["circles", n => `{"$ref":"#/properties/k${n}"}`],
  [
    "choices of maps within choices",
    n => {
      const k0 = `"k0":{"$ref":"#/properties/k${n}"}`;
      const choices = list(6, each => `{"required":["k0"],"properties":{${k0},"no${each}":{}}}`);
      return `{"anyOf":[${choices},{"required":["k0"],"properties":{"k0":{"type":"null"}}}]}`;
    },
  ],
  ["patterns anywhere", n => `{"pattern":"[a-z0-9 é-]*[a-z]+${n}|[ -]+x"}`],
  [
    "patterns of names",
    n =>
      `{"patternProperties":{${list(20, each => `"${each}$":{"type":"integer"},"k[0-9]*${each}${n}":{}`)}},` +
      `"additionalProperties":{"maxLength":1}}`,
  ],
  [
    "lists of items within lists of items",
    n => `{"items":[${list(32, () => `{"$ref":"#/properties/k${n}"}`)}],"maxProperties":1}`,
  ],
  [
    "dependencies and counts",
    n =>
      `{"dependencies":${members(
        1_000,
        each => `n${each}`,
        () => '["k0"]',
      )},"minProperties":${n % 2}}`,
  ],
  [
    "kinds of many texts",
    n => {
      const texts = list(1_000, each => `"${n % 2}${each}"`);
      const choices = list(
        6,
        each => `{"required":["k0","n${each}"],"additionalProperties":{"enum":[${texts}]}}`,
      );
      return `{"oneOf":[${choices}]}`;
    },
  ],
  [
    "negations of many names",
    n => {
      const required = (k: number) => `{"required":[${list(500, each => `"n${(each * k) % (600 + n)}"`)}]}`;
      return `{"oneOf":[${list(7, required)}],"not":${required(1)}}`;
    },
  ],
  [
    "references to a schema of many others",
    n =>
      n === 0
        ? `{"allOf":[${list(300, each => `{"anyOf":[{"maxLength":${each + 9}},{"minLength":1}]}`)}]}`
        : `{"allOf":[{"$ref":"#/properties/k0"}]}`,
  ],
  [
    "other names that refer to a schema of many others",
    n =>
      n === 0
        ? `{"items":{"allOf":[${list(900, () => '{"minLength":1}')}]}}`
        : `{"items":{"allOf":[{"$ref":"#/properties/k0/items"}]},` +
          `"additionalProperties":{"allOf":[{"$ref":"#/properties/k0/items"}]}}`,
  ],
  [
    "references to long lists",
    n => {
      if (n === 0) return `{"allOf":[{"maximum":0},${list(20_000, () => "{}")}]}`;
      const others = list(300, () => '{"$ref":"#/properties/k0"}');
      return n === 1 ? `{"allOf":[${others}]}` : `{"not":{"$ref":"#/properties/k${n % 2}"}}`;
    },
  ],
  [
    "references to a schema of many names",
    n =>
      n === 0
        ? `{"type":["null","object"],"required":[${list(4_000, each => `"n${each}"`)}]}`
        : `{"allOf":[{"$ref":"#/properties/k0"}]}`,
  ],
  ["no schema", () => "1"],
];
/** Schemas under a name that is not a keyword, to which a reference may lead. */
const unseen = fc
  .constantFrom(
    ...[
      '{"required":5}',
      '{"required":"abc"}',
      '{"properties":{"a":null}}',
      '{"allOf":[null]}',
      '{"not":null}',
    ],
    ...['{"dependencies":{"a":null}}', '{"patternProperties":{"a":null}}', '{"items":[null]}', '{"enum":{}}'],
    ...['{"items":{"$ref":"#/own/1"}}', '{"enum":[{"a":{"$ref":"#"}}]}', "true", '{"exclusiveMinimum":1}'],
  )
  .map(inner => `{"a":{"a":${inner}}}`);

/** Streams in turns, whose records and envelopes have many shapes: some names of many, in any order. */
const shapes = fc
  .record({
    streams: sized(3_000),
    names: sized(3_000),
    width: sized(300),
    others: fc.nat(14),
    keyed: fc.boolean(),
  })
  .map(
    ({ streams, names, width, others, keyed }): Body => ({
      name: `${streams} streams of ${width} of ${names} names, ${others} members around`,
      head: jsonlineHead,
      line: n => {
        const chosen = new Set(
          Array.from({ length: width }, (_, i) => (n * 7919 + i * (1 + (n % 97))) % names),
        );
        const around = members(
          others,
          i => `o${(n + i) % 50}_${i}`,
          i => (i % 3 === 0 ? `{"n":${n}}` : `${n}`),
        ).slice(1, -1);
        const data = `{"id":${n},${[...chosen].map(i => `"k${i}":${i % 5 === 0 ? "null" : n}`).join(",")}}`;
        const stream = `"stream":"s${n % streams}"${keyed ? ',"key_fields":["id"]' : ""}`;
        const parts = [`"type":"RECORD"`, stream, `"record":${data}`, around].filter(part => part !== "");
        return `{${[...parts.slice(n % parts.length), ...parts.slice(0, n % parts.length)].join(",")}}`;
      },
    }),
  );

/** A SCHEMA for all lines or for each, and records with some of its properties. */
const schemas = fc
  .record({
    rule: fc.constantFrom(...rules),
    width: sized(5_000),
    required: sized(5_000),
    filled: sized(5_000),
    value: fc.oneof(
      scalars,
      fc.constantFrom(
        `[${list(3_000, () => "1")}]`,
        `[${list(2_000, () => "[499]")}]`,
        '{"k0":1}',
        `[${list(32, () => `[${list(32, () => "[]")}]`)}]`,
        nested(60, "true", ['{"k0":', "}"]),
      ),
    ),
    own: unseen,
    each: fc.boolean(),
  })
  .map(({ rule: [name, rule], width, required, filled, value, own, each }): Body => {
    const properties = (line: number) =>
      members(
        width,
        n => `k${n}`,
        n => rule(line * width + n),
      );
    const schema = (line: number) =>
      `{"type":"SCHEMA","stream":"s","schema":{"properties":${properties(line)},` +
      `"required":[${list(required, n => `"k${n}"`)}],"own":[${list(10, () => own)}]}}`;
    const data = members(
      Math.min(filled, width),
      n => `k${n}`,
      () => value,
    );
    return {
      name:
        `${each ? "schemas" : "a schema"} of ${width} ${name}, ` +
        `records of ${filled} ${value.slice(0, 12)}`,
      head: each ? jsonlineHead : `${jsonlineHead}\n${schema(0)}`,
      line: line => (each && line % 2 === 0 ? schema(line) : record(data)),
    };
  });

/** Lists of key names in transit, and invalid ones. */
const transitNames = fc.constantFrom(
  '["id"]',
  '["~#list",["id"]]',
  '["~#set",["id"]]',
  '["~:id","id"]',
  "[]",
  "null",
  '["^ ","id",1]',
  "7",
);

/** A stream described in transit, with codes for most names, and bookmarks between its records. */
const transitStreams = fc
  .record({
    keys: transitNames,
    bookmarkNames: transitNames,
    rule: fc.constantFrom(
      '"integer"',
      '["null","string"]',
      '"~:string"',
      '["~#set",["null","string"]]',
      '"^0"',
      '"~"',
    ),
    width: sized(5_000),
    value: fc.oneof(scalars, transitScalars),
    name: sized(20_000),
    codes: sized(5_000),
    each: fc.boolean(),
  })
  .map(({ keys, bookmarkNames, rule, width, value, name, codes, each }): Body => {
    const properties = list(width, n => `"k${n}",["^ ","^0",${rule}]`);
    const schema = `["^ ","properties",["^ ","id",["^ ","^0","integer"],${properties}]]`;
    const declared =
      `["^ ","type","SCHEMA","stream","s","key_properties",${keys},"bookmark_properties",` +
      `${bookmarkNames},"schema",${schema}]`;
    const data = `["^ ","id",1,"k0",${value}]`;
    const row = each
      ? `["^ ","type","RECORD","stream","s","schema",${schema},"record",${data}]`
      : `["^ ","type","RECORD","stream","s","record",${data}]`;
    const bookmark =
      `["^ ","type","BOOKMARK","value",["^ ","${"n".repeat(name)}",` +
      `[${list(codes, () => '["^ ","^2",1]')}],"k",${value}]]`;
    return {
      name:
        `transit: ${each ? "schemas" : "a schema"} of ${width} ${rule}, ` +
        `bookmarks of ${codes} codes of ${name} characters`,
      head: each ? transitHead : `${transitHead}\n${declared}`,
      line: line => (line % 3 === 2 ? bookmark : row),
    };
  });

/** Lines of JSON are also verbose transit. */
const asTransit = (body: Body): Body => ({
  ...body,
  name: `${body.name}, as transit`,
  head: body.head.replace(jsonlineHead, transitHead),
});

/** Bodies that nobody sends by chance. */
export const hostileBodies = fc.oneof(
  ...[jsonRecords, elements, transitRecords, transitStreams, messages, streams, shapes, schemas, schemas],
  ...[jsonRecords, elements, messages, shapes, schemas].map(bodies => bodies.map(asTransit)),
);
