import fc from "fast-check";
import { expect, test } from "vitest";
import { importApiRules } from "../../functions/import-api/rules.ts";
import type { Contents } from "../../functions/persister/body/contents.ts";
import { validate } from "../../functions/persister/body/validate.ts";
import { Fields } from "../../functions/postgres/fields.ts";
import { RecordScanner } from "../../functions/postgres/record-scanner.ts";
import { SurveyedValues } from "../../functions/postgres/surveyed-values.ts";
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
  const scanner = new RecordScanner(contents.memory, new Fields<string>());
  return Array.from({ length: contents.records }, (_, record) => {
    scanner.scan(contents.recordStart(record), name => name);
    if (scanner.isOdd) return "odd";
    return Array.from({ length: scanner.count }, (__, n): Value => {
      const kind = scanner.kindOf(n);
      const text = textOf(contents.bytes, scanner.startOf(n), scanner.endOf(n));
      if (kind < Kind.map) return [scanner.fieldOf(n), kind, text];
      expect(scanner.hasSpaces || !/\s/.test(text.replace(/"(\\.|[^"\\])*"/g, ""))).toBe(true);
      return [scanner.fieldOf(n), kind, JSON.parse(text)];
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

/** Each record's values that `SurveyedValues` keeps, and the record's values that it should keep. */
function kept(contents: Contents): { kept: unknown[]; scanned: unknown[]; hasSpaces: boolean }[] {
  const scanner = new RecordScanner(contents.memory, new Fields<string>());
  const values = new SurveyedValues(contents.records);
  const found = Array.from({ length: contents.records }, (_, record) => {
    scanner.scan(contents.recordStart(record), name => name);
    values.keep(scanner);
    values.end(record);
    const scanned = indexes(0, scanner.count).map(n => placeOf(scanner, n));
    return { scanned: scanned.filter(each => each.kind !== Kind.null), hasSpaces: scanner.hasSpaces };
  });
  return found.map((each, record) => ({
    ...each,
    kept: indexes(values.firstOf(record), values.firstOf(record + 1)).map(n => placeOf(values, n)),
  }));
}

const indexes = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);

const placeOf = (values: SurveyedValues | RecordScanner<string>, n: number) => ({
  kind: values.kindOf(n),
  start: values.startOf(n),
  end: values.endOf(n),
  position: values.positionOf(n),
  isEscaped: values.isEscaped(n),
});

test("the survey keeps what the scanner finds", () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 8 }), records => {
      for (const { kept: values, scanned: expected, hasSpaces } of kept(contentsOf(records)))
        expect(values).toEqual(hasSpaces ? [] : expected);
    }),
    { numRuns: 200 },
  );
});

test("the survey keeps nothing of a record with a large value or many fields, and all of the next", () => {
  const [valueMax, fieldsMax] = [2 ** 19 - 1, 128];
  const text = (length: number) => JSON.stringify({ id: 1, a: "x".repeat(length) });
  const fields = (count: number) => JSON.stringify(Object.fromEntries(indexes(0, count).entries()));
  const large = kept(contentsOf([text(valueMax), text(valueMax + 1), text(1)]));
  expect(large.map(each => each.kept.length)).toEqual([2, 0, 2]);
  expect(large[2]!.kept).toEqual(large[2]!.scanned);
  const wide = kept(contentsOf([fields(fieldsMax), fields(fieldsMax + 1), fields(1)]));
  expect(wide.map(each => each.kept.length)).toEqual([fieldsMax, 0, 1]);
  expect(wide[0]!.kept).toEqual(wide[0]!.scanned);
});

test.each([
  ['{"a":[1e999999]}', true],
  ['{"a":[{"b":-1.5E+5}]}', true],
  [`{"a":[${"1".repeat(20_000)}]}`, true],
  ['{"a":{"b":\t1}}', true],
  ['{"a":[1\r]}', true],
  ['{"a":[1, true, false, "1e5"]}', false],
  ['{"a":1e999999,"b":[]}', false],
])("%s may need a closer look: %s", (text, isOdd) => {
  expect(scanned(contentsOf([text]))[0] === "odd").toBe(isOdd);
});
