import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type Fault, PersisterError } from "../../functions/persister/errors.ts";
import { requestsOf } from "../persister/delivery.ts";
import { convert } from "../stitchstream/convert.ts";

/** docs/format.md, sentence by sentence. Each sentence is the title of its test, and each has one. */
const page = readFileSync(new URL("../../docs/format.md", import.meta.url), "utf8");
const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").trim();
const example = /```\n([\s\S]+?)```/.exec(page)![1]!;
const text = oneLine(page.replace(/```\n[\s\S]+?```/, ""));

const tested: string[] = [];
function says(sentence: string, check: () => void): void {
  tested.push(sentence);
  // A title with NaN looks like one with a missing value.
  it(sentence.replaceAll("NaN", "not-a-number"), check);
}

interface Row {
  readonly endpoint: string;
  readonly table: string;
  readonly data: unknown;
  readonly keys?: readonly string[];
  readonly action: string;
}
type Message = Record<string, unknown> | string;
interface Body {
  readonly table_name: string;
  readonly key_names?: string[];
  readonly table_version?: number;
  readonly schema: object;
  readonly messages: { readonly action: string; readonly data: unknown }[];
}
interface Upsert {
  readonly table_name: string;
  readonly key_names: string[];
  readonly data: unknown;
  readonly action: string;
}

const lines = (...messages: Message[]) =>
  messages.map(each => (typeof each === "string" ? each : JSON.stringify(each))).join("\n");
const jsonline = (...messages: Message[]) =>
  `stitchstream/0.1\nContent-Type: jsonline\n--\n${lines(...messages)}\n`;
const transit = (...messages: string[]) =>
  `stitchstream/0.1\nContent-Type: transit\n--\n${messages.join("\n")}\n`;
const record = (data: object, more: object = {}) => ({ type: "RECORD", stream: "s", record: data, ...more });
const schema = (properties: object, more: object = {}) => ({
  type: "SCHEMA",
  stream: "s",
  schema: { type: "object", properties },
  ...more,
});
const transitRecord = (data: string) =>
  `["^ ","type","RECORD","stream","s","record",["^ ","id",1,"v",${data}]]`;

function sent(body: string): Row[] {
  return requestsOf(body).requests.flatMap(({ endpoint, contentType, body: bytes }) => {
    const raw = Buffer.from(bytes).toString();
    const isTransit = contentType.includes("transit");
    const parsed = JSON.parse(isTransit ? convert(raw, "transit", "json") : raw) as Body | Upsert[];
    if (Array.isArray(parsed))
      return parsed.map(({ table_name: table, key_names: keys, data, action }) => ({
        endpoint,
        table,
        keys,
        data,
        action,
      }));
    const { table_name: table, key_names: keys, messages } = parsed;
    return messages.map(({ data, action }) => ({ endpoint, table, data, action, ...(keys && { keys }) }));
  });
}
const data = (body: string) => sent(body).map(row => row.data);
const raw = (body: string) => Buffer.from(requestsOf(body).requests[0]!.body).toString();

function refused(body: string | Uint8Array): Fault & { readonly code: string } {
  try {
    requestsOf(body);
  } catch (error) {
    if (!(error instanceof PersisterError)) throw error;
    const [first] = error.details.faults ?? [];
    return { code: error.code, ...first! };
  }
  throw new Error("it was not refused");
}
/** Asserts that a record's value is refused, with its line and field. */
function refusesJson(value: string, message: RegExp | string = /./): void {
  const fault = refused(jsonline(`{"type":"RECORD","stream":"s","record":{"v":${value}}}`));
  expect(fault).toMatchObject({ line: 4, stream: "s", field: "v", message: expect.stringMatching(message) });
}
function refusesTransit(value: string, message: RegExp | string = /./): void {
  const fault = refused(transit(transitRecord(value)));
  expect(fault).toMatchObject({ line: 4, stream: "s", field: "v", message: expect.stringMatching(message) });
}

describe("the envelope", () => {
  it("of the example", () => {
    expect(sent(example)).toEqual([
      {
        endpoint: "push",
        table: "inboxes",
        keys: ["id"],
        action: "upsert",
        data: { id: 9999, createdAt: "2016-07-13T18:45:57.000Z" },
      },
    ]);
    expect(requestsOf(example).bookmark).toBe('["^ ","inboxes","~m1468435557000"]');
  });

  says(
    "Line 1 names the protocol and its version. `Key: value` lines follow: `Content-Type`, which is " +
      "`transit` or `jsonline`, is required, and others are ignored. `--` ends them.",
    () => {
      const body = (...header: string[]) => [...header, lines(record({ a: 1 }))].join("\n");
      expect(data(body("stitchstream/0.1", "X: y", "Content-Type: jsonline", "--"))).toEqual([{ a: 1 }]);
      for (const header of [
        ["stitchstream/0.2", "Content-Type: jsonline", "--"],
        ["stitchstream/0.1", "--"],
        ["stitchstream/0.1", "Content-Type: csv", "--"],
        ["stitchstream/0.1", "Content-Type: jsonline"],
      ])
        expect(refused(body(...header))).toMatchObject({ code: "not-a-stitchstream" });
    },
  );
  says("Keys and values are trimmed, and are case-insensitive.", () => {
    expect(data(`STITCHSTREAM/0.1 \n  content-TYPE :  JSONLINE\n--\n${lines(record({ a: 1 }))}`)).toEqual([
      { a: 1 },
    ]);
  });
  says("A key has the form of an HTTP field name.", () => {
    const body = (line: string) =>
      `stitchstream/0.1\nContent-Type: jsonline\n${line}\n--\n${lines(record({ a: 1 }))}`;
    for (const line of ["X-Own_1: y", "a.b!#$%&'*+^`|~ : {", "e: é"])
      expect(data(body(line))).toEqual([{ a: 1 }]);
    for (const line of ["a b: c", ": c", "a", "é: c", '"a": 1', "a\u0000: c"])
      expect(refused(body(line))).toMatchObject({ code: "not-a-stitchstream", line: 3 });
  });
  says("A line that begins with `{` or `[` is a message before the `--`, and is refused.", () => {
    for (const message of [lines(record({ a: 1 })), ' ["^ ","type","STATE","value",1]', "{a: b", "[a: b"]) {
      const body = `stitchstream/0.1\nContent-Type: jsonline\n${message}\n--\n${lines(record({ a: 1 }))}`;
      expect(refused(body)).toMatchObject({
        code: "not-a-stitchstream",
        line: 3,
        message: expect.stringContaining("a message before the `--`"),
      });
    }
  });
  says("Then comes one message per line, in UTF-8, to the end.", () => {
    expect(data(jsonline(record({ a: "é€😀" }), record({ b: 1 })))).toEqual([{ a: "é€😀" }, { b: 1 }]);
  });
  says(
    "Blank lines, Windows line endings, a byte-order mark and a missing last newline are accepted.",
    () => {
      const body = `\ufeff${jsonline(record({ a: 1 }), "", " ", record({ b: 1 })).trimEnd()}`;
      expect(data(body)).toEqual([{ a: 1 }, { b: 1 }]);
      expect(data(body.replaceAll("\n", "\r\n"))).toEqual([{ a: 1 }, { b: 1 }]);
    },
  );
  says(
    "A body whose first visible character is `{` has no header and is in [Singer's " +
      "format](https://github.com/singer-io/getting-started/blob/master/docs/SPEC.md): every line is a " +
      "JSON message.",
    () => {
      expect(data(`\ufeff \r\n${lines(record({ a: 1 }))}`)).toEqual([{ a: 1 }]);
    },
  );
});

describe("messages", () => {
  tested.push("| message | fields | | |---|---|---|");
  says(
    "| `RECORD` | `stream`, `record`, `key_fields`?, `schema`?, `version`?, `time_extracted`? | a row. " +
      "With keys it replaces the row of the same key; without keys it is appended |",
    () => {
      const keyed = record({ id: 1 }, { key_fields: ["id"], version: 3 });
      expect(sent(lines(keyed, record({ id: 1 })))).toMatchObject([
        { endpoint: "push", keys: ["id"], action: "upsert" },
        { endpoint: "batch", action: "upsert" },
      ]);
      expect(sent(lines(record({ id: 1 })))[0]).not.toHaveProperty("keys");
      const timed = record({ id: 1 }, { schema: {}, time_extracted: "2026-11-23T12:00:00Z", version: 3 });
      expect(raw(lines(timed))).toContain('"time_extracted":"2026-11-23T12:00:00Z"');
      expect(raw(lines(timed))).toContain('"table_version":3');
      for (const lacking of ["stream", "record"] as const)
        expect(refused(lines({ ...keyed, [lacking]: undefined }))).toMatchObject({ line: 1 });
    },
  );
  says(
    "| `SCHEMA` | `stream`, `schema`, `key_properties`?, `bookmark_properties`? | describes the " +
      "stream's records from here on |",
    () => {
      const declared = schema({ a: { type: "integer" } }, { bookmark_properties: ["a"] });
      const [, typed] = requestsOf(lines(record({ a: "x" }), declared, record({ a: 1 }))).requests;
      expect(JSON.parse(Buffer.from(typed!.body).toString())).toMatchObject({
        schema: declared.schema,
        bookmark_names: ["a"],
        messages: [{ data: { a: 1 } }],
      });
      expect(refused(lines(declared, record({ a: "x" })))).toMatchObject({ line: 2, field: "a" });
    },
  );
  says(
    "`bookmark_properties` may be a single name, and nulls in it are ignored: singer-python's taps " +
      "print both.",
    () => {
      const names = (bookmark_properties: unknown) => {
        const declared = schema({}, { key_properties: ["id"], bookmark_properties });
        return (JSON.parse(raw(lines(declared, record({ id: 1 })))) as { bookmark_names?: string[] })
          .bookmark_names;
      };
      expect(names([null, "a", null, "b", "a"])).toEqual(["a", "b"]);
      expect(names("a")).toEqual(["a"]);
      for (const none of [[null], [], null, undefined]) expect(names(none)).toBeUndefined();
      const transitSchema = (names: string) =>
        `["^ ","type","SCHEMA","stream","s","schema",["^ "],"bookmark_properties",${names}]`;
      for (const each of ['[null,"~:a"]', '"~:a"', '"a"', '["~#list",["~_","a"]]'])
        expect(raw(transit(transitSchema(each), transitRecord("1")))).toContain('"bookmark_names":["a"]');
      for (const given of [[1], ["a", {}], 1, { a: 1 }])
        expect(refused(lines(schema({}, { bookmark_properties: given })))).toMatchObject({ line: 1 });
      for (const keys of [[null], "id"])
        expect(refused(lines(schema({}, { key_properties: keys })))).toMatchObject({
          line: 1,
          message: expect.stringContaining("`key_properties` must be a list of names"),
        });
    },
  );
  says(
    "| `ACTIVATE_VERSION` | `stream`, `version` | the rows of this version replace the stream's earlier " +
      "rows |",
    () => {
      const body = lines(schema({}), record({}, { version: 2 }), {
        type: "ACTIVATE_VERSION",
        stream: "s",
        version: 2,
      });
      expect(sent(body).map(({ action }) => action)).toEqual(["upsert", "activate_version"]);
    },
  );
  says(
    "| `BOOKMARK`, `STATE` | `value` | a bookmark (Singer calls it state), the streamer's position. It " +
      "may be any value up to 1 MiB. All data up to that position is in the records before it |",
    () => {
      for (const type of ["BOOKMARK", "STATE"])
        for (const value of [null, 0, "", [], { a: { b: 1.5 } }])
          expect(requestsOf(lines(record({}), { type, value })).bookmark).toBe(JSON.stringify(value));
      expect(refused(lines({ type: "STATE", value: "x".repeat(1024 * 1024) }))).toMatchObject({
        code: "bookmark-too-large",
      });
    },
  );
  says(
    "In a Singer body, a `STATE` of `null` or `{}` does not replace a bookmark that holds something, " +
      "whether from this body or an earlier one.",
    () => {
      for (const empty of [null, {}]) {
        const messages = [record({}), { type: "STATE", value: { a: 1 } }, { type: "STATE", value: empty }];
        expect(requestsOf(lines(...messages)).bookmark).toBe('{"a":1}');
        expect(requestsOf(lines(...messages, messages[1]!, record({}), messages[2]!)).bookmark).toBe(
          '{"a":1}',
        );
        expect(requestsOf(lines(messages[2]!, record({}), messages[1]!)).bookmark).toBe('{"a":1}');
        expect(requestsOf(lines(messages[2]!)).bookmark).toBe(JSON.stringify(empty));
        expect(requestsOf(jsonline(...messages)).bookmark).toBe(JSON.stringify(empty));
        expect(requestsOf(lines(...messages.slice(0, 2), { type: "BOOKMARK", value: empty })).bookmark).toBe(
          JSON.stringify(empty),
        );
      }
    },
  );
  says("| `BATCH` | | refused: its records are in files that are not sent |", () => {
    const batch = { type: "BATCH", stream: "s", encoding: { format: "jsonl" }, manifest: ["file:///a"] };
    expect(refused(lines(batch, { type: "STATE", value: 1 }))).toMatchObject({
      code: "invalid-records",
      line: 1,
      stream: "s",
    });
  });
  says("| any other | | ignored and counted |", () => {
    expect(data(lines({ type: "HEARTBEAT", whatever: [1] }, record({ a: 1 })))).toEqual([{ a: 1 }]);
  });
  says("`type` is case-insensitive.", () => {
    expect(data(lines({ ...record({ a: 1 }), type: "rEcOrD" }))).toEqual([{ a: 1 }]);
  });
  says("Fields not listed here are ignored.", () => {
    expect(data(lines({ own: { a: [] }, ...record({ a: 1 }), more: null }))).toEqual([{ a: 1 }]);
  });
});

describe("keys and schemas", () => {
  const flagged = { id: { type: "integer", key: true }, other: {} };
  says(
    "A record's keys are its `key_fields`. Without them they come from its schema: `key_properties` " +
      'or, in the style of November 2016, the properties with `"key": true`.',
    () => {
      const keys = (...messages: Message[]) => sent(lines(...messages))[0]!.keys;
      const row = { id: 1, other: 2 };
      expect(
        keys(schema(flagged, { key_properties: ["other"] }), record(row, { key_fields: ["id"] })),
      ).toEqual(["id"]);
      expect(keys(schema(flagged, { key_properties: ["other"] }), record(row))).toEqual(["other"]);
      expect(keys(schema(flagged), record(row))).toEqual(["id"]);
      expect(keys(record(row, { schema: { properties: flagged } }))).toEqual(["id"]);
    },
  );
  says("Keys are looked up in the records; the schema does not have to declare them.", () => {
    const object = { type: "object" };
    for (const given of [
      object,
      { ...object, properties: {} },
      { $ref: "#/definitions/row", definitions: { row: { properties: { id: {} } } } },
      { anyOf: [{ properties: { id: { type: "integer" } } }, object] },
      { allOf: [{ properties: { id: { type: "integer" } } }] },
      { patternProperties: { "^id$": { type: "integer" } }, additionalProperties: false },
    ]) {
      const declared = { ...schema({}, { key_properties: ["id"] }), schema: given };
      expect(sent(lines(declared))).toEqual([]);
      const [request] = requestsOf(lines(declared, record({ id: 1 }))).requests;
      expect(JSON.parse(Buffer.from(request!.body).toString())).toMatchObject({
        schema: given,
        key_names: ["id"],
        messages: [{ data: { id: 1 } }],
      });
      expect(refused(lines(declared, record({ other: 1 })))).toMatchObject({ line: 2, field: "id" });
      const inline = record({ id: 1 }, { schema: given, key_fields: ["id"] });
      expect(sent(lines(inline))).toMatchObject([{ endpoint: "batch", keys: ["id"], data: { id: 1 } }]);
    }
  });
  says("A record's own `schema` takes precedence over its stream's.", () => {
    const own = record({ a: "x" }, { schema: { properties: { a: { type: "string" } } } });
    expect(data(lines(schema({ a: { type: "integer" } }), own, record({ a: 1 })))).toEqual([
      { a: "x" },
      { a: 1 },
    ]);
  });
  says("A later SCHEMA replaces an earlier one for the records after it.", () => {
    const [first, second] = [schema({ a: { type: "integer" } }), schema({ a: { type: "string" } })];
    expect(data(lines(first, record({ a: 1 }), second, record({ a: "x" })))).toEqual([{ a: 1 }, { a: "x" }]);
    expect(refused(lines(first, second, record({ a: 1 })))).toMatchObject({ line: 3, field: "a" });
  });

  const fits = (given: object, value: unknown) =>
    expect(
      data(lines({ ...schema({}), schema: { properties: { v: given } } }, record({ v: value }))),
    ).toHaveLength(1);
  const breaks = (given: object, value: unknown) =>
    expect(
      refused(lines({ ...schema({}), schema: { properties: { v: given } } }, record({ v: value }))),
    ).toMatchObject({
      code: "invalid-records",
      line: 2,
      field: "v",
    });
  says("A schema is JSON Schema, draft 4. Later drafts work as far as they agree with draft 4.", () => {
    const of = ($schema: string, v: object) => ({ ...schema({}), schema: { $schema, properties: { v } } });
    const draft4 = "http://json-schema.org/draft-04/schema#";
    const bound = { minimum: 0, exclusiveMinimum: true };
    expect(refused(lines(of(draft4, bound), record({ v: 0 })))).toMatchObject({ line: 2, field: "v" });
    breaks(bound, 0);
    for (const dialect of [
      "http://json-schema.org/draft-06/schema#",
      "http://json-schema.org/draft-07/schema#",
      "https://json-schema.org/draft/2020-12/schema",
    ]) {
      const declared = of(dialect, { exclusiveMinimum: 0, prefixItems: [] });
      expect(refused(lines(declared, record({ v: 0 })))).toMatchObject({ line: 2, field: "v" });
      expect(data(lines(declared, record({ v: 1 })))).toHaveLength(1);
    }
    const named = { exclusiveMinimum: true, exclusiveMaximum: false, v: { exclusiveMinimum: 0 } };
    expect(data(lines(schema(named), record({ v: 1, exclusiveMinimum: "x" })))).toHaveLength(1);
    expect(refused(lines(schema(named), record({ v: 0 })))).toMatchObject({ line: 2, field: "v" });
  });
  says(
    "It is sent as received, except that the Import API accepts draft 4 only: boolean schemas and " +
      "numeric exclusive bounds are translated to draft 4, and a `$ref` to a `#name` becomes a JSON " +
      "pointer.",
    () => {
      const of = (given: string) => raw(`{"type":"RECORD","stream":"s","schema":${given},"record":{}}`);
      const given =
        '{"properties": {"v": {"minimum": 1.50, "exclusiveMinimum": true}}, "additionalProperties": true}';
      expect(of(given)).toContain(`"schema":${given},`);
      expect(of('{"properties":{"v":{"exclusiveMinimum":1.50},"w":true,"x":{"items":false}}}')).toContain(
        '"schema":{"properties":{"v":{"minimum":1.50,"exclusiveMinimum":true},"w":{},' +
          '"x":{"items":{"not":{}}}}},',
      );
      expect(of('{"properties":{"v":{"$id":"#v"},"w":{"$ref":"#v"}}}')).toContain(
        '"schema":{"properties":{"v":{"$id":"#v"},"w":{"$ref":"#/properties/v"}}},',
      );
      expect(of('{"properties":{"v":{"$ref":"#/own"}},"own":true}')).toContain(
        '"schema":{"properties":{"v":{"$ref":"#/own"}},"own":{}},',
      );
    },
  );
  says("Each record is checked against it before anything is forwarded.", () => {
    breaks({ type: "integer" }, "x");
    breaks({ type: ["null", "string"], maxLength: 2 }, "abc");
    breaks({ anyOf: [{ type: "null" }, { type: "string", format: "date-time" }] }, "soon");
    breaks({ type: "object", required: ["a"] }, {});
    breaks({ type: "array", items: { enum: [1, 2] }, minItems: 1 }, [1, 3]);
    breaks({ enum: Array.from({ length: 100 }, (_, n) => n) }, 100);
    fits({ enum: Array.from({ length: 100 }, (_, n) => n) }, 99);
    fits({ type: "object", additionalProperties: { type: "integer" } }, { a: 1 });
    breaks({ type: "object", additionalProperties: { type: "integer" } }, { a: "x" });
  });
  const exact = (given: string, value: string) =>
    lines(
      `{"type":"SCHEMA","stream":"s","schema":{"properties":{"v":${given}}}}`,
      `{"type":"RECORD","stream":"s","record":{"v":${value}}}`,
    );
  /** Asserts that the schema of a property is refused, with its line. */
  const refusesSchema = (given: object, message: RegExp = /./) =>
    expect(refused(lines(schema({ v: given })))).toMatchObject({
      code: "malformed",
      line: 1,
      stream: "s",
      message: expect.stringMatching(message),
    });
  says(
    "Records and schemas are refused only where the Import API is known to refuse them. Everything else " +
      "is sent, and the answer is reported.",
    () => {
      breaks({ type: "string", maxLength: 1 }, "ab");
      fits({ type: "string", maxLength: 4_294_967_295 }, "ab");
      fits({ type: "string", format: "email" }, "a@b.some-new-top-level-domain");
    },
  );
  says("The Import API interprets a schema as everit json-schema 1.5.1 does:", () => {
    fits({ type: ["null", "string"], additionalProperties: 5 }, "x");
  });
  says("- It ignores `const`, `contains`, `propertyNames`, `if`, and every unknown keyword.", () => {
    fits({ const: 1 }, 2);
    fits({ type: "array", contains: { type: "string" } }, [1]);
    fits({ type: "object", propertyNames: { maxLength: 1 } }, { ab: 1 });
    fits({ if: { type: "string" }, else: { type: "string" } }, 1);
    const more = { selected: true, inclusion: "available", nullable: true, format: "singer.decimal" };
    fits({ type: "string", ...more }, "x");
    breaks({ type: "string", ...more }, null);
  });
  says("A keyword whose value is null is ignored.", () => {
    fits({ type: "string", maxLength: null, format: null, title: null }, "x");
  });
  says(
    "- Next to an `enum` it ignores every other keyword, and it evaluates `not` only if it evaluates " +
      "nothing else.",
    () => {
      fits({ type: "integer", enum: ["a"], maxLength: 0 }, "a");
      breaks({ type: "integer", enum: ["a"] }, 1);
      breaks({ not: { type: "string" } }, "a");
      fits({ type: "string", not: { minLength: 1 } }, "a");
    },
  );
  says(
    "Without a `type` it evaluates the keywords of one kind of value: arrays, or else objects, or else " +
      "numbers, or else text.",
    () => {
      fits({ minItems: 1, required: ["a"], minimum: 5, minLength: 5 }, "a");
      fits({ minItems: 1, required: ["a"] }, {});
      breaks({ minItems: 1, required: ["a"] }, []);
      fits({ required: ["a"], minimum: 5 }, 1);
      breaks({ minimum: 5, minLength: 5 }, 1);
      fits({ minimum: 5, minLength: 5 }, "a");
      breaks({ minLength: 5 }, "a");
    },
  );
  says(
    "- Schemas with `enum: []`, `items: []`, `anyOf: []`, a repeated type, `exclusiveMinimum: true` " +
      "without `minimum`, or `maxLength: -1` are sent.",
    () => {
      const trifles = {
        a: { enum: [] },
        b: { items: [] },
        c: { anyOf: [] },
        d: { type: ["string", "string"] },
        e: { exclusiveMinimum: true },
        f: { type: "string", maxLength: -1 },
      };
      const values = { b: [1], d: "x", e: -1 };
      expect(data(lines(schema(trifles), record(values)))).toEqual([values]);
    },
  );
  says(
    "- It refuses an unknown type such as `date-time`, two of `allOf`, `anyOf` and `oneOf` in one " +
      "schema, and a keyword whose value has the wrong type.",
    () => {
      refusesSchema(
        { type: "date-time" },
        /v has the type "date-time"; allowed are array, .*; a time is \{"type":"string",.*"date-time"\}$/,
      );
      refusesSchema({ type: ["null", "orange"] }, /has the type "orange"; allowed are/);
      refusesSchema({ anyOf: [{}], oneOf: [{}] }, /has anyOf and oneOf/);
      for (const given of [{ minLength: "1" }, { required: true }, { properties: { a: "x" } }, { items: 5 }])
        refusesSchema(given, /which is not/);
    },
  );
  says(
    "- A `$ref` points into the schema itself: `#/…`, or a `#name` that some subschema has as its `$id` " +
      "or `id`. Nothing is fetched.",
    () => {
      const tree = {
        $ref: "#/definitions/node",
        definitions: {
          node: { properties: { v: { type: "integer" }, next: { $ref: "#/definitions/node" } } },
        },
      };
      const declared = { ...schema({}), schema: tree };
      expect(data(lines(declared, record({ v: 1, next: { next: { v: 2 } } })))).toHaveLength(1);
      expect(refused(lines(declared, record({ next: { next: { v: "x" } } })))).toMatchObject({
        line: 2,
        field: "next",
        message: "by the stream's schema, next.v must be integer",
      });
      for (const id of ["$id", "id"]) {
        const named = schema({ v: { $ref: "#text" } });
        const given = {
          ...named,
          schema: { ...named.schema, definitions: { own: { [id]: "#text", type: "string" } } },
        };
        expect(data(lines(given, record({ v: "x" })))).toHaveLength(1);
        expect(refused(lines(given, record({ v: 1 })))).toMatchObject({ line: 2, field: "v" });
      }
      const $id = "https://example.com/schema.json";
      for (const $ref of [$id, "#/definitions/none", "#none"])
        expect(refused(lines({ ...schema({}), schema: { $id, $ref } }))).toMatchObject({ line: 1 });
    },
  );
  says("Keywords next to a `$ref` replace those of the schema that it points to.", () => {
    const of = (v: unknown) =>
      lines(
        {
          ...schema({}),
          schema: {
            definitions: { text: { type: "string", maxLength: 1 } },
            properties: { v: { $ref: "#/definitions/text", type: ["null", "string"] } },
          },
        },
        record({ v }),
      );
    expect(data(of(null))).toHaveLength(1);
    expect(refused(of("ab"))).toMatchObject({ line: 2, field: "v" });
  });
  says(
    "- An `integer` is written in digits only and fits 64 bits; `5.0`, `1e3` and `9223372036854775808` " +
      "require `number`.",
    () => {
      const of = (types: string, value: string) =>
        lines(
          `{"type":"SCHEMA","stream":"s","schema":{"properties":{"v":{"type":${types}}}}}`,
          `{"type":"RECORD","stream":"s","record":{"v":${value}}}`,
        );
      for (const value of ["5", "9223372036854775807"])
        expect(raw(of('"integer"', value))).toContain(`"v":${value}}`);
      for (const value of ["5.0", "1e3", "9223372036854775808"]) {
        for (const types of ['"integer"', '["null","integer"]'])
          expect(refused(of(types, value))).toMatchObject({
            code: "invalid-records",
            line: 2,
            field: "v",
            message: expect.stringContaining("declare `number`"),
          });
        expect(raw(of('["integer","number"]', value))).toContain(`"v":${value}}`);
      }
    },
  );
  says("For `enum` and `uniqueItems`, `1.0` and `1` are different.", () => {
    expect(data(exact('{"enum":[1]}', "1"))).toHaveLength(1);
    expect(refused(exact('{"enum":[1]}', "1.0"))).toMatchObject({ line: 2, field: "v" });
    expect(data(exact('{"uniqueItems":true}', "[1,1.0]"))).toHaveLength(1);
    expect(refused(exact('{"uniqueItems":true}', "[1.0,1.00]"))).toMatchObject({ line: 2, field: "v" });
  });
  says(
    "- A number satisfies `minimum`, `maximum` and the exclusive bounds if its exact value or its " +
      "nearest double does.",
    () => {
      expect(data(exact('{"maximum":0.1}', "0.1000000000000000055511151231257827"))).toHaveLength(1);
      expect(data(exact('{"maximum":9007199254740993}', "9007199254740993"))).toHaveLength(1);
      expect(refused(exact('{"maximum":9007199254740993}', "9007199254740994"))).toMatchObject({ line: 2 });
      breaks({ minimum: 0.1 }, 0.0999);
    },
  );
  says(
    "`multipleOf` holds for the exact values or for the shortest decimals of their nearest doubles: " +
      "4.35 and 1.100000000000000088817 are multiples of 0.01.",
    () => {
      fits({ multipleOf: 0.01 }, 4.35);
      const long = "1.100000000000000088817841970012523233890533447265625";
      expect(raw(exact('{"multipleOf":0.01}', long))).toContain(`"v":${long}}`);
      fits({ multipleOf: 1e-10 }, 123456.789);
      fits({ multipleOf: 5 }, 1e21);
      breaks({ multipleOf: 0.01 }, 4.355);
    },
  );
  says("A `multipleOf` has at most 300 digits.", () => {
    const long = (digits: number) =>
      `{"type":"SCHEMA","stream":"s","schema":{"multipleOf":0.${"3".repeat(digits)}}}`;
    expect(data(lines(long(300), record({})))).toHaveLength(1);
    expect(refused(lines(long(301)))).toMatchObject({ code: "malformed", line: 1 });
  });
  says(
    "- A `pattern`, and each of `patternProperties`, matches as it does in Java, where `$` also matches " +
      "before a final line terminator. Matching takes time linear in the text.",
    () => {
      fits({ pattern: "^\\p{Lu}\\d+$" }, "É7");
      breaks({ pattern: "^\\p{Lu}\\d+$" }, "é7");
      fits({ pattern: "^a$" }, "a\n");
      breaks({ pattern: "^a$" }, "a\n\n");
      fits({ pattern: "^\\S$" }, "\u00a0");
      breaks({ pattern: "^(a+)+$" }, `${"a".repeat(50_000)}!`);
      const named = { patternProperties: { "^n_": { type: "integer" } }, additionalProperties: false };
      fits(named, { n_a: 1 });
      breaks(named, { n_a: "x" });
      breaks(named, { n_a: 1, b: 1 });
      for (const given of [{ pattern: "(" }, { patternProperties: { "a**": {} } }])
        expect(refused(lines({ ...schema({}), schema: given }))).toMatchObject({
          code: "malformed",
          line: 1,
          stream: "s",
          message: expect.stringContaining("is not a valid pattern"),
        });
    },
  );
  says(
    "A pattern that needs look-around or back references, that is not ECMA 262 with the flag `u`, or that " +
      "RE2 compiles to more than 2,000 instructions, such as one of 500 words, is left to the Import API. " +
      "So is everything that depends on it: `additionalProperties` next to it, and the schema's `oneOf` " +
      "and `not`.",
    () => {
      const words = `^(?:${Array.from({ length: 500 }, (_, n) => `word${n}é?`).join("|")})$`;
      for (const pattern of ["^(?!b)", "(a)\\1", "(?i)B", "a++b", "[a-z&&[^b]]", words]) {
        fits({ pattern }, "x");
        fits(
          { patternProperties: { [pattern]: { type: "integer" } }, additionalProperties: false },
          { x: "x" },
        );
        fits({ not: { pattern } }, "x");
        fits({ oneOf: [{ pattern }, { type: "string" }] }, "x");
        breaks({ anyOf: [{ type: "string", pattern }, { type: "integer" }] }, null);
      }
    },
  );
  says(
    "Six formats are checked. Every other format is an annotation: `8:30:00` as a `time` and " +
      "`2020-01-02T00:00:00Z` as a `date` are accepted.",
    () => {
      fits({ type: "string", format: "time" }, "8:30:00");
      fits({ type: "string", format: "date" }, "2020-01-02T00:00:00Z");
      for (const format of ["time", "date", "uuid", "json-pointer", "regex", "phone"])
        fits({ type: "string", format }, "any ~2 text (");
    },
  );
  tested.push("| format | accepted | refused | |---|---|---|");
  const format = (name: string, accepted: readonly string[], refused: readonly string[]) => {
    for (const each of accepted) fits({ type: "string", format: name }, each);
    for (const each of refused) breaks({ type: ["null", "string"], format: name }, each);
  };
  says(
    "| `date-time` | as in `java.time`: a zone, `Z` or `+05:30`, and at most 9 fraction digits | no " +
      "zone, `+0530`, a date only, a space instead of `T`, second 60 |",
    () =>
      format(
        "date-time",
        ["2026-11-23T12:00:00Z", "2026-11-23T12:00:00.123456+05:30", "2026-11-23T12:00:00.123456789Z"],
        [
          "2026-11-23T12:00:00",
          "2026-11-23T12:00:00+0530",
          "2026-11-23",
          "2026-11-23 12:00:00Z",
          "2026-11-23T12:00:60Z",
          "2026-13-23T12:00:00Z",
        ],
      ),
  );
  says(
    '| `email` | as in commons-validator: `jürgen@müller.example.de`, `"a b"@example.org`, ' +
      "`a@[10.0.0.1]`, any top-level domain | `root@localhost`, `a..b@x.org`, `a@x.1`, `mailto:a@x.org` |",
    () =>
      format(
        "email",
        ["jürgen@müller.example.de", '"a b"@example.org', "a@[10.0.0.1]", "a@example.notyetone"],
        ["root@localhost", "a..b@x.org", "a@x.1", "mailto:a@x.org", "", "n/a"],
      ),
  );
  says(
    "| `hostname` | letters, digits, `-` and `_`, labels of 1 to 63 characters, 253 in total: " +
      "`db_1.example.org`, `10.0.0.1`, `müller.example` | `a b`, `a..b`, `-a.example`, `a:80`, the empty " +
      "string |",
    () =>
      format(
        "hostname",
        ["db_1.example.org", "_dmarc.example.org", "10.0.0.1", "müller.example", "a".repeat(63)],
        ["a b", "a..b", "-a.example", "a:80", "", "a".repeat(64), "a.".repeat(128)],
      ),
  );
  says("| `ipv4` | `10.0.0.1`, `::ffff:10.0.0.1` | `010.0.0.1`, `10.0.0`, `10.0.0.256` |", () =>
    format("ipv4", ["10.0.0.1", "::ffff:10.0.0.1"], ["010.0.0.1", "10.0.0", "10.0.0.256", "::1"]),
  );
  says("| `ipv6` | `::1`, `fe80::1%eth0`, `::ffff:10.0.0.1` | `1::2::3`, `[::1]`, `10.0.0.1` |", () =>
    format("ipv6", ["::1", "fe80::1%eth0", "::ffff:10.0.0.1"], ["1::2::3", "[::1]", "10.0.0.1", ""]),
  );
  says(
    "| `uri` | as in `java.net.URI`: `https://example.org/a`, the empty string, `/a.mp3`, `//host/x`, " +
      "`n/a` | `https://example.org/size%20[1-5]`, `a\\|b`, `{id}`, `%zz`, `http://` |",
    () =>
      format(
        "uri",
        ["https://example.org/a", "", "/a.mp3", "//host/x", "n/a"],
        ["https://example.org/size%20[1-5]", "a|b", "{id}", "%zz", "http://"],
      ),
  );

  tested.push("| the record has | it goes to | as | |---|---|---|");
  says("| a schema | `/batch`, one table per request, with its schema, keys and version | JSON |", () => {
    const both = [schema({}), schema({}, { stream: "t" }), record({}), record({}, { stream: "t" })];
    const [first, second] = requestsOf(lines(...both)).requests;
    for (const each of [first, second])
      expect(each).toMatchObject({ endpoint: "batch", contentType: "application/json" });
  });
  says(
    "| keys and no schema | `/push` | its own encoding, so that transit's instants, decimals and " +
      "integers keep their types |",
    () => {
      const [json] = requestsOf(lines(record({ id: 1 }, { key_fields: ["id"] }))).requests;
      expect(json).toMatchObject({ endpoint: "push", contentType: "application/json" });
      const keyed = transitRecord('["~m1","~f1.0","~i9007199254740993"]').replace(
        '"record"',
        '"key_fields",["id"],"record"',
      );
      const [own] = requestsOf(transit(keyed)).requests;
      expect(own).toMatchObject({ endpoint: "push", contentType: "application/transit+json" });
      expect(Buffer.from(own!.body).toString()).toContain('["~m1","~f1.0","~i9007199254740993"]');
    },
  );
  says("| neither | `/batch`, with a schema inferred from the delivery's values | JSON |", () => {
    const [request] = requestsOf(lines(record({ a: 1 }), record({ a: 1.5, b: null }))).requests;
    expect(JSON.parse(Buffer.from(request!.body).toString())).toMatchObject({
      schema: { type: "object", properties: { a: { type: "number" }, b: { type: "null" } } },
    });
  });
  says(
    "A version is activated once every record before its ACTIVATE_VERSION is accepted. Nothing after it " +
      "is sent until the activation is accepted.",
    () => {
      const activation = { type: "ACTIVATE_VERSION", stream: "s", version: 1 };
      const rows = sent(
        lines(schema({}), record({}), record({}), activation, record({}), record({}, { stream: "t" })),
      );
      expect(rows.map(({ action }) => action)).toEqual([
        "upsert",
        "upsert",
        "activate_version",
        "upsert",
        "upsert",
      ]);
    },
  );
});

describe("the type mapping", () => {
  says("Numbers keep every digit: they never pass through floating point.", () => {
    const digits = "0.1000000000000000055511151231257827";
    const line = `{"type":"RECORD","stream":"s","record":{"a":${digits},"b":9223372036854775807}}`;
    expect(raw(jsonline(line))).toContain(`{"a":${digits},"b":9223372036854775807}`);
    expect(raw(lines(schema({}), line))).toContain(`{"a":${digits},"b":9223372036854775807}`);
    expect(raw(transit(transitRecord(`"~f${digits}"`)))).toContain(`"v":${digits}`);
  });

  tested.push("| transit | means | as JSON | |---|---|---|");
  const becomes: Readonly<Record<string, readonly (readonly [transit: string, json: string])[]>> = {
    "an instant of the years 0001 to 9999": [
      ['"~m1468435557000"', '"2016-07-13T18:45:57.000Z"'],
      ['"~t2016-07-13T18:45:57.000Z"', '"2016-07-13T18:45:57.000Z"'],
    ],
    "an integer of 64 bits": [['"~i9007199254740993"', "9007199254740993"]],
    "a big integer": [['"~n123456789012345678901234567890"', "123456789012345678901234567890"]],
    "a big decimal": [['"~f12.3400"', "12.3400"]],
    "a double": [['"~d1.5"', "1.5"]],
    "a UUID": [
      ['"~u5a2cbea3-e8c6-428b-b525-21239370dd55"', '"5a2cbea3-e8c6-428b-b525-21239370dd55"'],
      ['["~#u",[6497777973583037067,-5393868542025081515]]', '"5a2cbea3-e8c6-428b-b525-21239370dd55"'],
    ],
    "bytes, a URI, a keyword, a symbol, a character": [
      ['"~baGk="', '"aGk="'],
      ['"~rhttp://a.b/"', '"http://a.b/"'],
      ['"~:k"', '"k"'],
      ['"~$s"', '"s"'],
      ['"~cx"', '"x"'],
    ],
    "a boolean, null": [
      ['"~?t"', "true"],
      ['"~_"', "null"],
    ],
    "a set, a list": [
      ['["~#set",[1]]', "[1]"],
      ['["~#list",[1]]', "[1]"],
    ],
    "text that begins with `~`, `^` or `` ` ``": [
      ['"~~a"', '"~a"'],
      ['"~^a"', '"^a"'],
      ['"~`a"', '"`a"'],
    ],
  };
  const section = /## Type mapping\n([\s\S]+?)\n## /.exec(page)![1]!;
  for (const [row, meaning] of section.matchAll(/^\| .*?`.* \| ([^|]+) \| [^|]+ \|$/gm))
    says(oneLine(row), () => {
      const pairs = becomes[meaning!];
      expect(pairs, `a test of ${meaning}`).toBeDefined();
      for (const [from, to] of pairs!) {
        expect(raw(transit(transitRecord(from)))).toContain(`"v":${to}}`);
        const value = from.replace(/^\["(~#\w+)",(.*)\]$/, '{"$1":$2}');
        const verbose = `{"type":"RECORD","stream":"s","record":{"v":${value}}}`;
        expect(raw(transit(verbose))).toContain(`"v":${to}}`);
      }
    });
  it("each row has its test", () =>
    expect([...section.matchAll(/^\| .*`.* \| /gm)]).toHaveLength(Object.keys(becomes).length));

  says("Compact and verbose transit are equivalent. Cache codes are valid within their line.", () => {
    const coded = '["^ ","type","RECORD","stream","s","record",["^ ","long name",1,"v",["^ ","^3",2]]]';
    expect(data(transit(coded))).toEqual([{ "long name": 1, v: { "long name": 2 } }]);
    expect(
      refused(transit(coded, '["^ ","type","RECORD","stream","s","record",["^ ","^3",2]]')),
    ).toMatchObject({
      line: 5,
      message: expect.stringContaining("that this line does not define"),
    });
  });
  says(
    'Half a surrogate pair that JSON writes as an escape, such as `"\\ud83d"` (a truncated emoji), is ' +
      "sent as received.",
    () => {
      const half = '{"id":1,"v":"cut \\ud83d","\\uDE00":["\\ude00\\uD83D"]}';
      const row = `{"type":"RECORD","stream":"s","record":${half}}`;
      for (const sends of [lines(row), jsonline(row), lines(schema({ v: { maxLength: 5 } }), row)])
        expect(raw(sends)).toContain(half);
      expect(raw(lines(row.replace('"s"', '"\\ud83d"')))).toContain('"table_name":"\\ud83d"');
      expect(requestsOf(lines(`{"type":"STATE","value":${half}}`)).bookmark).toBe(half);
    },
  );
  says("A JSON number is sent as written, even `1e400`.", () => {
    expect(raw(jsonline('{"type":"RECORD","stream":"s","record":{"v":1e400}}'))).toContain('"v":1e400}');
    expect(
      raw(lines(record({ id: 1 }, { key_fields: ["id"] })).replace('"id":1', '"id":1,"v":1.50E+2')),
    ).toContain('"v":1.50E+2}');
  });
});

describe("validation errors", () => {
  says(
    "Each fault is reported with its line and, where known, its stream and field. Nothing of the body " +
      "is forwarded.",
    () => {
      expect(refused(jsonline(record({ a: 1 }), record({ _sdc_sequence: 1 })))).toMatchObject({
        line: 5,
        stream: "s",
        field: "_sdc_sequence",
      });
    },
  );
  tested.push("| | | |---|---|");
  says(
    "| bodies | empty; UTF-16, as Windows PowerShell's `>` writes it; gzip without `Content-Encoding`; " +
      "Airbyte's messages |",
    () => {
      const named = (body: string | Uint8Array, code: string, words: string) =>
        expect(refused(body)).toMatchObject({ code, line: 1, message: expect.stringContaining(words) });
      for (const body of ["", "\ufeff", "\r\n \n"]) named(body, "not-a-stitchstream", "the body is empty");
      for (const text of [jsonline(record({ a: 1 })), lines(record({ a: 1 }))])
        for (const mark of ["", "\ufeff"]) {
          named(Buffer.from(mark + text, "utf16le"), "not-a-stitchstream", "UTF-16");
          named(Buffer.from(mark + text, "utf16le").swap16(), "not-a-stitchstream", "UTF-16");
        }
      named(gzipSync("{}"), "not-a-stitchstream", "Content-Encoding: gzip");
      const airbyte = { stream: "users", data: { id: 1 }, emitted_at: 1_795_000_000_000 };
      named(lines({ type: "RECORD", record: airbyte }), "malformed", "Airbyte's protocol");
      named(lines({ type: "STATE", state: { data: {} } }), "malformed", "Airbyte's protocol");
      expect(data(lines(record(airbyte)))).toEqual([airbyte]);
    },
  );
  says(
    "| names | the same name twice in a map, in any spelling; a stream or key that is blank, contains " +
      "NUL or is longer than 1,024 characters; more than 100 keys; a stream or field that the Import API's " +
      "loader creates itself |",
    () => {
      refusesJson('{"a":1,"\\u0061":2}', /twice/);
      refusesTransit('["^ ","a",1,"~:a",2]', /twice/);
      const longest = "n".repeat(1_024);
      expect(sent(lines(record({ [longest]: 1 }, { stream: longest, key_fields: [longest] })))).toMatchObject(
        [{ table: longest, keys: [longest] }],
      );
      const names = ["", " ", "a\0", `${longest}n`];
      for (const stream of names) expect(refused(lines(record({}, { stream })))).toMatchObject({ line: 1 });
      const many = Array.from({ length: 101 }, (_, n) => `k${n}`);
      const row = Object.fromEntries(many.map(name => [name, 1]));
      expect(sent(lines(record(row, { key_fields: many.slice(1) })))).toHaveLength(1);
      for (const keyed of [
        [record(row, { key_fields: many })],
        [schema({}, { key_properties: many }), record(row)],
      ])
        expect(refused(lines(...keyed))).toMatchObject({
          line: 1,
          message: expect.stringContaining("more than 100 key"),
        });
      for (const key of names)
        expect(refused(lines(record({ [key]: 1 }, { key_fields: [key] })))).toMatchObject({ line: 1 });
      expect(refused(lines(record({ _sdc_sequence: 1 })))).toMatchObject({ field: "_sdc_sequence" });
      for (const stream of ["_sdc_rejected", "_RJM_rejected"])
        expect(refused(lines(record({ a: 1 }, { stream })))).toMatchObject({
          code: "invalid-records",
          line: 1,
        });
    },
  );
  says("| keys | missing from a record; null; a map or a list; text longer than 1,024 characters |", () => {
    const number = "1".repeat(1_025);
    expect(
      raw(lines(`{"type":"RECORD","stream":"s","key_fields":["id"],"record":{"id":${number}}}`)),
    ).toContain(`"id":${number}`);
    for (const id of [undefined, null, {}, [], "x".repeat(1_025)])
      expect(refused(lines(record({ id }, { key_fields: ["id"] })))).toMatchObject({
        code: "invalid-records",
        line: 1,
        field: "id",
      });
  });
  says(
    "| schemas | refused by the Import API; a `$ref` that points nowhere; larger than 2 MiB, or with a " +
      "list of names larger than 256 KiB; more than 1,000 in a body; records that violate their schema; " +
      "checks that take more work than the body's size allows |",
    () => {
      for (const given of [
        1,
        [],
        { type: "orange" },
        { $ref: "#/no" },
        { description: "x".repeat(2 * 1024 * 1024) },
      ])
        expect(refused(lines({ ...schema({}), schema: given }))).toMatchObject({ line: 1, stream: "s" });
      const bookmark_properties = ["x".repeat(256 * 1024)];
      expect(refused(lines({ ...schema({}), bookmark_properties }))).toMatchObject({ line: 1, stream: "s" });
      const many = Array.from({ length: 1_001 }, (_, n) => schema({ [`p${n}`]: {} }));
      expect(refused(lines(...many))).toMatchObject({ line: 1_001 });
      const twice = (n: number) => ({
        allOf: [{ $ref: `#/definitions/${n}` }, { $ref: `#/definitions/${n}` }],
      });
      const definitions = Object.fromEntries(
        Array.from({ length: 60 }, (_, n) => [n, n === 0 ? {} : twice(n - 1)]),
      );
      for (const given of [{ ...twice(59), definitions }, { $ref: "#" }])
        expect(refused(lines({ ...schema({}), schema: given }, record({})))).toMatchObject({
          line: 2,
          stream: "s",
          message: expect.stringContaining("more work than its size allows"),
        });
    },
  );
  says(
    "The loader's own names are `_sdc_received_at`, `_sdc_batched_at`, `_sdc_sequence`, " +
      "`_sdc_table_version`, `_sdc_extracted_at`, `_sdc_primary_key`, `_sdc_rejected`, " +
      "`_sdc_level_<n>_id` and `_sdc_source_key_…`, in any case, and the same with the prefix `_rjm`. The " +
      "streamer may use any other name, such as `_sdc_repository` and `_sdc_record_hash`, also as a key.",
    () => {
      const own = ["received_at", "batched_at", "sequence", "table_version", "extracted_at", "primary_key"];
      for (const rest of [...own, "rejected", "level_0_id", "level_12_id", "source_key_id", "source_key_a b"])
        for (const name of [`_sdc_${rest}`, `_SDC_${rest}`, `_rjm_${rest}`]) {
          expect(refused(lines(record({ [name]: 1 })))).toMatchObject({
            code: "invalid-records",
            line: 1,
            field: name,
          });
          const keyed = lines(schema({}, { key_properties: [name] }), record({ [name]: 1 }));
          expect(refused(keyed)).toMatchObject({ code: "invalid-records", line: 1 });
        }
      for (const name of [
        ...["_sdc_repository", "_sdc_record_hash", "_sdc_shop_id", "_sdc_report_datetime", "_sdc_lsn"],
        ...["_sdc_deleted_at", "_sdc_extra", "_sdc_source_lineno", "_sdc_path", "_sdc", "_sdc_", "_rjm_x"],
        ...["_sdc_sequences", "my_sdc_sequence", "__sdc_primary_key", "_sdc_level_id", "_sdc_level_x_id"],
      ]) {
        expect(data(lines(record({ [name]: 1 }, { key_fields: [name] })))).toEqual([{ [name]: 1 }]);
        const keyed = lines(
          schema({ [name]: {} }, { stream: name, key_properties: [name] }),
          record({ [name]: 1 }, { stream: name }),
        );
        expect(sent(keyed)).toMatchObject([{ table: name, keys: [name], data: { [name]: 1 } }]);
      }
    },
  );
  says(
    "| versions, times | a `version` that is not a natural number below 10¹⁸; a `time_extracted` " +
      "without its zone |",
    () => {
      for (const version of [-1, 1.5, "1", 1e18])
        expect(refused(lines(record({}, { version })))).toMatchObject({ line: 1, stream: "s" });
      for (const time_extracted of ["2026-11-23T12:00:00", "soon", 1])
        expect(refused(lines(record({}, { time_extracted })))).toMatchObject({ line: 1, stream: "s" });
    },
  );
  says(
    "| text | bytes that are not UTF-8; raw control characters; in transit, half a surrogate pair |",
    () => {
      refusesJson('"\u0001"', /control/);
      const [before, after] = jsonline(record({ v: "?" })).split("?") as [string, string];
      const broken = Buffer.concat([Buffer.from(before), Buffer.from([0xff]), Buffer.from(after)]);
      expect(refused(broken)).toMatchObject({
        line: 4,
        field: "v",
        message: expect.stringContaining("UTF-8"),
      });
      const [head, rest] = jsonline(record({ v: 1 })).split("--") as [string, string];
      const brokenHead = Buffer.concat([
        Buffer.from(`${head}X: `),
        Buffer.from([0xe9]),
        Buffer.from(`\n--${rest}`),
      ]);
      expect(refused(brokenHead)).toMatchObject({ line: 3, message: expect.stringContaining("UTF-8") });
      for (const half of ['"\\ud83d"', '"~:\\uDE00"', '["^ ","\\ud83d",1]', '["^ ","a","\\uDE00\\ud83d"]']) {
        refusesTransit(half, /surrogate/);
        expect(refused(transit(transitRecord(half))).code).toBe("invalid-records");
        expect(refused(transit(`["^ ","type","STATE","value",${half}]`))).toMatchObject({ line: 4 });
      }
    },
  );
  says("| numbers | NaN and infinities in a record |", () => {
    for (const value of ["NaN", "Infinity", "-Infinity"]) refusesJson(value, /NaN/);
    for (const value of ['"~zNaN"', '"~zINF"', '"~z-INF"']) refusesTransit(value);
  });
  says(
    "| transit | unknown tags; unknown cache codes; maps with a key and no value; impossible dates; " +
      "tags written as JSON escapes; instants finer than a millisecond; malformed integers, decimals, " +
      "UUIDs and base64; keys of a record's map that are not names |",
    () => {
      refusesTransit('["~#point",[1,2]]', /~#point/);
      refusesTransit('"~X1"', /tag/);
      refusesTransit('["^ ","^9",1]', /this line does not define/);
      refusesTransit('["^ ","a"]', /lacks its value/);
      refusesTransit('"~t2026-02-30T00:00:00Z"', /does not exist/);
      refusesTransit('"\\u007em5"', /JSON escape/);
      refusesTransit('"~t2026-02-01T00:00:00.0001Z"', /millisecond/);
      for (const value of ['"~i1.5"', '"~n0x1"', '"~f1."', '"~u123"', '"~ba"'])
        refusesTransit(value, /requires/);
      refusesTransit('["^ ",1,2]');
      refusesTransit('["~#cmap",[[1],2]]');
    },
  );
  says(
    "| size | cache codes that expand to more than 256 MiB in a body; lines of 20 MB; nesting deeper " +
      "than 128; records of more than 10,000 values; more than 1,000 streams |",
    () => {
      const codes = Array.from({ length: 300 }, () => '["^ ","^3",1]');
      const coded = `["^ ","type","RECORD","stream","s","record",["^ ","${"n".repeat(60_000)}",[${codes}]]]`;
      expect(refused(transit(...Array<string>(20).fill(coded)))).toMatchObject({ line: 18 });
      expect(refused(lines(record({ v: "x".repeat(20_000_000) })))).toMatchObject({ line: 1 });
      refusesJson("[".repeat(200) + "]".repeat(200), /nested deeper than 128/);
      refusesJson(JSON.stringify(Array(10_001).fill(0)), /more than 10000 values/);
      const streams = Array.from({ length: 1_001 }, (_, n) => record({}, { stream: `s${n}` }));
      expect(refused(lines(...streams))).toMatchObject({ line: 1_001 });
    },
  );
});

it("every sentence has its test", () => {
  let rest = text;
  for (const each of tested) {
    expect(rest).toContain(each);
    rest = rest.replace(each, "");
  }
  expect(oneLine(rest)).toBe(
    "# The stitchstream format ## Keys and schemas ## Type mapping ## Validation errors",
  );
});
