import fc from "fast-check";
import { expect, test } from "vitest";
import { importApiRules } from "../../functions/import-api/rules.ts";
import type { Contents } from "../../functions/persister/body/contents.ts";
import { validate } from "../../functions/persister/body/validate.ts";
import { Fields } from "../../functions/postgres/fields.ts";
import { RecordScanner } from "../../functions/postgres/record-scanner.ts";
import {
  isEscapedIn,
  kindIn,
  positionIn,
  ScannedValues,
  valueWidth,
} from "../../functions/postgres/scanned-values.ts";
import { survey } from "../../functions/postgres/survey.ts";
import { Kind, type Visitor } from "../../functions/values/visitor.ts";

const sizes = { bytesAround: () => 0, schemaBytes: () => 0 };

const contentsOf = (records: readonly string[]): Contents =>
  validate(Buffer.from(records.map(each => `{"type":"RECORD","stream":"s","record":${each}}\n`).join("")), {
    sizes,
    rules: importApiRules(),
  });

/** A value of a record: its field, its kind, and its text, or of a map or list what it means. */
type Value = readonly [field: string, kind: number, meaning: unknown];

function scanned(contents: Contents): (Value[] | "odd")[] {
  const fields = new Fields<string>();
  const values = new ScannedValues();
  const scanner = new RecordScanner(contents.memory, fields, values);
  return indexes(0, contents.records).map(record => {
    const first = values.count;
    scanner.scan(contents.recordStart(record), name => name);
    if (scanner.isOdd) return "odd";
    return indexes(first, values.count).map((n): Value => {
      const { kind, start, end, position, isEscaped } = placeOf(values, n);
      const text = textOf(contents.bytes, start, end);
      expect(scanner.hasEscapes || !isEscaped).toBe(true);
      expect(isEscaped).toBe(text.includes("\\"));
      if (kind < Kind.map) return [fields.at(position), kind, text];
      expect(scanner.hasBlanks || !/\s/.test(text.replace(/"(\\.|[^"\\])*"/g, ""))).toBe(true);
      return [fields.at(position), kind, JSON.parse(text)];
    });
  });
}

const textOf = (bytes: Uint8Array, start: number, end: number) =>
  Buffer.from(bytes.subarray(start, end)).toString();

/** Follows a record in the reader that checks everything. */
class Reading implements Visitor {
  readonly scalars: Value[] = [];
  #depth = 0;
  #field = "";

  scalar(kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    if (this.#depth === 1) this.scalars.push([this.#field, kind, textOf(bytes, start, end)]);
  }

  instant(): void {}

  open(): void {
    this.#depth++;
  }

  key(_kind: Kind, bytes: Uint8Array, start: number, end: number): void {
    if (this.#depth === 1) this.#field = JSON.parse(`"${textOf(bytes, start, end)}"`) as string;
  }

  close(): void {
    this.#depth--;
  }
}

function read(contents: Contents): Value[][] {
  return Array.from({ length: contents.records }, (_, record) => {
    const reading = new Reading();
    contents.readField(record, "record", reading);
    return reading.scalars;
  });
}

const names = ["id", "a", "ab", 'q"', "\u00e9", "long name of a field", "\u{1f600}", "x\\", "b", "c", "d"];
const number = fc.constantFrom("0", "-1", "12.50", "1e5", "-0.0E-3", "9223372036854775808", "3.0e+1", "-0");
const scalar = fc.oneof(
  number,
  fc.constantFrom("true", "false", "null", '"\\ud83d\\ude00"', '"\\u0041\\/"', '"e1"', '"{[\\""'),
  fc.string({ unit: "binary" }).map(each => JSON.stringify(each)),
);
const blank = fc.constantFrom("", "", "", " ", "  ", "\t", "\r");
const { value } = fc.letrec<{ value: string }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    scalar,
    fc
      .tuple(blank, fc.array(tie("value"), { maxLength: 3 }))
      .map(([b, each]) => `[${b}${each.join(`${b},`)}]`),
    fc
      .tuple(
        blank,
        fc.subarray(names),
        fc.array(tie("value"), { minLength: names.length, maxLength: names.length }),
      )
      .map(
        ([b, keys, each]) =>
          `{${keys.map((key, n) => `${b}${JSON.stringify(key)}${b}:${each[n]}`).join(",")}}`,
      ),
  ),
}));
const record = fc
  .tuple(
    blank,
    fc.shuffledSubarray(names),
    fc.array(value, { minLength: names.length, maxLength: names.length }),
  )
  .map(
    ([b, keys, each]) =>
      `{${keys.map((key, n) => `${b}${JSON.stringify(key)}${b}:${b}${each[n]}${b}`).join(",")}}`,
  );

test("the scanner finds the values that the reader finds", () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 8 }), records => {
      const contents = contentsOf(records);
      const found = scanned(contents);
      const expected = read(contents);
      for (const [n, values] of found.entries()) {
        if (values === "odd") continue;
        expect(values.filter(([, kind]) => kind < Kind.map)).toEqual(expected[n]);
        expect(
          Object.fromEntries(
            values.filter(([, kind]) => kind >= Kind.map).map(([name, , each]) => [name, each]),
          ),
        ).toEqual(nestedIn(JSON.parse(records[n]!) as object));
      }
    }),
    { numRuns: 200 },
  );
});

const nestedIn = (parsed: object) =>
  Object.fromEntries(Object.entries(parsed).filter(([, each]) => typeof each === "object" && each !== null));

const indexes = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);

function placeOf({ ints }: ScannedValues, n: number) {
  const [start, end, facts] = ints.subarray(valueWidth * n) as unknown as [number, number, number];
  return { start, end, kind: kindIn(facts), position: positionIn(facts), isEscaped: isEscapedIn(facts) };
}

test("the survey keeps each record's values that can be copied", () => {
  const { values } = survey(
    contentsOf(['{"a":1,"b":[1, 2]}', '{"b":null}', '{"c":[1e999]}', "{}", '{"a":"x"}']),
  );
  const kept = indexes(0, 5).map(n => indexes(values.firstOf(n), values.firstOf(n + 1)));
  expect(kept).toEqual([[], [0], [], [], [1]]);
  expect(placeOf(values.places, 1)).toMatchObject({ kind: Kind.text, position: 0, isEscaped: false });
});

test.each([
  ["a text", '{"a":"\\n"}'],
  ["a name", '{"\\t":1}'],
  ["a name within", '{"a":[{"\\u0001":1}]}'],
])("an escape in %s is noticed, in each record", (_, text) => {
  const contents = contentsOf(["{}", text, text]);
  const scanner = new RecordScanner(contents.memory, new Fields<string>(), new ScannedValues());
  const noticed = [0, 1, 2].map(record => {
    scanner.scan(contents.recordStart(record), name => name);
    return scanner.hasEscapes;
  });
  expect(noticed).toEqual([false, true, true]);
});

test.each([
  ['{"a":[1e999999]}', true],
  ['{"a":[{"b":-1.5E+5}]}', true],
  [`{"a":[${"1".repeat(20_000)}]}`, true],
  ['{"a":{"b":\t1}}', false],
  ['{"a":[1, true, false, "1e5"]}', false],
  ['{"a":1e999999,"b":[]}', false],
])("%s may need a closer look: %s", (text, isOdd) => {
  expect(scanned(contentsOf([text]))[0] === "odd").toBe(isOdd);
});
