import fc from "fast-check";

/** JSON as text, since the spelling of a number counts. */
export type Json = string;

const names = fc.constantFrom("a", "b", "id", "a/b~c", "constructor", "");
const numbers = fc.constantFrom(
  ...["0", "1", "2", "5", "-3", "1.0", "5.0", "1.10", "0.1", "0.01", "1.1000000000000000888", "1e3", "1E-05"],
  ...[
    "1.275888",
    "2147483647",
    "2147483648",
    "-2147483648",
    "9223372036854775807",
    "9007199254740993",
    "1e22",
  ],
);
const texts = fc.constantFrom(
  ...[
    "",
    "a",
    "abc",
    "b\n",
    "\u{1f600}",
    "2020-01-13T21:25:03Z",
    "2020-01-13",
    "x@example.org",
    "root@localhost",
  ],
  ...[
    "127.0.0.1",
    "::1",
    "::ffff:1.2.3.4",
    "a_b.example.org",
    "-a",
    "/a.mp3",
    "http://",
    "a|b",
    "n/a",
    "5",
    "null",
  ],
);
const scalars: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom("null", "true", "false"),
  numbers,
  texts.map(text => JSON.stringify(text)),
);

const list = (items: fc.Arbitrary<Json>, minLength = 0): fc.Arbitrary<Json> =>
  fc.array(items, { minLength, maxLength: 3 }).map(each => `[${each.join(",")}]`);

const map = (keys: fc.Arbitrary<string>, values: fc.Arbitrary<Json>, maxKeys = 3): fc.Arbitrary<Json> =>
  fc
    .uniqueArray(fc.tuple(keys, values), { selector: ([key]) => key, maxLength: maxKeys })
    .map(entries => `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`);

const { value } = fc.letrec<{ value: Json }>(tie => ({
  value: fc.oneof(
    { depthSize: "small" },
    { weight: 3, arbitrary: scalars },
    list(tie("value")),
    map(names, tie("value")),
  ),
}));

const typeNames = ["null", "boolean", "integer", "number", "string", "array", "object"];
const type = fc.constantFrom(...typeNames.map(name => `"${name}"`));
const counts = fc.oneof(
  { weight: 9, arbitrary: fc.nat(3).map(String) },
  fc.constantFrom("-1", "2.0", '"1"', "65535"),
);
const bounds = fc.oneof({ weight: 9, arbitrary: numbers }, fc.constantFrom('"1"', "true"));
const flags = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom("true", "false") },
  fc.constantFrom("1", '"true"'),
);
const formats = ["date-time", "email", "hostname", "ipv4", "ipv6", "uri", "date", "time", "uuid", "regex"];
const patterns = [
  ...[
    "a",
    "^a",
    "c$",
    "^b$",
    "^[^b-z]*$",
    "^(?:a|b|c){1,2}$",
    "^\\d{4}-\\d\\d",
    "o.s",
    "\\s",
    "\\S",
    "[\\w.-]+@",
    ".",
  ],
  ...[
    "^\\p{Alpha}+$",
    "(?i)ABC",
    "\\Aa",
    "b\\Z",
    "(",
    "*a",
    "[b-a]",
    "a{2,1}",
    "\\q",
    "^\\/",
    "a\\-",
    "]",
    "{id}",
  ],
];

const { schema } = fc.letrec<{ schema: Json; child: Json }>(tie => {
  const child = tie("child");
  const keywords = {
    type: fc.oneof(
      { weight: 4, arbitrary: type },
      { weight: 2, arbitrary: list(type) },
      fc.constantFrom('"orange"', "1"),
    ),
    enum: list(scalars),
    format: fc.constantFrom(...formats.map(name => `"${name}"`), "5"),
    multipleOf: fc.oneof({ weight: 9, arbitrary: fc.constantFrom("1", "2", "0.01", "1e-05", "5") }, bounds),
    minimum: bounds,
    maximum: bounds,
    exclusiveMinimum: flags,
    exclusiveMaximum: flags,
    minLength: counts,
    maxLength: counts,
    pattern: fc.constantFrom(...patterns).map(each => JSON.stringify(each)),
    uniqueItems: flags,
    minItems: counts,
    maxItems: counts,
    minProperties: counts,
    maxProperties: counts,
    required: fc.oneof(
      { weight: 9, arbitrary: list(names.map(each => JSON.stringify(each))) },
      fc.constant("true"),
    ),
    properties: map(names, child),
    patternProperties: map(fc.constantFrom(...patterns.slice(0, 8)), child, 2),
    additionalProperties: fc.oneof(flags, child),
    dependencies: map(names, fc.oneof(child, list(names.map(each => JSON.stringify(each))))),
    items: fc.oneof({ weight: 3, arbitrary: child }, list(child), fc.constant("5")),
    additionalItems: fc.oneof(flags, child),
    allOf: list(child),
    anyOf: list(child),
    oneOf: list(child),
    not: child,
    $ref: fc.constantFrom(
      '"#"',
      '"#/definitions/x"',
      '"#/definitions/y%20z"',
      '"#/definitions/none"',
      '"#name"',
    ),
    title: fc.constantFrom('"t"', '"t"', "5"),
  };
  const all = Object.keys(keywords) as (keyof typeof keywords)[];
  return {
    schema: fc
      .subarray(all, { maxLength: 4 })
      .chain(kept => fc.tuple(...kept.map(key => keywords[key].map(json => `"${key}":${json}`))))
      .map(members => `{${members.join(",")}}`),
    child: fc.oneof(
      { depthSize: "small" },
      { weight: 9, arbitrary: type.map(name => `{"type":${name}}`) },
      { weight: 9, arbitrary: tie("schema") },
      fc.constantFrom("true", "{}", '"a"'),
    ),
  };
});

/** The second one refers to itself. */
const definitions =
  '"definitions":{"x":{"type":"string","maxLength":2},"y z":{"type":"object",' +
  '"properties":{"a":{"$ref":"#/definitions/y%20z"},"b":{"type":"integer"}}}}';

/** Random schemas with values. Most of them are odd. */
export const wildCases = fc.tuple(
  schema.map(each =>
    !each.includes("$ref") || each === "{}" ? each : `${each.slice(0, -1)},${definitions}}`,
  ),
  value,
);
