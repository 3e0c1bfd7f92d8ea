import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linesOf } from "../../infra/local/import-api/log.ts";
import { plainLines } from "../../infra/local/import-api/plain-push.ts";
import { Refusal } from "../../infra/local/import-api/refusal.ts";
import { rowsOf } from "../../infra/local/import-api/request.ts";
import { numRuns } from "../runs.ts";

/** The scan of the endpoint's requests, with the sandbox's reader of values as its oracle. */
const clientId = 4242;
const request = 7;

const number = fc
  .tuple(fc.bigInt(), fc.constantFrom("", "", ".5", ".250", "e5", "E-07", "e999"))
  .map(([whole, rest]) => `${whole}${rest}`);
const small = fc.constantFrom("0", "1", "-0", "-12", "123456789012345", "1234567890123456", "true", "null");
const string = fc
  .string({ unit: fc.constantFrom("a", "b", " ", "é", "✓", "😀", '"', "\\", "\n", "\ud800", "\0") })
  .map(text => JSON.stringify(text));
const plainString = fc.constantFrom('""', '"x"', '"é ✓"', '"a\\/b"', '"\\u00e9"');
const { value } = fc.letrec<{ value: string }>(tie => ({
  value: fc.oneof(
    { maxDepth: 2 },
    { arbitrary: fc.oneof(small, plainString, number, string), weight: 4 },
    { arbitrary: fc.array(tie("value"), { maxLength: 3 }).map(items => `[ ${items.join(", ")}]`), weight: 1 },
    {
      arbitrary: fc
        .array(tie("value"), { maxLength: 3 })
        .map(values => `{${values.map((each, n) => `"k]}${n}": ${each}`).join(", ")}}`),
      weight: 1,
    },
  ),
}));
const name = fc.oneof(
  { arbitrary: fc.constantFrom('"b"', '"c"', '"é"', '"2"', '"1"'), weight: 30 },
  { arbitrary: fc.constantFrom('"id"', '"\\u0062"', '"a\\"b"'), weight: 1 },
);
const members = fc
  .uniqueArray(fc.tuple(name, fc.constantFrom(":", ": ", "  : "), value), {
    maxLength: 5,
    selector: ([each]) => each,
  })
  .map(each => each.map(parts => parts.join("")));
const key = fc.constantFrom(
  '"id":1',
  '"id": "x"',
  '"id":"\\"é"',
  '"id":-1.50',
  '"id":true',
  '"id":12345678901',
);
const data = fc
  .tuple(key, members, fc.constantFrom(",", ", "))
  .map(([first, others, between]) => `{${[first, ...others].join(between)}}`);
const record = fc
  .record({
    data,
    table: fc.constantFrom("t", "é", "t u", "7"),
    sequence: fc.constantFrom("0", "1795700599198000000", "9223372036854775807"),
    version: fc.constantFrom("", '"table_version":0,', '"table_version":1795700599198000000,'),
    keys: fc.constantFrom('"id"', '"id","id"'),
  })
  .map(
    each =>
      `{"client_id":${clientId},"table_name":"${each.table}","sequence":${each.sequence},"action":"upsert",` +
      `${each.version}"key_names":[${each.keys}],"data":${each.data}}`,
  );
const body = fc.array(record, { minLength: 1, maxLength: 4 }).map(records => `[${records.join(",")}]`);

const plain = (text: string) => plainLines(Buffer.from(text), clientId, request);
const byValues = (text: string) =>
  linesOf(rowsOf({ endpoint: "push", contentType: "application/json", clientId, body: text }), request);
const rowsIn = (text: string | Uint8Array) =>
  Buffer.from(text as string)
    .toString()
    .split("\n")
    .slice(0, -1)
    // An object would move the names that are integers.
    .map(line => ({
      ...(JSON.parse(line) as object),
      data: /"data":(\{.*?\})(?:,"table"|\}$)/.exec(line)![1],
    }));

/** Returns undefined for a body that is refused. */
function orUndefined<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

describe("the sandbox's scan of a request", () => {
  it("writes the lines of its values, or leaves it to them", () => {
    let scanned = 0;
    fc.assert(
      fc.property(body, text => {
        const [lines, expected] = [plain(text), orUndefined(() => byValues(text))];
        if (lines === undefined) return;
        scanned++;
        expect(lines.rows).toBe(expected?.rows);
        expect(rowsIn(lines.text)).toEqual(rowsIn(expected!.text));
        expect(lines.shapes).toEqual(expected!.shapes);
      }),
      { numRuns: numRuns(300) },
    );
    expect(scanned).toBeGreaterThan(numRuns(60));
  });

  it("leaves what is refused to the values", () => {
    const changed = fc.tuple(
      body,
      fc.nat(),
      fc.constantFrom("", ",", "]", "}", "0", "x", '"', "\\", " ", "\u0001", "4242", "null"),
      fc.nat({ max: 3 }),
    );
    fc.assert(
      fc.property(changed, ([text, place, other, cut]) => {
        const at = place % (text.length + 1);
        const broken = text.slice(0, at) + other + text.slice(at + cut);
        const lines = plain(broken);
        if (lines === undefined) return;
        const expected = orUndefined(() => byValues(broken));
        expect(rowsIn(lines.text)).toEqual(rowsIn(expected?.text ?? ""));
      }),
      { numRuns: numRuns(1_000) },
    );
  });

  it("reads what the endpoint writes of ordinary records", () => {
    const ordinary =
      '{"id": 1, "name": "x", "at": "2026-01-01", "rate": 1.5, "tags": ["a", "b"], "no": null}';
    const ids = `"client_id":${clientId},"table_name":"t","sequence":1`;
    const head = `{${ids},"action":"upsert","key_names":["id"],"data":`;
    expect(plain(`[${head}${ordinary}},${head}${ordinary}}]`)?.rows).toBe(2);
    for (const other of [
      "[]",
      "",
      "[",
      `[${head}${ordinary}}]]`,
      `[${head}${ordinary}}] `,
      `[${head}${ordinary}},]`,
    ])
      expect(plain(other)).toBeUndefined();
    const changes = [
      ...['"id": 01', '"id": -01', '"id": null', '"id": [1]', `"id": "${"x".repeat(1_025)}"`],
      ...['"ID": 1', '"id": 1, "b": 1, "b": 2', '"id": tru', '"id": 1x', '"id": -'],
    ];
    for (const change of changes)
      expect(plain(`[${head}${ordinary.replace('"id": 1', change)}}]`)).toBeUndefined();
    for (const change of ["01", "9223372036854775808", "-1", "1.0", '"1"', '1,"table_version":01'])
      expect(plain(`[${head.replace('"sequence":1', `"sequence":${change}`)}${ordinary}}]`)).toBeUndefined();
    const invalid = Buffer.from(`[${head}${ordinary.replace("x", "\u0080")}}]`, "latin1");
    expect(plainLines(invalid, clientId, request)).toBeUndefined();
  });
});
