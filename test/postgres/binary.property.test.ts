import fc from "fast-check";
import { expect, it } from "vitest";
import { numRuns } from "../runs.ts";
import { openDelivering } from "./delivering.ts";
import { body, schema } from "./stream.ts";

/** Values are sent in binary. Each must be what PostgreSQL itself reads from the same text. */
const { database, deliver } = await openDelivering();

const digits = (max: number) => fc.stringMatching(new RegExp(`^(0|[1-9]\\d{0,${max}})$`));
const sign = fc.constantFrom("", "-");
const number = fc
  .tuple(
    sign,
    fc.oneof(digits(30), fc.constant("0"), fc.constant("10000"), fc.constant("1000000000000000000000000")),
    fc.oneof(fc.constant(""), fc.stringMatching(/^\.\d{1,24}$/), fc.constantFrom(".0", ".0000", ".00010000")),
    fc.oneof(fc.constant(""), fc.stringMatching(/^[eE][+-]?\d{1,3}$/), fc.constantFrom("e131071", "E-16000")),
  )
  .map(parts => parts.join(""))
  // Too many digits after the point, which are refused.
  .filter(
    text => !/\..*E-16000$/.test(text) && !/\d{29}.*e131071/.test(text) && !/^-?\d\d.*e131071/.test(text),
  );
const int64 = fc
  .oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.bigInt({ min: -(2n ** 32n) - 2n, max: 2n ** 32n + 2n }),
    fc.bigInt({ min: -(10n ** 15n) - 2n, max: 10n ** 15n + 2n }),
    fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, 0n),
  )
  .map(String);
const pad = (n: number, length = 2) => String(n).padStart(length, "0");
const instant = fc
  .tuple(
    fc.date({ min: new Date("0001-01-02"), max: new Date("9999-12-30"), noInvalidDate: true }),
    fc.oneof(fc.constant(""), fc.stringMatching(/^\.\d{1,6}$/), fc.stringMatching(/^\.\d{6}0{1,3}$/)),
    fc.oneof(
      fc.constant("Z"),
      fc
        .tuple(fc.constantFrom("+", "-"), fc.nat(15), fc.nat(59))
        .map(([ahead, hours, minutes]) => `${ahead}${pad(hours)}:${pad(minutes)}`),
    ),
  )
  .map(([date, fraction, zone]) => `${date.toISOString().slice(0, 19)}${fraction}${zone}`);
const noNul = (text: string) => !text.includes("\0");
const text = fc.string({ unit: "binary", maxLength: 90 }).filter(noNul);
const json = fc
  .oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()))
  .map(value => JSON.stringify(value))
  .filter(each => !/\\u0000|\\ud|[eE][+-]?\d{3}/.test(each));
const uuid = fc.uuid();

const row = fc.record(
  { i: int64, n: number, at: instant, t: text, j: json, b: fc.boolean() },
  { requiredKeys: [] },
);

const properties = {
  id: { type: "integer" },
  i: { type: "integer" },
  n: { type: "number" },
  at: { type: "string", format: "date-time" },
  t: { type: "string" },
  j: {},
  b: { type: "boolean" },
};
const texts = Object.fromEntries(
  ["i", "n", "at", "j", "b"].map(each => [`${each}_text`, { type: "string" }]),
);

let tables = 0;

it("values are those that PostgreSQL reads from their texts", () =>
  fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), fc.boolean(), async (rows, isKeyed) => {
      const table = `values_${tables++}`;
      const lines = rows.map(({ i, n, at, t, j, b }, id) => {
        const quoted = Object.entries({ i_text: i, n_text: n, at_text: at, t, j_text: j, b_text: b });
        const members = [
          ...[`"id":${id}`, i && `"i":${i}`, n && `"n":${n}`, at && `"at":"${at}"`, j && `"j":${j}`],
          ...[b !== undefined && `"b":${b}`],
          ...quoted.map(([name, value]) => value !== undefined && `"${name}":${JSON.stringify(`${value}`)}`),
        ];
        return `{"type":"RECORD","stream":"${table}","record":{${members.filter(Boolean).join(",")}}}`;
      });
      const { error } = await deliver(
        body(schema(table, { ...properties, ...texts }, isKeyed ? ["id"] : []), ...lines),
      );
      expect(error).toBeUndefined();
      const wrong = await database.query(`
        select * from ${table} where i is distinct from i_text::bigint
          or n::text is distinct from n_text::numeric::text or at is distinct from at_text::timestamptz
          or b is distinct from b_text::boolean`);
      expect(wrong).toEqual([]);
      const read = await database.query(`select t from ${table} order by id`);
      expect(read.map(each => each.t)).toEqual(rows.map(each => each.t ?? null));
    }),
    { numRuns: numRuns(25) },
  ));

it("and maps, lists and UUIDs, in JSON and transit", () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(json, uuid), { minLength: 1, maxLength: 40 }), async rows => {
      const table = `nested_${tables++}`;
      const lines = rows.map(([j]) => {
        const members = `"j":${j},"j_text":${JSON.stringify(j)}`;
        return `{"type":"RECORD","stream":"${table}","record":{${members}}}`;
      });
      expect((await deliver(body(...lines))).error).toBeUndefined();
      expect(await database.query(`select * from ${table} where j is distinct from j_text::jsonb`)).toEqual(
        [],
      );
      const ids = rows.map(([, u]) => {
        const upper = u.toUpperCase();
        const data = `["^ ","u","~u${upper}","u_text","${u}"]`;
        return `["^ ","type","RECORD","stream","${table}_ids","record",${data}]`;
      });
      const transit = `stitchstream/0.1\nContent-Type: transit\n--\n${ids.join("\n")}\n`;
      expect((await deliver(transit)).error).toBeUndefined();
      const wrong = `select * from ${table}_ids where u is distinct from u_text::uuid or u is null`;
      expect(await database.query(wrong)).toEqual([]);
    }),
    { numRuns: numRuns(10) },
  ));
