import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { expect, it } from "vitest";
import { batchEncoder } from "../../functions/import-api/encoder.ts";
import { importApiRules } from "../../functions/import-api/rules.ts";
import { validate } from "../../functions/persister/body/validate.ts";
import { PersisterError } from "../../functions/persister/errors.ts";
import { Utf8Lines } from "../../functions/values/utf8.ts";
import { numRuns } from "../runs.ts";

const destination = { sizes: batchEncoder(4242), rules: importApiRules() };
const header = 'stitchstream/0.1\nContent-Type: jsonline\n--\n{"type":"SCHEMA","stream":"s","schema":{}}\n';
const headerLines = 4;

function faultyLines(body: Buffer): readonly (number | undefined)[] {
  try {
    validate(body, destination, 1_000);
    return [];
  } catch (error) {
    if (!(error instanceof PersisterError)) throw error;
    return (error.details.faults ?? []).map(({ line }) => line);
  }
}

const line = fc.record({
  text: fc.string({
    unit: fc.constantFrom("a", "é", "日", "😀"),
    minLength: 1,
    maxLength: 2_000,
    size: "max",
  }),
  /** Bytes that end a character too early, begin none, or are too long. */
  bytes: fc.option(
    fc.constantFrom([0xff], [0x80], [0xc3], [0xe6, 0x97], [0xed, 0xa0, 0x80], [0xf0, 0x9f], [0xc0, 0xaf]),
    { freq: 8 },
  ),
  at: fc.constantFrom("name", "value", "member"),
});

it("every line that is not UTF-8 is reported, wherever it is in a large body", () => {
  let faulty = 0;
  fc.assert(
    fc.property(fc.array(line, { minLength: 40, maxLength: 120, size: "max" }), lines => {
      const printed = lines.map(({ text, bytes, at }, n) => {
        const wrong = bytes === null ? "" : Buffer.from(bytes).toString("latin1");
        const within = (place: string) => (at === place ? wrong : "");
        const whole =
          `{"type":"RECORD","stream":"s","note":"${within("member")}",` +
          `"record":{"id":${n},"t":"${Buffer.from(text).toString("latin1")}${within("value")}",` +
          `"u${within("name")}":1}}`;
        return Buffer.from(whole, "latin1");
      });
      const body = Buffer.concat([
        Buffer.from(header),
        ...printed.flatMap(each => [each, Buffer.from("\n")]),
      ]);
      const expected = printed.flatMap((each, n) => (isUtf8(each) ? [] : [n + 1 + headerLines]));
      expect(faultyLines(body)).toEqual(expected);
      faulty += expected.length;
    }),
    { numRuns: numRuns(30) },
  );
  expect(faulty).toBeGreaterThan(30);
});

it("a body without a newline at its end is checked to its end", () => {
  expect(new Utf8Lines(Buffer.from("a\xff", "latin1")).isUtf8At(0)).toBe(false);
});
