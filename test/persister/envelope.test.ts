import { describe, expect, it } from "vitest";
import { PersisterError } from "../../functions/persister/errors.ts";
import { jsonline, transit } from "../endpoint/local-stack.ts";
import { requestsOf } from "./delivery.ts";

/** A record and a bookmark don't depend on the message's other fields or on the lines before it. */
const bodies = (body: string) =>
  requestsOf(body).requests.map(({ body: sent }) => Buffer.from(sent).toString());
const refusal = (body: string) => {
  try {
    bodies(body);
  } catch (error) {
    if (error instanceof PersisterError) return error;
    throw error;
  }
  throw new Error("It is not refused.");
};
const codes = (text: string, count: number) => Array(count).fill(text).join(",");
const oneRow = '["^ ","type","RECORD","stream","s","key_fields",["id"],"record",["^ ","id",1';

describe("keys", () => {
  it.each([
    ["a list", '["~#list",["id"]]'],
    ["a set", '["~#set",["id"]]'],
    ["a verbose list", '{"~#list":["id"]}'],
    ["a quoted array", '["~#\'",["id"]]'],
    ["a list with a repeated name", '["id","~:id"]'],
  ])("named by %s are keys", (_, names) => {
    const [push] = bodies(
      transit(`["^ ","type","RECORD","stream","s","key_fields",${names},"record",["^ ","id",1]]`),
    );
    expect(push).toContain('"key_names",["id"]');
  });
});

describe("a record followed by a `value`", () => {
  it.each([
    ["codes of its line", `${oneRow},"^1","x"],"value",1]`, '"stream","x"'],
    ["long integers", `${oneRow},"n",9007199254740993],"value",1]`, '"~i9007199254740993"'],
    ["many codes", `${oneRow},"longname","~:keyword","b","~:keyword"],"value",["^ ","^1",1]]`, '"~:keyword"'],
  ])("keeps %s", (_, line, kept) => {
    const [push] = bodies(transit(line));
    expect(push).toContain(kept);
    expect(push).not.toMatch(/"\^\d"/);
  });
});

it("a bookmark followed by a `record` is independent of it", () => {
  const state = '["^ ","type","STATE","value",["^ ","longname",1,"x","longname"],"record",["^ ","^2",1]]';
  expect(requestsOf(transit(state)).bookmark).not.toContain("^2");
  const cached = '["^ ","type","STATE","longname",1,"value",["^ ","^1",1],"record",2]';
  expect(requestsOf(transit(cached)).bookmark).toBe('["^ ","longname",1]');
});

describe("lines that differ from an earlier one only by a space", () => {
  it("have their own time", () => {
    const time = '"2026-11-23T12:00:00Z"';
    const line = (space: string) =>
      `{"type":"RECORD","stream":"s","record":{"id":1},"time_extracted":${space}${time}}`;
    const schema = {
      type: "SCHEMA",
      stream: "s",
      schema: { properties: { id: {} } },
      key_properties: ["id"],
    };
    const [batch] = bodies(jsonline(schema, line(""), line(" "), line("\t")));
    const { messages } = JSON.parse(batch!) as { messages: { time_extracted: string }[] };
    expect(messages.map(each => each.time_extracted)).toEqual(Array(3).fill(JSON.parse(time)));
  });

  it("have their own line's codes", () => {
    const line = (value: string) =>
      `["^ ","type","RECORD","stream","s","key_fields",["id"],"record",["^ ","id",1,"name",${value}]]`;
    const other = '["^ ","type","STATE","value",["^ ","wrongA",1,"wrongB",2,"wrongC",3,"wrongD",4]]';
    const [push] = bodies(transit(line("1"), other, line(' ["^ ","^3",5]')));
    expect(push).not.toContain("wrong");
  });
});

describe("names next to a schema", () => {
  const names = Array.from({ length: 30_000 }, (_, n) => `name ${n}`);
  it.each([
    ["key_properties", "JSON", jsonline],
    ["bookmark_properties", "JSON", jsonline],
    ["key_properties", "transit", transit],
    ["bookmark_properties", "transit", transit],
  ])("that are %s larger than a schema may be are refused, in %s", (field, _, encoded) => {
    const declared = JSON.stringify({ type: "SCHEMA", stream: "s", schema: {}, [field]: names });
    expect(refusal(encoded(declared)).message).toMatch(/_properties` of \d+ bytes, more than 262144/);
  });
});

it("the line after a schema without a JSON form is read independently", () => {
  const line = '["^ ","type","SCHEMA","stream","s","schema",["^ ","x","~zNaN"]]';
  expect(refusal(transit(line, line)).details.faultsTotal).toBe(2);
});

it("a schema whose codes mean something else on another line is read again", () => {
  const line = (column: string, value: string) =>
    `["^ ","type","RECORD","stream","c","record",["^ ","id",1,"${column}",${value}],"schema",["^ ",` +
    '"properties",["^ ","id",["^ ","^0","integer","key",true],"^3",["^ ","^0","string"]],' +
    '"required",["id"]]]';
  expect(bodies(transit(line("colA1", '"x"')))[0]).toContain('"colA1":{"type":"string"}');
  expect(refusal(transit(line("colA1", '"x"'), line("colB1", "5"))).details.faults).toMatchObject([
    { line: 5, field: "colB1" },
  ]);
});

describe("half a surrogate pair", () => {
  const row = (name: string) =>
    `{"type":"RECORD","stream":"s","key_fields":["\\ud83d"],"record":{"${name}":1,"b":2}}`;

  it("names a key in any case of its digits, but not another one", () => {
    expect(bodies(jsonline(row("\\ud83d"), row("\\uD83D")))[0]).toContain('"key_names":["\\ud83d"]');
    for (const other of ["\\ud83c", "\\ufffd", "\ufffd", "😀", "\\ud83d\\ude00"])
      expect(refusal(jsonline(row("\\ud83d"), row(other))).details.faults).toMatchObject([
        { line: 5, message: expect.stringContaining("missing") },
      ]);
  });

  it("differs from the pair and from its own replacement in a map's names", () => {
    const line = '{"type":"RECORD","stream":"s","record":{"\\ud83d":1,"\ufffd":2,"😀":3,"\\ude00":4}}';
    expect(bodies(jsonline(line))[0]).toContain(line.slice(line.indexOf('{"\\ud83d')).slice(0, -1));
    const twice = jsonline('{"type":"RECORD","stream":"s","record":{"\\ud83d":1,"\\uD83D":2}}');
    expect(refusal(twice).message).toContain("twice");
  });

  it("is replaced in a fault that quotes the name", () => {
    const schema = '{"type":"object","properties":{"a":{"properties":{"\\ud83d":{"type":"integer"}}}}}';
    const line = `{"type":"RECORD","stream":"\\ude00","schema":${schema},"record":{"a":{"\\ud83d":"x"}}}`;
    const { message, details } = refusal(jsonline(line));
    for (const text of [message, details.faults![0]!.message, details.faults![0]!.stream!])
      expect(text).toMatch(/\ufffd/);
    expect(message).not.toMatch(/\p{Surrogate}/u);
  });
});

describe("values that can't be forwarded", () => {
  it.each([
    [
      "a name that holds NUL",
      jsonline('{"type":"RECORD","stream":"s","record":{"a\\u0000b":1}}'),
      "contain NUL",
    ],
    [
      "a reserved name in a quoted record",
      transit('["^ ","type","RECORD","stream","s","record",["~#\'",["^ ","_sdc_sequence",1]]]'),
      "reserves this column name",
    ],
    ["a bare number beyond doubles in transit", transit(`${oneRow},"n",1e400]]`), "too large for a double"],
    ["a tagged one", transit(`${oneRow},"n","~d1e400"]]`), "too large for a double"],
  ])("%s is refused", (_, body, words) => {
    expect(refusal(body).message).toContain(words);
  });

  it("a tilde is not refused", () => {
    expect(bodies(transit(`${oneRow},"t","~"]]`))[0]).toContain('"t","~~"');
  });
});

describe("codes that expand to more than the memory", () => {
  const long = "n".repeat(60_000);
  it.each([
    [
      "in a schema",
      `"${long}",1,"schema",["^ ","properties",["^ ","a",["^ ","enum",[${codes('["^ ","^2",1]', 4_000)}]]]]`,
    ],
    ["in key names", `"~:${long}",1,"schema",["^ "],"key_properties",[${codes('"^2"', 2_000)}]`],
  ])("%s are refused before they are written out", (_, rest) => {
    expect(refusal(transit(`["^ ","type","SCHEMA","stream","s",${rest}]`)).code).toBe("malformed");
  });

  it("in a record with a schema are, too", () => {
    const record = `["^ ","id",1,"${long}",[${codes('["^ ","^4",1]', 9_500)}]]`;
    const line = `["^ ","type","RECORD","stream","s","schema",["^ "],"record",${record}]`;
    expect(refusal(transit(line)).code).toBe("invalid-records");
  });
});

it("a schema that checks a long text repeatedly is given up", () => {
  const definitions: Record<string, object> = { d0: { maxLength: 9_999_999 } };
  for (let n = 1; n <= 14; n++) {
    const before = { $ref: `#/definitions/d${n - 1}` };
    definitions[`d${n}`] = { allOf: [before, before] };
  }
  const schema = { definitions, properties: { a: { $ref: "#/definitions/d14" } } };
  const record = { type: "RECORD", stream: "s", record: { a: "a".repeat(999_000) } };
  expect(refusal(jsonline({ type: "SCHEMA", stream: "s", schema }, record)).message).toContain("more work");
});

it("faults have a bounded length, whatever they quote", () => {
  const schema = { additionalProperties: false, properties: { id: {} } };
  const records = Array.from({ length: 80 }, (_, id) => ({
    type: "RECORD",
    stream: "s",
    record: { [`${id}${"x".repeat(50_000)}`]: 1 },
  }));
  const long = refusal(jsonline({ type: "SCHEMA", stream: "s", schema }, ...records));
  expect(JSON.stringify(long.details.faults).length).toBeLessThan(80 * 2_000);
  const wrong = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`p${n}`, { type: "orange" }]));
  const none = refusal(jsonline({ type: "SCHEMA", stream: "s", schema: { properties: wrong } }));
  expect(none.message.length).toBeLessThan(2_000);
});

describe("names written with escapes", () => {
  it("are the envelope's", () => {
    const line = '{"type":"\\u0052ECORD","stream":"s","key_f\\u0069elds":["id"],"record":{"id":1}}';
    expect(bodies(jsonline(line))[0]).toContain('"key_names":["id"]');
  });
});

/** The bytes of a name with a backslash are another name's escaped form. */
describe("a name with a backslash and an n", () => {
  const record = (stream: string, key: string, name: string) =>
    jsonline({ type: "RECORD", stream, key_fields: [key], record: { [name]: 1 } }).split("\n")[3]!;

  it("of a stream differs from one with a line end", () => {
    const lines = ["a\\nb", "a\nb", "a\\nb"].map(stream => record(stream, "id", "id"));
    const sent = bodies(jsonline(...lines)).flatMap(body => JSON.parse(body) as { table_name: string }[]);
    expect(sent.map(each => each.table_name).toSorted()).toEqual(["a\nb", "a\\nb", "a\\nb"]);
  });

  it("of a key differs, too", () => {
    expect(bodies(jsonline(record("s", "x\\nb", "x\\nb"), record("s", "x\nb", "x\nb")))).toHaveLength(1);
    expect(refusal(jsonline(record("s", "x\\nb", "x\nb"))).message).toContain("missing");
    expect(refusal(jsonline(record("s", "x\nb", "x\\nb"))).message).toContain("missing");
  });
});

describe("a version", () => {
  it.each(['"5"', '{"a":5}', '""'])("that is %s is refused, even after a valid one", version => {
    const line = (text: string) =>
      `{"type":"RECORD","stream":"s","key_fields":["id"],"version":${text},"record":{"id":1}}`;
    expect(refusal(jsonline(line("5"), line(version))).code).toBe("malformed");
  });
});

it("an activation has its stream's last keys, however the last line was read", () => {
  const keyed = '{"type":"RECORD","stream":"s","key_fields":["id"],"version":1,"record":{"id":1}}';
  const keyless = '{"type":"RECORD","stream":"s","version":1,"record":{"id":1}}';
  const activate = '{"type":"ACTIVATE_VERSION","stream":"s","version":1}';
  const [, , , activation] = [...Array(3), bodies(jsonline(keyed, keyless, keyed, activate)).at(-1)];
  expect(activation).toContain('"key_names":["id"]');
});

it("a record whose schema makes its request too large is refused before anything is sent", () => {
  const schema = { properties: { id: {}, text: { description: "x".repeat(250_000) } } };
  const record = { id: 1, text: "x".repeat(19_900_000) };
  const body = jsonline({ type: "SCHEMA", stream: "s", schema }, { type: "RECORD", stream: "s", record });
  expect(refusal(body).code).toBe("invalid-records");
});

it("empty maps of verbose transit grow no more than computed when rewritten", () => {
  const maps = Array(2_000).fill("{}").join(",");
  const record = `{"id":9007199254740993,"m":[${maps}]}`;
  const line = `{"type":"RECORD","stream":"s","key_fields":["id"],"record":${record}}`;
  expect(bodies(transit(line))[0]).toContain('"~i9007199254740993"');
});

describe("an activation has the keys and the schema of its version's records", () => {
  const properties = { id: { type: "integer" } };
  const schema = { type: "object", properties };
  const declared = { type: "SCHEMA", stream: "s", schema };
  const row = (more: object) => ({ type: "RECORD", stream: "s", version: 1, record: { id: 1 }, ...more });
  const activation = { type: "ACTIVATE_VERSION", stream: "s", version: 1 };
  const keyed = { key_properties: ["id"] };

  it.each([
    ["of `key_fields` alone", [row({ key_fields: ["id"] })], { properties: { id: {} } }],
    ["of `key_fields` under a schema without keys", [declared, row({ key_fields: ["id"] })], { properties }],
    ["of a record's own schema", [declared, row({ schema: { properties: { id: { key: true } } } })], {}],
    ["of its version, where another's came later", [row({ key_fields: ["id"] }), row({ version: 2 })], {}],
    ["of the latest rows, if none have the version", [row({ version: 2, key_fields: ["id"] })], {}],
    ["of the stream's schema, without rows", [{ ...declared, ...keyed }], { properties }],
  ])("%s", (_, before, expected) => {
    const sent = JSON.parse(bodies(jsonline(...before, activation)).at(-1)!) as object;
    expect(sent).toMatchObject({
      table_name: "s",
      key_names: ["id"],
      table_version: 1,
      schema: { properties: { id: {} }, ...expected },
      messages: [{ action: "activate_version" }],
    });
  });

  it("or none, if they had none", () => {
    const sent = JSON.parse(bodies(jsonline(declared, row({}), activation)).at(-1)!) as object;
    expect(sent).toMatchObject({ schema, messages: [{ action: "activate_version" }] });
    expect(sent).not.toHaveProperty("key_names");
  });
});
