import fc from "fast-check";
import transit from "transit-js";

/** Transit values as transit-js writes them, in every spelling of the format. */

const compact = transit.writer("json");
const verbose = transit.writer("json-verbose");
export type Form = "compact" | "verbose";

/** Marks spellings that transit-js reads and never writes, until the text is written. */
const mark = "\u{f8ff}";
const bare = (digits: string) => `${mark}n${digits}`;
const bareKey = (digit: number) => `${mark}k${digit}`;
const double = (text: string) => `${mark}d${text}`;
const halves = (high: bigint, low: bigint) => `${mark}u${high},${low}`;
const spellings: Readonly<Record<string, (text: string, form: Form) => string>> = {
  n: digits => digits,
  k: (digit, form) => (form === "compact" ? digit : `"~i${digit}"`),
  d: text => `"~d${text}"`,
  u: text => `["~#u",[${text.split(",").map(half => (half.length < 16 ? half : `"~i${half}"`))}]]`,
};
const marked = new RegExp(`"${mark}(.)([^"]*)"`, "gu");

/** transit-js misses a tagged value within a quote; an array needs no quote. */
const quotedHalves = /^(?:\["~#'",|\{"~#'":)(\["~#u",.*\])[\]}]$/;

export const written = (value: unknown, form: Form): string =>
  (form === "compact" ? compact : verbose)
    .write(value)
    .replaceAll(marked, (_, spelling: string, text: string) => spellings[spelling]!(text, form))
    .replace(quotedHalves, "$1");

/** Names of Object's own members corrupt transit-js's cache: transit.test.ts has such names. */
const isOrdinary = (name: string) => !(name in {});
/** The verbose writer makes JavaScript objects, which put names of digits first. */
const isNumeral = (name: string) => /^\d+$/.test(name);

/** Often repeated names, which get codes, and short names of many bytes, which don't. */
const name = fc.oneof(
  fc.constantFrom(
    "type",
    "status",
    "~tag",
    "^code",
    "`tick",
    "éé",
    "😀",
    "😀😀",
    "\n\n",
    '"a"',
    "abc",
    "abcd",
  ),
  fc.string().filter(each => isOrdinary(each) && !isNumeral(each)),
);
const word = fc.constantFrom("status", "name", "a", "ns/name", "éé", "longer/name");
const nameKey = fc.oneof(
  { weight: 4, arbitrary: name },
  word.map(each => transit.keyword(each)),
  word.map(each => transit.symbol(each)),
);
/** transit-js writes earlier years with fewer than four digits. */
const instant = fc.date({
  min: new Date("1000-01-01T00:00:00Z"),
  max: new Date("9999-12-31T23:59:59.999Z"),
  noInvalidDate: true,
});
const uuid = fc.uuid().map(text => transit.uuid(text));
const character = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 1 });
const decimal = fc.stringMatching(/^-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,20})?$/);
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const uri = fc.webPath().map(path => transit.uri(`https://example.com${path}`));

/**
 * transit-js reads a bare integer beyond 2^53 as a double, and we keep its digits: transit.test.ts has
 * some.
 */
const isRounded = (number: number) => !Number.isSafeInteger(number) && /^-?\d+$/.test(String(number));

const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter(each => !isRounded(each)),
  fc.string({ unit: "grapheme" }),
  name,
  instant,
  uuid,
  uri,
  int64.map(number => transit.integer(String(number))),
  fc.bigInt().map(number => transit.bigInt(String(number))),
  decimal.map(digits => transit.tagged("f", digits)),
  word.map(each => transit.keyword(each)),
  word.map(each => transit.symbol(each)),
  character.map(each => transit.tagged("c", each)),
  fc.uint8Array({ maxLength: 9 }),
  fc.stringMatching(/^-?(0|[1-9][0-9]{0,9})(\.[0-9]{1,9})?(e-?[0-9]{1,2})?$/).map(double),
  fc.stringMatching(/^-?(0|[1-9][0-9]{0,9})(\.[0-9]{1,9}|E[+-]?[0-9]{1,2})?$/).map(bare),
  fc.tuple(int64, int64).map(([high, low]) => halves(high, low)),
);

/** Keys that are not names: such a map has no JSON form. */
const oddKey = fc.oneof(
  fc.nat(9).map(bareKey),
  fc.constantFrom(5, 77, null, true, transit.tagged("c", "x"), transit.tagged("f", "1.50"), double("1.5")),
  instant,
  uuid,
  uri,
);
const special = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);

/** The identity of a key: its name or number, in any spelling. */
const spelled = (key: unknown) =>
  typeof key === "string" ? key.replace(`${mark}k`, "") : String(key).replace(/^:/, "");
const mapOf = (key: fc.Arbitrary<unknown>, value: fc.Arbitrary<unknown>) =>
  fc
    .uniqueArray(fc.tuple(key, value), { selector: ([each]) => spelled(each), maxLength: 5 })
    .map(entries => transit.map(entries.flat()));

const valuesOf = (
  leaf: fc.Arbitrary<unknown>,
  maps: (value: fc.Arbitrary<unknown>) => fc.Arbitrary<unknown>,
) =>
  fc.letrec(tie => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      fc.array(tie("value"), { maxLength: 4 }),
      fc.array(tie("value"), { maxLength: 3 }).map(values => transit.list(values)),
      fc.array(tie("value"), { maxLength: 3 }).map(values => transit.set(values)),
      maps(tie("value")),
    ),
  })).value;

/** Values that have a JSON form. */
export const plainValue = valuesOf(scalar, value => mapOf(nameKey, value));

/** Any values, including NaN and maps with any keys. */
export const anyValue = valuesOf(fc.oneof({ weight: 9, arbitrary: scalar }, special), value =>
  fc.oneof(
    { weight: 3, arbitrary: mapOf(nameKey, value) },
    mapOf(oddKey, value),
    mapOf(fc.oneof(oddKey, nameKey, fc.array(scalar, { maxLength: 2 })), value),
  ),
);

/**
 * More entries than codes of one digit, than codes of two digits, and than a cache holds before it
 * restarts, with repetitions.
 */
export const wideValue = fc
  .record({
    entries: fc.oneof(fc.integer({ min: 40, max: 100 }), fc.integer({ min: 1_900, max: 2_100 })),
    again: fc.array(fc.nat(2_099), { maxLength: 20 }),
    place: fc.nat(2_099),
    inner: plainValue,
  })
  .map(({ entries, again, place, inner }) => {
    const keys = Array.from({ length: entries }, (_, n) => transit.keyword(`key${n}`));
    const repeated = again.map(n => keys[n % entries]);
    keys.splice(place % entries, 0, ...repeated, inner);
    return [...keys, ...repeated, inner];
  });

/** Values with an unknown tag somewhere. */
export const unknownTag = fc
  .tuple(
    plainValue,
    fc.oneof(
      fc.constantFrom("point", "ratio", "link", "éé").map(tag => transit.tagged(tag, [1, 2])),
      fc.constantFrom("X", "e", "0", "é").map(tag => transit.tagged(tag, "text")),
    ),
    fc.constantFrom<(unknown: unknown, other: unknown) => unknown>(
      unknown => unknown,
      (unknown, other) => [other, unknown],
      (unknown, other) => transit.map(["a", other, "b", unknown]),
      (unknown, other) => transit.set([other, [unknown]]),
    ),
  )
  .map(([other, unknown, place]) => place(unknown, other));
